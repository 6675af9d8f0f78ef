"""One at a time, on whatever machine: all our advisory locks, by their numbers (docs/adr/0019).

PostgreSQL lets go of a killed worker's lock at once, and of that of a machine that vanishes when its
connection is given up: a job whose result must be one is also written under a number (docs/adr/0079).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, unique

from django.db import connection


@unique
class Turn(IntEnum):
    """Of one transaction."""

    COMMUNES = 0x434F47
    NOMENCLATURES = 0x4E4F53
    FINESS = 0x46494E
    ADELI = 0x41444C
    RPPS = 0x52505053
    ROR = 0x524F52
    STATISTIQUES = 0x4F425356
    SCELLEMENT = 0x5CE1
    ALERTES = 0x414C4552
    ECHEANCES = 0x45434845
    REFERENTS = 0x52454652
    RAPPELS = 0x52415050


@unique
class Job(IntEnum):
    """Of one session, and of one row or one worker: its key."""

    ENVOI = 0x434F5552
    IMPORT = 0x494D504F
    COMMANDE = 0x52415050
    COMMANDE_ETENDUE = 0x54455252


def wait_for(turn: Turn) -> None:
    """Until whoever has it commits; what is read after that is what he has written."""
    _asked("SELECT pg_advisory_xact_lock(%s)", turn)


def is_ours(turn: Turn) -> bool:
    """Taken until the end of the transaction, unless another has it."""
    return _asked("SELECT pg_try_advisory_xact_lock(%s)", turn)


@contextmanager
def alone(job: Job, key: int) -> Iterator[bool]:
    """Is this the only worker on `key`?"""
    held = _asked("SELECT pg_try_advisory_lock(%s, %s)", job, key)
    try:
        yield held
    finally:
        if held:
            let_go(job, key)


def hold(job: Job, key: int) -> None:
    """As long as this session lives."""
    _asked("SELECT pg_advisory_lock(%s, %s)", job, key)


def let_go(job: Job, key: int) -> None:
    _asked("SELECT pg_advisory_unlock(%s, %s)", job, key)


def held(job: Job) -> set[int]:
    """Keys that a living session holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2"
            " AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [job],
        )
        return {key for (key,) in cursor}


def _asked(statement, *numbers):
    with connection.cursor() as cursor:
        cursor.execute(statement, [int(one) for one in numbers])
        return cursor.fetchone()[0]
