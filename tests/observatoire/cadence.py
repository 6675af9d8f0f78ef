"""The worker of reports and its beat, at a pace that a test can wait for.

`celery -A tests.observatoire.cadence`. Its report takes long enough to be killed within.
"""

import time

from celery.signals import worker_process_init

from viatraj.celery import app

app.conf.beat_schedule = {"resume-reports": {"task": "observatoire.tasks.resume_reports", "schedule": 1.0}}
app.conf.task_routes = {"observatoire.tasks.*": {"queue": "rapports"}}


def slowly(cadre):
    from tests.observatoire import rig

    for n, line in enumerate(rig.lignes(cadre)):
        if n % 1_000 == 0:
            time.sleep(0.05)
        yield line


@worker_process_init.connect
def add(**kwargs):
    from tests.observatoire import rig

    rig.add(rig.essai(lignes=slowly))
