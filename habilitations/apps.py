from django.apps import AppConfig


class HabilitationsConfig(AppConfig):
    name = "habilitations"
    verbose_name = "Habilitations"

    def ready(self):
        from accounts import attaches, gestionnaires
        from habilitations import attaches as ours
        from habilitations.reads import referents

        attaches.told_by(ours.of_account)
        gestionnaires.told_by(referents.of_account)
