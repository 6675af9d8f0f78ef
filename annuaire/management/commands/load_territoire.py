from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from annuaire import actions
from annuaire.territoires import Refused, fichier
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals
from viatraj.core.saving import act
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = (
        "Charge les communes, EPCI, départements et régions du fichier du dépôt, ou de celui que l’on donne. "
        "Relancée, elle ne change rien."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, default=fichier.DEFAULT)

    @roles.as_owner()  # it counts again what tables hold, so that searches are planned well
    def handle(self, *, file, **options):
        with refusals(Refused):
            loaded = act(actions.load_territoire, file, now=timezone.now(), by=Actor.system("territoire"))
        self.stdout.write(
            f"{loaded}\u00a0: {counted(loaded.communes, 'commune')}, {loaded.epci} EPCI, "
            f"{counted(loaded.ecrites, 'ligne')}."
            if loaded
            else "Le territoire est déjà à jour."
        )
