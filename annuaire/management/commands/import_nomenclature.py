from django.core.management.base import BaseCommand
from django.utils import timezone

from annuaire import actions
from annuaire.nomenclatures import Refused
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals
from viatraj.core.saisie import dates
from viatraj.core.saisie.options import option
from viatraj.core.saving import act
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = (
        "Charge une nomenclature publiée\u00a0: CodeSystem de l’ANS (.json), ou «\u00a0code;libelle\u00a0» "
        "(.csv). Sans fichier, celles qui sont livrées avec le service."
    )
    requires_system_checks = ()  # pages have no part in it

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="CodeSystem-TRE-….json, ou TRE_….csv")
        parser.add_argument("--date", type=option(dates.read), help="version, quand le fichier ne la dit pas")
        parser.add_argument(
            "--extract", action="store_true", help="un extrait, dont les absents ne finissent pas"
        )
        parser.add_argument(
            "--accept-loss", action="store_true", help="accepte que plus de 30\u00a0%% des codes finissent"
        )

    def handle(self, *, file, date, extract, accept_loss, **options):
        known = {"now": timezone.now(), "by": Actor.system("nomenclatures")}
        with refusals(Refused):
            if file:
                version = f"{date:%Y%m%d}" if date else ""
                how = {"version": version, "extract": extract, "accept_loss": accept_loss}
                bilans = [act(actions.import_nomenclature, file, **known, **how)]
            else:
                bilans = act(actions.load_nomenclatures, **known)
        for one in bilans:
            self.stdout.write(
                f"{one.nomenclature}, version {one.version}\u00a0: "
                f"{counted(one.added, 'code ajouté')}, {counted(one.changed, 'modifié')}, "
                f"{counted(one.ended, 'fini')}."
            )
        if not bilans:
            self.stdout.write("Les nomenclatures livrées sont chargées.")
