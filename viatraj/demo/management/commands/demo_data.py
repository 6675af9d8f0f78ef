import re

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from viatraj.core import roles
from viatraj.demo import data

LARGEST = 100  # the whole country


class Command(BaseCommand):
    help = "Invented people, structures, a directory and dossiers; safe to run again."

    def add_arguments(self, parser):
        told = f"structures, accounts and habilitations in number besides; {LARGEST} is the country's"
        parser.add_argument("--scale", default="1", help=told)

    @roles.as_owner()  # it loads whole tables
    def handle(self, *, scale, **options):
        if not (re.fullmatch("[0-9]{1,3}", str(scale)) and 1 <= int(scale) <= LARGEST):
            raise CommandError(f"--scale attend un nombre entier de 1 à {LARGEST}.")
        data.make(now=timezone.localtime(), scale=int(scale))
