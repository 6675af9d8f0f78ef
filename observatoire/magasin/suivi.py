"""Which months a fact that was written or taken away is counted in, before and after: what was counted of
them holds no more (docs/adr/0077).

Of the rows `ecrits (avant, apres)` of a statement, either of which may be none.
"""

from collections.abc import Mapping
from typing import NamedTuple

from observatoire.models.touches import INSTANTS

PARIS = "AT TIME ZONE 'Europe/Paris'"


class Suivi(NamedTuple):
    """Of one table. `jours`: by each, the columns that its reports look at; none named, all of them.
    `portrait`: what a photograph shows, `durees`: during which stretches, each told apart.
    """

    module: str
    jours: Mapping[str, tuple[str, ...]]
    portrait: tuple[str, ...]
    durees: tuple[str, ...]


# A dossier is photographed from its creation to its decision; a demande while it is sought for, and so on.
OUVERT = (
    "tstzmultirange(tstzrange({row}.cree_at, CASE WHEN {row}.decision <> '' "
    "THEN greatest({row}.cree_at, coalesce({row}.decide_at, {row}.cree_at)) END, '()'))"
)
VIVANTE = "{row}.recherchee * tstzmultirange(tstzrange(NULL, {row}.close_at, '()'))"
SUIVIS = {
    "observatoire_faitdemande": Suivi(
        "module",
        {"envoyee_at": (), "close_at": (), "date_admission": ()},
        ("personne", "module", "region_id", "types", "urgence", "premier_envoi_at"),
        ("{row}.recherchee", VIVANTE, "{row}.en_attente", "{row}.proposee", "{row}.refus"),
    ),
    "observatoire_faitdossier": Suivi(
        "orientation",
        {
            "cree_at": (
                *("personne", "orientation", "cree_at", "age", "sexe", "departement", "gir", "lieu_vie"),
                *("aide_sociale", "envoyees"),
            )
        },
        ("personne", "orientation", "origine", "par_region_id", "types"),
        (OUVERT,),
    ),
}
AVANT, APRES = "(avant)", "(apres)"


def touched(table: str) -> str:
    known = SUIVIS[table]
    parts = [
        f"SELECT '{jour}', {row}.{known.module}, {_mois(f'{row}.{jour}')} FROM ecrits "
        f"WHERE {row}.{jour} IS NOT NULL{_differs(seen)}"
        for jour, seen in known.jours.items()
        for row in (AVANT, APRES)
    ]
    return " UNION ".join([*parts, *(_photographed(known, row) for row in (AVANT, APRES))])


def _mois(column: str) -> str:
    return f"to_char({column}{f' {PARIS}' if column.endswith('_at') else ''}, 'YYYY-MM')"


def _differs(columns: tuple[str, ...]) -> str:
    return f" AND {_distinct(columns)}" if columns else ""


def _distinct(columns: tuple[str, ...]) -> str:
    was, now = (", ".join(f"{row}.{name}" for name in columns) for row in (AVANT, APRES))
    return f"({was}) IS DISTINCT FROM ({now})"


def _photographed(known: Suivi, row: str) -> str:
    """Ends of months at which it stands otherwise; wherever it stood or stands, if it looks otherwise."""
    pairs = [
        tuple(f"coalesce({said.format(row=one)}, '{{}}')" for one in (AVANT, APRES)) for said in known.durees
    ]
    other = " + ".join(f"({was} - {now}) + ({now} - {was})" for was, now in pairs)
    every = " + ".join(f"{was} + {now}" for was, now in pairs)
    return f"""
SELECT '{INSTANTS}', {row}.orientation, to_char(m, 'YYYY-MM') FROM (
  SELECT avant, apres, CASE WHEN {_distinct(known.portrait)} THEN {every} ELSE {other} END AS durees
  FROM ecrits
) e CROSS JOIN LATERAL generate_series(
  date_trunc('month', lower(durees) {PARIS}), least(upper(durees), now()) {PARIS}, '1 month') m
WHERE durees @> (m + interval '1 month') {PARIS} AND {row}.orientation IS NOT NULL"""
