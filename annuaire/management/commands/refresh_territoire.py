from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from annuaire.territoires import Refused, fichier, paquet


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
        try:
            new = paquet.read(folder)
            former = fichier.read(to)[0] if to.exists() else None
            if former and new.annee < former.annee:
                raise Refused(
                    f"Ce paquet est celui de {new.annee}, plus ancien que le fichier, de {former.annee}."
                )
            fichier.write(new, to)
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"COG {new.annee}\u00a0: {len(new.communes)} communes, {len(new.epci)} EPCI, "
            f"{len(new.anciennes)} anciens codes ({to.stat().st_size} octets)."
        )
