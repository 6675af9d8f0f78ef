"""Writes a publication of FINESS into établissements, by COPY and by difference (ANN-1, ANN-2, ANN-7).

Called by `annuaire.actions.import_finess` alone, inside its transaction: `arrive` reads and counts, `write`
writes. What it may write over is said by `annuaire.origines.overwrites`; the SQL says the same of all sheets
at once, and a test compares them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter

from django.db import connection

from annuaire.finess import Site
from annuaire.loading.finess import statements

ROW = attrgetter(*(one.name for one in fields(Site)))  # `astuple` copies every value


@dataclass
class Outcome:
    """Counts, and lists of FINESS numbers, of what was done and of what was left. Pages show its words."""

    lus: int = 0
    doublons: int = 0
    perimetre: int = 0
    crees: int = 0
    completes: int = 0
    champs: int = 0
    hors_departement: int = 0
    sans_commune: int = 0
    autre_coordination: int = 0
    connus: int = 0
    ecarts: int = 0
    sans_coordination: dict[str, int] = field(default_factory=dict)
    fermes: dict[str, str] = field(default_factory=dict)  # FINESS number → day in ISO, or empty
    absents: list[str] = field(default_factory=list)

    @property
    def written(self) -> int:
        return self.crees + self.champs


def arrive(sites: Iterable[Site], categories: Sequence[str]) -> Outcome:
    """The file in a temporary table, each site with its place; nothing of ours is written."""
    outcome = Outcome()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.arrivee")
        cursor.execute(statements.TABLE)
        with cursor.copy(statements.COPY) as copy:
            for site in sites:
                copy.write_row(ROW(site))
                outcome.lus += 1
        cursor.execute("CREATE INDEX ON arrivee (finess)")
        cursor.execute("ANALYZE arrivee")
        outcome.doublons = _changed(cursor, statements.DOUBLES)
        for statement in statements.PLACES:
            cursor.execute(statement)
        outcome.hors_departement = _changed(cursor, statements.FAR)
        outcome.perimetre = _changed(cursor, statements.WANTED, {"categories": list(categories)})
        cursor.execute("ANALYZE arrivee")
        outcome.sans_coordination = dict(sorted(_rows(cursor, statements.WITHOUT_COORDINATION)))
        outcome.sans_commune = _rows(cursor, statements.WITHOUT_COMMUNE)[0][0]
        outcome.autre_coordination = _rows(cursor, statements.ELSEWHERE)[0][0]
        outcome.connus = _rows(cursor, statements.COUNT_KNOWN)[0][0]
        outcome.fermes = dict(_rows(cursor, statements.CLOSED))
        outcome.absents = [finess for (finess,) in _rows(cursor, statements.ABSENT)]
    return outcome


def write(outcome: Outcome, *, flux: str, now: datetime, day: str) -> None:
    """Établissements completed, then created; each value that changes leaves its row of history. Where we do
    not say the same in the end is kept beside."""
    told = {"flux": flux, "now": now, "day": day}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.dit")
        cursor.execute(
            "CREATE TEMPORARY TABLE dit (id bigint, champ text, avant jsonb, apres jsonb) ON COMMIT DROP"
        )
        if _changed(cursor, statements.CHANGES):
            cursor.execute(statements.HOLD)
            cursor.execute("TRUNCATE dit")  # read again: somebody may have been typing meanwhile
            outcome.champs = _changed(cursor, statements.CHANGES)
            outcome.completes = _changed(cursor, statements.UPDATE, told)
            cursor.execute(statements.HISTORY, told)
        outcome.crees = _changed(cursor, statements.CREATE, told)
        cursor.execute("DROP TABLE IF EXISTS pg_temp.astray")
        outcome.ecarts = _changed(cursor, statements.ASTRAY)
        cursor.execute(statements.AGREED)
        cursor.execute(statements.DISAGREED)


def _changed(cursor, statement: str, params=None) -> int:
    cursor.execute(statement, params)
    return cursor.rowcount


def _rows(cursor, statement: str) -> list[tuple]:
    cursor.execute(statement)
    return cursor.fetchall()
