"""Each dashboard that somebody holds, of demandes and of notifications, with what awaits him (COM-9)."""

from datetime import datetime

from demandes.reads import suivis
from demandes.reads.tableaux import pages
from viatraj.core.actor import Actor


def resumes(actor: Actor, *, now: datetime) -> list[tuple]:
    """(board, counters): one statement a board."""
    return [*pages.resumes(actor, now=now), *suivis.resumes(actor, now=now)]
