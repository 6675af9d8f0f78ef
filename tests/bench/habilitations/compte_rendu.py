"""The end of one campaign in a process of its own: `python -m … PK` says seconds, MB."""

import json
import sys
from time import perf_counter

import django

if __name__ == "__main__":
    django.setup()

from django.utils import timezone

from habilitations import actions
from habilitations.models import Campagne
from tests import memory
from viatraj.core.actor import Actor


def measured(pk) -> dict:
    campagne, now, by = Campagne.objects.get(pk=pk), timezone.now(), Actor.system("bench")
    started = perf_counter()
    while actions.settle_slice(campagne, today=timezone.localdate(now), now=now, by=by):
        pass
    sealed = perf_counter() - started
    campagne.refresh_from_db()
    made = actions.report_campagne(campagne, by=by)
    return {"sealed": sealed, "seconds": perf_counter() - started, "peak": memory.peak(), "made": made}


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]))))
