import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
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
        parser.add_argument("--begin", action="store_true", help="only what one meets first")

    @roles.as_owner()  # it loads whole tables
    def handle(self, *, scale, begin, **options):
        if not (re.fullmatch("[0-9]{1,3}", str(scale)) and 1 <= int(scale) <= LARGEST):
            raise CommandError(f"--scale attend un nombre entier de 1 à {LARGEST}.")
        make = data.begin if begin else data.make
        with alone():
            make(now=timezone.localtime(), scale=int(scale))


@contextmanager
def alone() -> Iterator[None]:
    """One run at a time: `make run` has its own beside the pages, and who starts another one waits for it."""
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    with (Path(settings.DATA_DIR) / "demo_data.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
