from django.apps import AppConfig


class DelegationsConfig(AppConfig):
    name = "delegations"
    verbose_name = "Délégations"

    def ready(self):
        from accounts import mandats
        from delegations import reads

        mandats.told_by(reads.count_received)
