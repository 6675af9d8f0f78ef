from django.core.management.base import BaseCommand
from django.utils import timezone

from observatoire import actions
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals
from viatraj.core.saving import act
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = "Relève, pour les statistiques, ce qui a changé depuis le dernier relevé."
    requires_system_checks = ()  # pages have no part in it

    def add_arguments(self, parser):
        parser.add_argument("--full", action="store_true", help="relit tous les dossiers")

    def handle(self, *, full, **options):
        by = Actor.system("observatoire")
        with refusals(actions.Busy):
            releve = act(actions.refresh_store, full=full, now=timezone.now(), by=by)
        self.stdout.write(
            f"{counted(releve.dossiers, 'dossier relu')}, {counted(len(releve.ecarts), 'jour')} à revoir."
        )
