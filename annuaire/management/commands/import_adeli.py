from django.core.management.base import BaseCommand
from django.utils import timezone

from annuaire import actions
from annuaire.adeli import Refused
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals
from viatraj.core.saving import act
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = "Fait suivre les numéros ADELI remplacés par un numéro RPPS, d’après le fichier publié."
    requires_system_checks = ()  # pages have no part in it

    def add_arguments(self, parser):
        parser.add_argument("file", help="le fichier des correspondances, tel qu’il est publié")

    def handle(self, *, file, **options):
        with refusals(Refused):
            flux = act(actions.import_adeli, file, now=timezone.now(), by=Actor.system("adeli"))
        told = flux.bilan
        self.stdout.write(
            f"{flux.file_name} ({flux.format})\u00a0: {counted(flux.lignes, 'ligne')}, "
            f"{counted(told['suivis'], 'suivie')} "
            f"({counted(told['comptes'], 'compte')}, {counted(told['professionnels'], 'professionnel')}), "
            f"{told['nombre_conflits']} en conflit."
        )
        for one in told["conflits"]:
            self.stdout.write(f"  {one['adeli'][1:]} → {one['rpps'][1:]}\u00a0: {one['motif']}")
