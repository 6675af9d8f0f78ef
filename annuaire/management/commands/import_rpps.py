from django.core.management.base import BaseCommand
from django.utils import timezone

from annuaire import actions
from annuaire.rpps import Refused
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals
from viatraj.core.saisie import dates
from viatraj.core.saisie.options import option
from viatraj.core.saving import act
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = (
        "Charge ou met à jour l’annuaire national depuis l’extraction en libre accès de l’ANS (.txt ou .zip)."
    )
    requires_system_checks = ()  # pages have no part in it

    def add_arguments(self, parser):
        parser.add_argument("file", help="PS_LibreAcces_Personne_activite_….txt, ou le .zip publié")
        parser.add_argument(
            "--date", type=option(dates.read), help="date de l’extraction quand son nom ne la porte pas"
        )
        parser.add_argument(
            "--accept-loss",
            action="store_true",
            help="accepte que plus de 5\u00a0%% partent",
        )

    @roles.as_owner()  # the first load sets indexes aside, a refresh vacuums
    def handle(self, *, file, date, accept_loss, **options):
        by = Actor.system("rpps")
        with refusals(Refused):
            run = act(actions.import_rpps, file, now=timezone.now(), by=by, day=date, accept_loss=accept_loss)
        self.stdout.write(
            f"{run.file_name}\u00a0: {counted(run.lines, 'ligne')}, {run.duplicates} en double, "
            f"{counted(run.added, 'ajoutée')}, {counted(run.removed, 'retirée')}, "
            f"{counted(run.persons, 'personne')} "
            f"({run.get_status_display()}, {run.seconds:.1f} s)."
        )
