"""The one statement that ranks units: candidates first, by an index, then what each criterion gives them.

Written out so that each criterion is worked out once: the ORM repeats it where it narrows, adds and sorts.
"""

from collections.abc import Iterable, Mapping

from demandes.reads.criteres import DELAI, QUICKEST, Critere

# What is asked of a unit stands with it: each row is read once.
COLUMNS = """u.id, u.nature, u.mode, u.age_min, u.age_max, u.nom, e.nom AS etablissement, e.cog_id,
    e.coordination_id"""
# Of the kinds that are asked, or of none that anybody has said; of this orientation, or at home.
OPEN = """u.closed_at IS NULL AND e.closed_at IS NULL AND u.nature = ANY(%(natures)s::text[])
    AND (u.domaine IN ('', %(orientation)s) OR u.nature = 'ssiad')"""
UNITS = "annuaire_unite AS u JOIN annuaire_etablissement AS e ON e.id = u.etablissement_id"
HERE = "annuaire_distance_km({0}.latitude, {0}.longitude, %(latitude)s, %(longitude)s)"
BOX = "{0}.latitude BETWEEN %(south)s AND %(north)s AND ({longitudes})"
LONGITUDES = "{0}.longitude BETWEEN %(west{number})s AND %(east{number})s"
# An HAD goes there, wherever it is: it is counted once.
GOES, STAYS = "u.id = ANY(%(couvrent)s::bigint[])", "u.id <> ALL(%(couvrent)s::bigint[])"

EVERYWHERE = """
  SELECT {columns}, NULL::float8 AS distance FROM {units} WHERE {open}"""
# A unit is where it says, else where its établissement is.
AROUND = """
  SELECT * FROM (
    SELECT {columns}, {at_e} AS distance FROM {units}
    WHERE {box_e} AND u.latitude IS NULL AND {open} AND {stays}
    UNION ALL
    SELECT {columns}, {at_u} FROM {units} WHERE {box_u} AND {open} AND {stays}
  ) AS proches WHERE distance <= %(km)s
  UNION ALL
  SELECT {columns}, coalesce({at_u}, {at_e}) FROM {units} WHERE {goes} AND {open}
  UNION ALL
  SELECT {columns}, NULL FROM {units}
  WHERE {departement} AND e.latitude IS NULL AND u.latitude IS NULL AND {open} AND {stays}"""
# Nobody knows how far: those of the département are not hidden.
DEPARTEMENT = (
    "(e.cog_id LIKE %(departement)s OR (e.cog_id IS NULL AND e.code_postal LIKE ANY(%(codes)s::text[])))"
)
OF_DEPARTEMENT = """
  SELECT {columns}, NULL::float8 AS distance FROM {units} WHERE ({departement} OR {goes}) AND {open}"""
PARTS = {
    "columns": COLUMNS,
    "open": OPEN,
    "units": UNITS,
    "goes": GOES,
    "stays": STAYS,
    "departement": DEPARTEMENT,
}

DEPLOYED = "u.coordination_id IN (SELECT id FROM annuaire_coordination WHERE %(orientation)s = ANY(modules))"
NAMED = "norm_cle(u.etablissement) LIKE '%%' || norm_cle(%(nom)s) || '%%'"
NOT_ITSELF = "u.id <> %(demandeuse)s"
AMONG = "u.id = ANY(%(parmi)s::bigint[])"

# A page needs few medians: of those that, with the quickest answer, would still be on it.
RANKING = """
WITH candidats AS MATERIALIZED ({candidats}
), notes AS MATERIALIZED (
  SELECT u.id, u.nature, u.distance, u.etablissement, u.nom{points}
  FROM candidats AS u{jointures}
  WHERE {deployed} AND {conditions}
), sommes AS MATERIALIZED (
  SELECT *, {total} AS base, {connus} AS dits FROM notes
), seuil AS (
  SELECT min(base) AS base FROM (
    SELECT base FROM sommes WHERE dits > 0 ORDER BY base DESC LIMIT %(avant)s + %(combien)s
  ) AS premiers HAVING count(*) = %(avant)s + %(combien)s
), finalistes AS (
  SELECT u.*{last} FROM sommes AS u{last_jointure}
  WHERE u.base >= coalesce((SELECT base FROM seuil) - {quickest}, u.base)
)
SELECT *, base + coalesce(p_delai, 0) AS total, (SELECT count(*) FROM sommes) AS combien
FROM finalistes
ORDER BY dits = 0 AND p_delai IS NULL, total DESC, dits + (p_delai IS NOT NULL)::int DESC,
  distance NULLS LAST, etablissement, nom, id
LIMIT %(combien)s OFFSET %(avant)s
"""


def everywhere() -> str:
    return EVERYWHERE.format(**PARTS)


def around(ranges: int) -> str:
    """`ranges` of longitudes: two where the box passes 180."""
    known = dict(PARTS)
    for one in "eu":
        here = " OR ".join(LONGITUDES.format(one, number=number) for number in range(ranges))
        known[f"at_{one}"] = HERE.format(one)
        known[f"box_{one}"] = BOX.format(one, longitudes=here)
    return AROUND.format(**known)


def in_departement() -> str:
    """Of a commune that nobody has placed."""
    return OF_DEPARTEMENT.format(**PARTS)


def ranking(candidats: str, criteres: Mapping[str, Critere], only: Iterable[str]) -> str:
    """A column of points for each criterion, `p_` and its name; of whom nothing is known comes last.

    Refusals say nothing of what a unit is: they are no part of what is known of it.
    """
    return RANKING.format(
        candidats=candidats,
        deployed=DEPLOYED,
        points="".join(_columns(criteres)),
        jointures="".join(one.jointure for one in criteres.values()),
        conditions=" AND ".join([*(f"({one.condition})" for one in criteres.values()), *only]) or "true",
        total=" + ".join([*(f"coalesce(p_{name}, 0)" for name in criteres), "0"]),
        connus=" + ".join([*(f"(p_{name} IS NOT NULL)::int" for name in criteres if name != "refus"), "0"]),
        last="".join(_columns({"delai": DELAI})),
        last_jointure=DELAI.jointure,
        quickest=QUICKEST,
    )


def _columns(criteres: Mapping[str, Critere]) -> list[str]:
    points = [f",\n    {one.points} AS p_{name}" for name, one in criteres.items()]
    return points + [f",\n    {one.seen}" for one in criteres.values() if one.seen]
