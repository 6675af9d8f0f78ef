from django.core.management.base import BaseCommand, CommandError

from journal import seals
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = "Scelle les lignes du journal dont la transaction est close ; sans danger à tout moment."

    def handle(self, **options):
        try:
            seal = seals.seal()
        except seals.Restored as error:
            raise CommandError(
                "Les transactions de ce serveur sont numérotées plus bas que le dernier sceau : base "
                "restaurée ailleurs ? Avancez son compteur (pg_resetwal -x) avant de la remettre en service."
            ) from error
        if seal:
            self.stdout.write(
                f"Sceau n° {seal.number} : {counted(seal.count, 'ligne')}, empreinte {seal.digest}"
            )
        else:
            self.stdout.write("Rien à sceller.")
