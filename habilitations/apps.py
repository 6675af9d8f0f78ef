from django.apps import AppConfig


class HabilitationsConfig(AppConfig):
    name = "habilitations"
    verbose_name = "Habilitations"

    def ready(self):
        from accounts import attaches, gestionnaires
        from accounts.models import User
        from habilitations import attaches as ours
        from habilitations.models import DemandeHabilitation, Examen, Habilitation, Import
        from habilitations.reads import referents
        from journal import filing

        attaches.told_by(ours.of_account)
        gestionnaires.told_by(referents.of_account)
        filing.told_by(Habilitation, ours.of_row)
        filing.told_by(DemandeHabilitation, ours.of_row)
        filing.told_by(Examen, ours.of_examen)
        filing.told_by(User, ours.of_person)
        filing.told_by(Import, ours.of_import)
