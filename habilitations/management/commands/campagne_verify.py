from django.core.management.base import BaseCommand, CommandError

from habilitations.models import Campagne
from habilitations.reads import preuve
from viatraj.core.commands import the_one
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = (
        "Vérifie le compte rendu d’une campagne close ; s’arrête avec le code 1 et nomme la première rupture."
    )

    def add_arguments(self, parser):
        parser.add_argument("campagne", type=int, metavar="ID")

    def handle(self, *, campagne, **options):
        rows = Campagne.objects.filter(pk=campagne)
        found = the_one(rows, f"Il n’y a pas de campagne n° {campagne}.")
        if broken := next(preuve.breaks(found), None):
            raise CommandError(f"Campagne n° {campagne} : {broken}.")
        self.stdout.write(
            f"La campagne n° {campagne} est intacte : {counted(found.examens.count(), 'ligne vérifiée')}."
        )
