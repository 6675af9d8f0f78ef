from django.core.management.base import BaseCommand
from django.utils import timezone

from annuaire import actions
from annuaire.finess import Refused
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals
from viatraj.core.saisie import dates
from viatraj.core.saisie.options import option
from viatraj.core.saving import act
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = "Crée et complète les établissements d’après FINESS (csv «\u00a0etalab\u00a0», ou JSON FINESS+)."
    requires_system_checks = ()  # pages have no part in it

    def add_arguments(self, parser):
        parser.add_argument("file", help="etalab-cs1100507-….csv, ou …-finess-structures-….json")
        parser.add_argument("--date", type=option(dates.read), help="date du fichier, s’il ne la porte pas")
        parser.add_argument(
            "--accept-loss", action="store_true", help="accepte que plus de 5\u00a0%% disparaissent"
        )

    def handle(self, *, file, date, accept_loss, **options):
        known = {"now": timezone.now(), "by": Actor.system("finess")}
        with refusals(Refused):
            flux = act(actions.import_finess, file, day=date, accept_loss=accept_loss, **known)
            act(actions.warn_closed, flux, **known)
        told = flux.bilan
        self.stdout.write(
            f"{flux.file_name} ({flux.format}), du {flux.jour:%d/%m/%Y}\u00a0: "
            f"{counted(flux.lignes, 'établissement lu')}, {told['perimetre']} du périmètre, "
            f"{counted(told['crees'], 'créé')}, {counted(told['completes'], 'complété')} "
            f"({counted(told['champs'], 'valeur')}), {counted(len(told['fermes']), 'fermé')}, "
            f"{counted(told['nombre_absents'], 'absent')}."
        )
        left = told["notes"] | {
            "hors de leur département": told["hors_departement"],
            "de commune inconnue": told["sans_commune"],
            "d’une autre coordination": told["autre_coordination"],
            "en double": told["doublons"],
            "en désaccord avec nos fiches": told["ecarts"],
        }
        left |= {f"sans coordination ({code})": count for code, count in told["sans_coordination"].items()}
        for word, count in left.items():
            if count:
                self.stdout.write(f"  {word}\u00a0: {count}")
