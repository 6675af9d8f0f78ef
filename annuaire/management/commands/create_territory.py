from django.core.management.base import BaseCommand
from django.utils import timezone

from annuaire import actions
from annuaire.territoires import Refused
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals
from viatraj.core.saving import act
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = (
        "Charge le territoire du dépôt, puis crée une coordination pour chaque département qui n’en a pas. "
        "Relancée, elle ne change rien."
    )
    requires_system_checks = ()

    @roles.as_owner()  # as load_territoire
    def handle(self, **options):
        by = Actor.system("territoire")
        with refusals(Refused):
            act(actions.load_territoire, now=timezone.now(), by=by)
            made = act(actions.create_territory, by=by)
        self.stdout.write(f"{counted(len(made), 'coordination créée')}.")
