from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from observatoire import actions
from observatoire.actions.magasin import Busy
from viatraj.core.actor import Actor
from viatraj.core.saving import act


class Command(BaseCommand):
    help = "Relève, pour les statistiques, ce qui a changé depuis le dernier relevé."
    requires_system_checks = ()  # pages have no part in it

    def add_arguments(self, parser):
        parser.add_argument("--full", action="store_true", help="relit tous les dossiers")

    def handle(self, *, full, **options):
        by = Actor.system("observatoire")
        try:
            releve = act(actions.refresh_store, full=full, now=timezone.now(), by=by)
        except Busy as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{releve.dossiers} dossiers relus, {len(releve.ecarts)} jours qui diffèrent de leur source."
        )
