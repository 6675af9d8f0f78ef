from pathlib import Path

from django.core.management.base import BaseCommand

from annuaire.territoires import Refused, fichier, paquet
from viatraj.core.commands import refusals
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = (
        "Refait le fichier du territoire d’après un dossier du paquet @etalab/decoupage-administratif, "
        "tel que npm le livre. Il ne touche pas à la base\u00a0: load_territoire le charge."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="le dossier «\u00a0package\u00a0» du paquet")
        parser.add_argument("--to", type=Path, default=fichier.DEFAULT, help="le fichier à écrire")

    def handle(self, *, folder, to, **options):
        with refusals(Refused, OSError):
            new = paquet.read(folder)
            former = fichier.read(to)[0] if to.exists() else None
            if former and new.annee < former.annee:
                raise Refused(
                    f"Ce paquet est celui de {new.annee}, plus ancien que le fichier, de {former.annee}."
                )
            fichier.write(new, to)
        self.stdout.write(
            f"COG {new.annee}\u00a0: {counted(len(new.communes), 'commune')}, {len(new.epci)} EPCI, "
            f"{counted(len(new.anciennes), 'ancien code')} ({counted(to.stat().st_size, 'octet')})."
        )
