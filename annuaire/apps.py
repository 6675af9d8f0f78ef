from django.apps import AppConfig


class AnnuaireConfig(AppConfig):
    name = "annuaire"
    verbose_name = "Annuaire"

    def ready(self):
        from annuaire import checks  # noqa: F401, registered by being read
