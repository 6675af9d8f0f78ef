from django.core.management.base import BaseCommand
from django.utils import timezone

from annuaire import actions
from annuaire.ror.refus import Refused
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals
from viatraj.core.saving import act
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = "Suspend les relevés du ROR, partout ou dans une région."

    def add_arguments(self, parser):
        parser.add_argument("--region", default="", help="code de la région (COG)")

    def handle(self, *, region, **options):
        known = {"actif": False, "region": region, "now": timezone.now(), "by": Actor.system("ror")}
        with refusals(Refused):
            count = act(actions.switch_ror, **known)
        self.stdout.write(f"Relevés du ROR suspendus\u00a0: {counted(count, 'région concernée')}.")
