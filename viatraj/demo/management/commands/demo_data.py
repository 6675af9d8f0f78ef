from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from viatraj.demo import data


class Command(BaseCommand):
    help = "Invented people, a directory and dossiers; safe to run again."

    def add_arguments(self, parser):
        parser.add_argument("--scale", type=int, default=1, help="multiplies directory and dossiers")

    def handle(self, *, scale, **options):
        if scale < 1:
            raise CommandError("--scale attend un nombre entier, 1 au moins.")
        data.make(now=timezone.localtime(), scale=scale)
