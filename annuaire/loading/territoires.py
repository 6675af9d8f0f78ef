"""Writes a territory into its tables, by COPY and by difference (ANN-7); for its action alone.

Whatever a new year leaves out stays, as `disparu_en`; what it says again is there again.
"""

from collections.abc import Iterable
from dataclasses import astuple

from django.db import connection

from annuaire.models import Region
from annuaire.territoires import Territoire

ARRIVALS = {
    "arrivee_departement": "code text, region text, nom text",
    "arrivee_epci": "code text, nature text, nom text",
    "arrivee_commune": "code text, departement text, epci text, population int, postaux text[], nom text",
    "arrivee_ancienne": "code text, nature text, commune text, nom text",
}
# Each writes only rows that say something else.
UPSERTS = (
    """
INSERT INTO annuaire_departement AS was (code, nom, region_id)
SELECT a.code, a.nom, r.id FROM arrivee_departement a JOIN annuaire_region r ON r.code = a.region ORDER BY 1
ON CONFLICT (code) DO UPDATE SET nom = excluded.nom, region_id = excluded.region_id
WHERE (was.nom, was.region_id) IS DISTINCT FROM (excluded.nom, excluded.region_id)
""",
    """
INSERT INTO annuaire_epci AS was (code, nom, nature) SELECT code, nom, nature FROM arrivee_epci ORDER BY 1
ON CONFLICT (code) DO UPDATE SET nom = excluded.nom, nature = excluded.nature, disparu_en = NULL
WHERE (was.nom, was.nature, was.disparu_en) IS DISTINCT FROM (excluded.nom, excluded.nature, NULL)
""",
    """
INSERT INTO annuaire_commune AS was
  (code, nom, codes_postaux, population, departement_id, epci_id, position_origine)
SELECT code, nom, postaux, population, departement, nullif(epci, ''), '' FROM arrivee_commune ORDER BY 1
ON CONFLICT (code) DO UPDATE SET nom = excluded.nom, codes_postaux = excluded.codes_postaux,
  population = excluded.population, departement_id = excluded.departement_id, epci_id = excluded.epci_id,
  disparu_en = NULL, remplacee_par_id = NULL
WHERE (was.nom, was.codes_postaux, was.population, was.departement_id, was.epci_id, was.disparu_en)
  IS DISTINCT FROM (excluded.nom, excluded.codes_postaux, excluded.population, excluded.departement_id,
  excluded.epci_id, NULL)
""",
    """
INSERT INTO annuaire_communeancienne AS was (code, nom, nature, commune_id)
SELECT code, nom, nature, commune FROM arrivee_ancienne ORDER BY 1
ON CONFLICT (code) DO UPDATE SET nom = excluded.nom, nature = excluded.nature,
  commune_id = excluded.commune_id
WHERE (was.nom, was.nature, was.commune_id)
  IS DISTINCT FROM (excluded.nom, excluded.nature, excluded.commune_id)
""",
)
LEFT = (
    """
UPDATE annuaire_epci SET disparu_en = %(annee)s
WHERE disparu_en IS NULL AND code NOT IN (SELECT code FROM arrivee_epci)
""",
    """
UPDATE annuaire_commune was SET disparu_en = coalesce(was.disparu_en, %(annee)s),
  remplacee_par_id = coalesce(gone.successor, was.remplacee_par_id)
FROM (
  SELECT one.code, a.commune AS successor FROM annuaire_commune one LEFT JOIN arrivee_ancienne a USING (code)
  WHERE one.code NOT IN (SELECT code FROM arrivee_commune)
) gone
WHERE was.code = gone.code
  AND (was.disparu_en IS NULL OR gone.successor <> coalesce(was.remplacee_par_id, ''))
""",
    # A code that is a commune of its own again, and nothing else.
    """
DELETE FROM annuaire_communeancienne WHERE code NOT IN (SELECT code FROM arrivee_ancienne)
  AND code IN (SELECT code FROM arrivee_commune)
""",
)
# Until each leads to a living one: a successor may itself have been taken in since.
FOLLOWED = (
    """
UPDATE annuaire_commune was SET remplacee_par_id = next.remplacee_par_id
FROM annuaire_commune next WHERE next.code = was.remplacee_par_id AND next.remplacee_par_id IS NOT NULL
""",
    """
UPDATE annuaire_communeancienne was SET commune_id = next.remplacee_par_id
FROM annuaire_commune next WHERE next.code = was.commune_id AND next.remplacee_par_id IS NOT NULL
""",
)


def load(territoire: Territoire) -> int:
    """How many rows were written."""
    written = _regions(territoire)
    with connection.cursor() as cursor:
        _arrive(cursor, territoire)
        for statement in (*UPSERTS, *LEFT):
            cursor.execute(statement, {"annee": territoire.annee})
            written += cursor.rowcount
        while followed := sum(_count(cursor, statement) for statement in FOLLOWED):
            written += followed
        if written:
            cursor.execute("ANALYZE annuaire_commune, annuaire_communeancienne, annuaire_epci")
    return written


def lost(territoire: Territoire) -> int:
    """How many communes that live now are not in it."""
    known = [one.code for one in territoire.communes]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM annuaire_commune WHERE disparu_en IS NULL AND code <> ALL(%s)", [known]
        )
        return cursor.fetchone()[0]


def _regions(territoire: Territoire) -> int:
    """By the model: they hold more than the COG says."""
    said = {one.code: one.nom for one in territoire.regions}
    known = list(Region.objects.filter(code__in=said).order_by("pk"))
    changed = [one for one in known if one.nom != said[one.code]]
    for one in changed:
        one.nom = said[one.code]
        one.save(update_fields=["nom"])
    here = {one.code for one in known}
    new = [Region(code=code, nom=nom) for code, nom in said.items() if code not in here]
    return len(Region.objects.bulk_create(new)) + len(changed)


def _count(cursor, statement: str) -> int:
    cursor.execute(statement)
    return cursor.rowcount


def _arrive(cursor, territoire: Territoire) -> None:
    rows = {
        "arrivee_departement": map(astuple, territoire.departements),
        "arrivee_epci": map(astuple, territoire.epci),
        "arrivee_commune": (
            (one.code, one.departement, one.epci, one.population, list(one.codes_postaux), one.nom)
            for one in territoire.communes
        ),
        "arrivee_ancienne": map(astuple, territoire.anciennes),
    }
    for name, columns in ARRIVALS.items():
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP")
        _copy(cursor, name, rows[name])
    cursor.execute(f"ANALYZE {', '.join(ARRIVALS)}")


def _copy(cursor, name: str, rows: Iterable[tuple]) -> None:
    with cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
