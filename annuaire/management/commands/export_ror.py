import csv
from contextlib import suppress
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from annuaire.reads import export_ror
from viatraj.core.reading import why
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = "Écrit en csv la liste que lit le ROR\u00a0: établissements, domaines, états de synchronisation."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", help="le fichier à écrire")

    def handle(self, *, file, **options):
        path = Path(file)
        part = Path(f"{path}.part")
        try:
            with part.open("w", newline="", encoding="utf-8") as out:
                writer = csv.writer(out, delimiter=";")
                writer.writerow(export_ror.HEADS)
                count = 0
                for count, row in enumerate(export_ror.rows(), 1):  # noqa: B007
                    writer.writerow(row)
            part.replace(path)  # whole, or not there
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise CommandError(f"{file} ne peut pas être enregistré\u00a0: {why(error)}.") from error
        self.stdout.write(f"{path.name}\u00a0: {counted(count, 'ligne')}.")
