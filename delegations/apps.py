from django.apps import AppConfig


class DelegationsConfig(AppConfig):
    name = "delegations"
    verbose_name = "Délégations"

    def ready(self):
        from accounts import mandats
        from annuaire import attaches
        from delegations import reads
        from delegations.actions import numeros

        mandats.told_by(reads.count_received)
        attaches.follows_numbers("delegations", numeros.follow_number)
