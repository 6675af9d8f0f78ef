from django.apps import AppConfig


class HabilitationsConfig(AppConfig):
    name = "habilitations"
    verbose_name = "Habilitations"

    def ready(self):
        from accounts import gestionnaires
        from habilitations import referents

        gestionnaires.told_by(referents.of_account)
