"""What is asked of a unit, one criterion at a time, as SQL: what it asks, what it gives, what rules out.

A unit that says no is ruled out; one that says nothing stays, and earns nothing there. `u`: the unit, as
`statements` has read it, with its distance. What people type is in the parameters alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from annuaire.natures import Nature

SPECIALISE, COURANT, CONDITIONS = 40, 30, 15
LISTED, KIND, AGE, MODE, SEJOUR = 20, 10, 10, 10, 10
NEAREST = 30  # where the patient is, or where an HAD goes; nothing at the edge of the circle
QUICK = {1: 20, 3: 15, 7: 10}  # by days, of the median; later, nothing
QUICKEST = max(QUICK.values())
ENOUGH, RECENT = 5, timedelta(days=90)  # answers, and since when
REFUSED, MOST_REFUSED, LATELY = 5, 20, timedelta(days=365)  # taken off for each refusal, at most, since when


@dataclass(frozen=True)
class Critere:
    """`points`: NULL when nobody has told. `condition`: false of a unit that says no.

    `seen`: other columns, for the words.
    """

    points: str
    condition: str = "true"
    jointure: str = ""
    seen: str = ""


# Of the terms of one list of its sheet: how many there are, how many of those that are asked.
GIVEN = """
  CROSS JOIN LATERAL (
    SELECT count(*) AS dites, count(*) FILTER (WHERE nomenclature || ':' || code = ANY({asked})) AS trouvees
    FROM annuaire_element WHERE unite_id = u.id AND champ = '{champ}'
  ) AS {champ}"""


def _between(row: str) -> str:
    low, high = f"{row}.age_min", f"{row}.age_max"
    return f"coalesce({low} <= %(age)s, true) AND coalesce({high} >= %(age)s, true)"


# Which kinds may be asked is the statement’s: nearly all units are of another one.
NATURE = Critere(f"CASE WHEN u.nature <> '' THEN {KIND} END")
PATHOLOGIE = Critere(
    f"""CASE WHEN prise.assuree THEN CASE prise.niveau
      WHEN 'specialise' THEN {SPECIALISE} WHEN 'conditions' THEN {CONDITIONS} ELSE {COURANT} END END""",
    f"prise.assuree IS NOT FALSE AND (%(age)s::int IS NULL OR {_between('prise')})",
    """
  LEFT JOIN annuaire_priseencharge AS prise ON prise.unite_id = u.id AND prise.pathologie = %(pathologie)s""",
)
RESSOURCES = Critere(
    f"CASE WHEN ressources.dites > 0 THEN {LISTED} END",
    "(ressources.dites = 0 OR ressources.trouvees = cardinality(%(ressources)s::text[]))",
    GIVEN.format(champ="ressources", asked="%(ressources)s::text[]"),
)
AGES = Critere(
    f"CASE WHEN coalesce(u.age_min, u.age_max) IS NOT NULL THEN {AGE} END",
    _between("u"),
)
MODES = Critere(
    f"CASE WHEN u.mode <> '' THEN {MODE} END",
    "u.mode IN ('', %(mode)s)",
)
SEJOURS = Critere(
    f"CASE WHEN temporalites.dites > 0 THEN {SEJOUR} END",
    "(temporalites.dites = 0 OR temporalites.trouvees > 0)",
    GIVEN.format(champ="temporalites", asked="ARRAY[%(sejour)s::text]"),
)
# An HAD goes where its zones say; another is as near as it is.
COVERS = "u.id = ANY(%(couvrent)s::bigint[])"
LIEU = Critere(
    f"""CASE WHEN {COVERS} THEN {NEAREST}
      WHEN u.nature <> '{Nature.HAD.value}'
      THEN floor({NEAREST} * (1 - u.distance / %(km)s))::int END""",
    f"""(u.nature <> '{Nature.HAD.value}' OR {COVERS}
      OR NOT EXISTS (SELECT FROM annuaire_couverture WHERE unite_id = u.id))""",
    seen=f"{COVERS} AS couvre",
)
# Of a commune that nobody has placed, only itself is near.
COMMUNE = Critere(
    f"""CASE WHEN {COVERS} THEN {NEAREST}
      WHEN u.nature <> '{Nature.HAD.value}' AND u.cog_id = %(commune)s THEN {NEAREST} END""",
    LIEU.condition,
    seen=LIEU.seen,
)

_BY_DAYS = " ".join(
    f"WHEN delai.mediane <= interval '{days} days' THEN {points}" for days, points in QUICK.items()
)
# How soon it has answered, whoever asked: a median tells nothing of anybody.
DELAI = Critere(
    f"CASE WHEN delai.reponses >= {ENOUGH} THEN CASE {_BY_DAYS} ELSE 0 END END",
    jointure="""
  CROSS JOIN LATERAL (
    SELECT count(*) AS reponses, percentile_cont(0.5) WITHIN GROUP (ORDER BY repondue_at - sent_at) AS mediane
    FROM demandes_demande WHERE unite_id = u.id AND repondue_at >= %(recent)s
  ) AS delai""",
    seen="delai.mediane",
)
# What it has refused to who asks: told to him alone, since only his own are read.
REFUS = Critere(
    f"CASE WHEN refus.combien > 0 THEN -least({MOST_REFUSED}, {REFUSED} * refus.combien)::int END",
    jointure="""
  LEFT JOIN (
    SELECT DISTINCT ON (unite_id) unite_id, motif, sum(count(*)) OVER of_unit AS combien, count(*) AS ainsi
    FROM demandes_demande
    WHERE par_unite_id = %(demandeuse)s AND etat = %(refusee)s AND unite_id IS NOT NULL
      AND changed_at >= %(lately)s
    GROUP BY unite_id, motif WINDOW of_unit AS (PARTITION BY unite_id)
    ORDER BY unite_id, ainsi DESC, motif
  ) AS refus ON refus.unite_id = u.id""",
    seen="refus.combien::int AS refus, refus.motif, refus.ainsi",
)


def moments(now: datetime) -> dict[str, datetime]:
    return {"recent": now - RECENT, "lately": now - LATELY}
