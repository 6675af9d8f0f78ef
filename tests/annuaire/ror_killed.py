"""`python -m tests.annuaire.ror_killed FOLDER TRANSACTION STATEMENT`: a run that stops there, to be killed.

TRANSACTION counts those of the run, from 0: its reception, its lots of two établissements, those that they
leave, its end; with STATEMENT 0, before it begins. It stops itself, so that one can look at what others see.
"""

import os
import signal
import sys

import django
from django.db import connection


class Stop:
    """Counts transactions by their outermost savepoint: the run opens one with each of its verbs."""

    def __init__(self, transaction: int, statement: int):
        self.at, self.transaction, self.statement, self.was_inside = (transaction, statement), -1, 0, False

    def __call__(self, execute, sql, params, many, context):
        connection_of_it = context["connection"]
        first = connection_of_it.in_atomic_block and not self.was_inside
        if first:
            self.transaction, self.statement = self.transaction + 1, 0
        self.was_inside = connection_of_it.in_atomic_block
        if (self.transaction, self.statement) == self.at:
            os.kill(os.getpid(), signal.SIGSTOP)
        self.statement += 1
        return execute(sql, params, many, context)


def main(folder: str, transaction: str, statement: str) -> None:
    django.setup()
    from django.db import transaction as transactions
    from django.utils import timezone

    from annuaire import actions
    from annuaire.actions import lots
    from annuaire.ror.sources import Dossier
    from viatraj.core.actor import Actor

    lots.SLICE = 2
    stop = Stop(int(transaction), int(statement))
    transactions.Atomic.__exit__ = _left(transactions.Atomic.__exit__, stop)
    with connection.execute_wrapper(stop):
        actions.sync_ror(Dossier(folder, 1), full=True, now=timezone.now(), by=Actor.system("ror"))


def _left(leave, stop: Stop):
    """The next statement begins another transaction, even when nothing was asked between the two."""

    def left(self, *error):
        leave(self, *error)
        if not connection.in_atomic_block:
            stop.was_inside = False

    return left


if __name__ == "__main__":
    main(*sys.argv[1:])
