from django.core.management.base import BaseCommand
from django.utils import timezone

from habilitations import actions
from viatraj.core.actor import Actor
from viatraj.core.saving import act


class Command(BaseCommand):
    help = (
        "Note au journal les profils d’habilitation que ce déploiement a changés. À lancer après « migrate »."
    )
    requires_system_checks = ()

    def handle(self, **options):
        for version in act(actions.note_profils, now=timezone.now(), by=Actor.system("deploiement")):
            self.stdout.write(f"{version}\u00a0: {'retirée' if not version.definition else 'notée'}.")
