from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "dossiers"
    verbose_name = "Dossiers"

    def ready(self):
        from annuaire import attaches
        from dossiers.actions import fermetures
        from dossiers.models import Presence
        from dossiers.reads import fermetures as counts

        attaches.told_by(
            "dossiers",
            attaches.Attache(
                models=(Presence,),
                count=counts.lignes,
                weigh=counts.count_to_settle,
                settle=fermetures.settle,
                stay=fermetures.stay,
            ),
        )
