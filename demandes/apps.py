from django.apps import AppConfig


class DemandesConfig(AppConfig):
    name = "demandes"
    verbose_name = "Demandes d’admission"

    def ready(self):
        import courrier.attaches
        import dossiers.attaches
        from accounts.sessions import read_beside
        from annuaire import attaches
        from demandes import emails
        from demandes.actions import alertes, suites
        from demandes.actions import fermetures as notifications
        from demandes.models import Demande, Notification
        from demandes.reads import fermetures, interesses, notifies
        from demandes.reads.alertes import UNREAD

        attaches.told_by(
            "demandes",
            attaches.Attache(
                models=(Demande,),
                count=fermetures.lignes,
                weigh=fermetures.count_to_settle,
                settle=suites.settle,
            ),
        )
        attaches.told_by(
            "notifications",
            attaches.Attache(
                models=(Notification,),
                count=notifies.lignes,
                weigh=notifies.count_to_settle,
                settle=notifications.settle,
                stay=notifications.stay,
            ),
        )
        dossiers.attaches.told_by("demandes", suites.follow_decisions)
        dossiers.attaches.noted_by("demandes", alertes.note_dossier)
        dossiers.attaches.seen_by("demandes", alertes.note_dossier_seen)
        read_beside("unread", UNREAD)
        courrier.attaches.told_by(emails.KEY, alertes.may_leave)
        courrier.attaches.told_by(interesses.NAMING, interesses.may_name)
