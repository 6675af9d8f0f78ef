from django.core.management.base import BaseCommand
from django.utils import timezone

from observatoire import actions
from viatraj.core.actor import Actor
from viatraj.core.saving import act
from viatraj.core.typography import counted


class Command(BaseCommand):
    help = "Supprime les fichiers de statistiques de plus de dix jours, et ce que le stockage en garde."

    def handle(self, *args, **options):
        count = act(actions.erase_files, now=timezone.now(), by=Actor.system("purge"))
        self.stdout.write(f"{counted(count, 'fichier supprimé')}")
