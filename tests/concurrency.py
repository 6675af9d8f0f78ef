"""Real concurrency: threads released together, each over its own connection."""

import threading

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

REFUSALS = (ValidationError, PermissionDenied)


def at_once(*acts):
    """Run all; what each one answered, or the refusal it met. Any other error is raised here."""
    barrier, answers, faults = threading.Barrier(len(acts)), [None] * len(acts), []

    def run(place, act):
        try:
            barrier.wait()
            answers[place] = act()
        except REFUSALS as refusal:
            answers[place] = refusal
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return answers
