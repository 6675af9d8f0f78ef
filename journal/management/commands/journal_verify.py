import re

from django.core.management.base import BaseCommand, CommandError

from journal import seals
from journal.models import Seal
from viatraj.core.typography import counted

ANCHOR = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class Command(BaseCommand):
    help = "Vérifie tous les sceaux du journal ; s’arrête avec le code 1 et nomme chaque rupture."

    def add_arguments(self, parser):
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="NUMÉRO:EMPREINTE",
            help="un sceau tel que la trace du service l’a consigné (journal.sealed) ; peut se répéter",
        )

    def handle(self, *, anchor, **options):
        found = list(seals.breaks(anchors=dict(map(_parsed, anchor))))
        if found:
            raise CommandError("Le journal est rompu :\n" + "\n".join(f"- {one}" for one in found))
        last = Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0
        self.stdout.write(f"Le journal est intact ({counted(last, 'sceau vérifié')}).")


def _parsed(anchor):
    if match := ANCHOR.fullmatch(anchor):
        return int(match[1]), match[2]
    raise CommandError("--anchor attend NUMÉRO:EMPREINTE, comme « 12:9f86… » (64 chiffres hexadécimaux).")
