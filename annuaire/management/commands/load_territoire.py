from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from annuaire import actions
from annuaire.territoires import Refused, fichier
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.core.saving import act


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
        try:
            loaded = act(actions.load_territoire, file, now=timezone.now(), by=Actor.system("territoire"))
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{loaded}\u00a0: {loaded.communes} communes, {loaded.epci} EPCI, {loaded.ecrites} lignes."
            if loaded
            else "Le territoire est déjà à jour."
        )
