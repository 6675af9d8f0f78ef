from django.core.management.base import BaseCommand
from django.utils import timezone

from habilitations import actions
from viatraj.core.actor import Actor
from viatraj.core.saving import act
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = "Annonce les fins d’habilitation aux titulaires (15 jours) et aux référents (chaque semaine)."

    def handle(self, **options):
        today, by = timezone.localdate(), Actor.system("echeances")
        alerts = act(actions.alert_expiries, today=today, by=by)
        digests = act(actions.digest_expiries, today=today, by=by)
        told = (
            f"{counted(alerts, 'alerte')} aux titulaires, {counted(digests, 'récapitulatif')} aux référents."
        )
        self.stdout.write(told)
