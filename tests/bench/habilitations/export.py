"""One export of a revue in a process of its own: `python -m … ours|theirs LOGIN FILE` says lines, CPU, MB."""

import json
import sys
from importlib import import_module
from pathlib import Path
from time import process_time

import django

if __name__ == "__main__":
    django.setup()

from django.utils import timezone

import habilitations.rights
from accounts.models import User
from habilitations.reads import export
from habilitations.reads.revue import Choix, Revue
from tests import memory
from viatraj.core.actor import Actor


def ours(path, revue):
    with path.open("wb") as file:
        return export.write(file, revue)


def theirs(path, revue):
    return import_module("tests.bench.habilitations.theirs").write(path, revue)  # in its own process only


def revue_of(login) -> Revue:
    user, today = User.objects.get(login=login), timezone.localdate()
    return Revue(Actor(user, rights=habilitations.rights.of_user(user, on=today)), Choix(), today=today)


def measured(way, login, path):
    revue = revue_of(login)
    before, started = memory.peak(), process_time()
    lines = {"ours": ours, "theirs": theirs}[way](Path(path), revue)
    cpu, peak = process_time() - started, memory.peak()
    return {"lines": lines, "cpu": cpu, "growth": peak - before, "peak": peak}


if __name__ == "__main__":
    print(json.dumps(measured(*sys.argv[1:])))
