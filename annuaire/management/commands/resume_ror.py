from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from annuaire import actions
from annuaire.ror.refus import Refused
from viatraj.core.actor import Actor
from viatraj.core.saving import act


class Command(BaseCommand):
    help = "Reprend les relevés du ROR, partout ou dans une région."

    def add_arguments(self, parser):
        parser.add_argument("--region", default="", help="code de la région (COG)")

    def handle(self, *, region, **options):
        known = {"actif": True, "region": region, "now": timezone.now(), "by": Actor.system("ror")}
        try:
            count = act(actions.switch_ror, **known)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Relevés du ROR repris\u00a0: régions concernées, {count}.")
