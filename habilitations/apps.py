from django.apps import AppConfig


class HabilitationsConfig(AppConfig):
    name = "habilitations"
    verbose_name = "Habilitations"

    def ready(self):
        import annuaire.attaches
        from accounts import attaches, gestionnaires
        from accounts.models import User
        from habilitations import attaches as ours
        from habilitations.actions import fermetures, ror
        from habilitations.models import (
            DemandeHabilitation,
            Examen,
            Habilitation,
            Import,
            Perimetre,
            ReferentConnu,
        )
        from habilitations.reads import fermetures as counts
        from habilitations.reads import referents
        from journal import filing

        attaches.told_by(ours.of_account)
        gestionnaires.told_by(referents.of_account)
        filing.told_by(Habilitation, ours.of_row)
        filing.told_by(DemandeHabilitation, ours.of_row)
        filing.told_by(Examen, ours.of_examen)
        filing.told_by(User, ours.of_person)
        filing.told_by(Import, ours.of_import)
        # A campaign's places stand: its lines end with the habilitations that they examine.
        here = (Habilitation, DemandeHabilitation, ReferentConnu, Perimetre)
        annuaire.attaches.told_by(
            "habilitations",
            annuaire.attaches.Attache(
                models=here,
                count=counts.lignes,
                weigh=counts.to_settle,
                settle=fermetures.settle,
                back=counts.count_to_give_back,
                give_back=fermetures.give_back,
                tell=fermetures.tell,
                warn=fermetures.warn,
                tell_ror=ror.tell_ror,
                answer=counts.answering,
            ),
        )
