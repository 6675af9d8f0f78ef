"""Writes the store from dossiers and demandes (docs/adr/0077): for `observatoire.actions.magasin` alone.

One dossier after the other gives the same rows as all at once: a slice that is run again changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from observatoire.magasin import sql
from observatoire.models import cles
from observatoire.models.touches import Touche

WEEK = 7
LATELY = 100_000  # dossiers: a month of the country’s


def read_again(dossiers: Sequence[int], *, followed: bool = True) -> set[Touche]:
    """Facts of these dossiers as their rows say now; which months that touches, if they are followed."""
    if not dossiers:
        return set()
    known = {"dossiers": sorted(set(dossiers)), **cles.pads(), **sql.WORDS}
    touched: set[Touche] = set()
    with connection.cursor() as cursor:
        for statement in sql.written(followed=followed):
            cursor.execute(statement, known)
            touched.update(Touche(*row) for row in cursor.fetchall())
    return touched


def take_moved(few: int) -> list[int]:
    """The next dossiers of which something moved, told no more; rows of open transactions come next time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM observatoire_mouvement WHERE id IN ("
            "SELECT id FROM observatoire_mouvement ORDER BY id LIMIT %s) RETURNING dossier",
            [few],
        )
        return sorted({dossier for (dossier,) in cursor.fetchall()})


def forget_moved() -> None:
    """Before all is read again: what was told by then is part of it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM observatoire_mouvement")


def throw_away(stale: Sequence[tuple[str, str]]) -> None:
    """What was counted of these reports and months holds no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM observatoire_cumul WHERE (code, mois) IN"
            " (SELECT * FROM unnest(%s::text[], %s::text[]))",
            [[code for code, _ in stale], [mois for _, mois in stale]],
        )


def forget_counted() -> None:
    """Of every month."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM observatoire_cumul")


def after(last: int, few: int) -> list[int]:
    """The next dossiers of all, those that only the store still knows among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM dossiers_dossier WHERE id > %(last)s UNION SELECT dossier FROM"
            " observatoire_faitdossier WHERE dossier > %(last)s ORDER BY 1 LIMIT %(few)s",
            {"last": last, "few": few},
        )
        return [pk for (pk,) in cursor.fetchall()]


def months(now: datetime) -> list[str]:
    """Those in which something was sent or begun, the last first."""
    with connection.cursor() as cursor:
        cursor.execute(sql.MOIS, {"now": now})
        return [mois for (mois,) in cursor.fetchall()]


def drifts(night: int | None) -> list[dict[str, Any]]:
    """By day of sending, what is counted at the source and here, where they differ.

    `night`: a day of the week, 0 to 6, for a seventh of all dossiers, and the last ones: a trigger that tells
    nothing is seen at once; None for all.
    """
    names = ("jour", "source", "magasin", "secondes_source", "secondes_magasin")
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM dossiers_dossier")
        (top,) = cursor.fetchone()
        bounds = (0, top) if night is None else (top * night // WEEK + 1, top * (night + 1) // WEEK)
        known = {"first": bounds[0], "last": bounds[1], "late": top - LATELY if night is not None else 0}
        cursor.execute(sql.COMPARED, known)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
