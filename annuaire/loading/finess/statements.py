"""SQL that compares a publication of FINESS, in the temporary table `arrivee`, with our établissements.

Made from `annuaire.fiches`, so that a field that moves is found where it went.
"""

from dataclasses import fields

from annuaire import fiches
from annuaire.fiches import Stock
from annuaire.finess import CHAMPS, COMPARES, Site
from annuaire.models import SYNCHRONISED, Ecart
from annuaire.origines import Origine
from annuaire.reads.fiches import COLUMNS
from viatraj.core.droits import Niveau

TYPES = {"latitude": "float8", "longitude": "float8", "ferme": "bool"}
FARTHEST = {"971": 400, "973": 450, "987": 2_500}  # km from the middle of a département’s sites
FARTHEST_IN_FRANCE, FEWEST = 150, 20
STAYS = ("latitude", "longitude", "cog")  # a file that does not say them takes none away
BY_COLUMN = [one for one in CHAMPS if fiches.donnee(Niveau.ETABLISSEMENT, one).stock == Stock.COLONNE]
IN_FICHE = [one for one in CHAMPS if one not in BY_COLUMN]


def _column(champ: str) -> str:
    return COLUMNS.get(champ, champ)


def _kept(champ: str) -> str:
    """The value of a sheet `e`, as JSON; NULL when it says nothing."""
    if champ in IN_FICHE:
        return f"e.fiche -> '{champ}'"
    name = _column(champ)
    return f"to_jsonb(e.{name})" if champ in STAYS else f"to_jsonb(nullif(e.{name}, ''))"


def _said(champ: str) -> str:
    """The value of a site `a`, likewise."""
    if champ == "cog":
        return "to_jsonb(a.vivante)"
    return f"to_jsonb(a.{champ})" if champ in STAYS else f"to_jsonb(nullif(a.{champ}, ''))"


def _origin(champ: str) -> str:
    return f"coalesce(e.origines #>> '{{{champ},0}}', '')"


def _list(values) -> str:
    """Of our own words, for IN."""
    return ", ".join(f"'{value}'" for value in values)


OURS = _list(("", Origine.FINESS))
STAYING = _list(STAYS)
ARRIVAL = ", ".join(f"{one.name} {TYPES.get(one.name, 'text')}" for one in fields(Site))
TABLE = f"""
CREATE TEMPORARY TABLE arrivee ({ARRIVAL}, rang int GENERATED ALWAYS AS IDENTITY, coordination_id bigint,
vivante text, voulu bool NOT NULL DEFAULT false) ON COMMIT DROP
"""
COPY = f"COPY arrivee ({', '.join(one.name for one in fields(Site))}) FROM STDIN"
DOUBLES = "DELETE FROM arrivee a USING arrivee later WHERE later.finess = a.finess AND later.rang > a.rang"
PLACES = (
    """
UPDATE arrivee a SET vivante = known.vivante
FROM (SELECT cog, annuaire_commune_vivante(cog) AS vivante FROM (SELECT DISTINCT cog FROM arrivee) each) known
WHERE known.cog = a.cog AND known.vivante IS NOT NULL
""",
    """
UPDATE arrivee a SET coordination_id = c.id
FROM annuaire_coordination c, arrivee b LEFT JOIN annuaire_commune commune ON commune.code = b.vivante
WHERE a.rang = b.rang AND c.departement_id = coalesce(commune.departement_id, b.departement)
""",
)
# The middle of a département is that of its sites, which a few wrong ones do not move.
FAR = f"""
WITH milieu AS (
  SELECT departement, percentile_cont(0.5) WITHIN GROUP (ORDER BY latitude) AS latitude,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY longitude) AS longitude
  FROM arrivee WHERE latitude IS NOT NULL GROUP BY 1 HAVING count(*) >= {FEWEST}
)
UPDATE arrivee a SET latitude = NULL, longitude = NULL FROM milieu m
WHERE a.departement = m.departement AND a.latitude IS NOT NULL
  AND annuaire_distance_km(a.latitude, a.longitude, m.latitude, m.longitude)
  > CASE a.departement {" ".join(f"WHEN '{code}' THEN {km}" for code, km in FARTHEST.items())}
  ELSE {FARTHEST_IN_FRANCE} END
"""
WANTED = "UPDATE arrivee SET voulu = true WHERE categorie = ANY(%(categories)s) AND nom <> ''"
WITHOUT_COORDINATION = """
SELECT departement, count(*) FROM arrivee WHERE voulu AND NOT ferme AND coordination_id IS NULL GROUP BY 1
"""
WITHOUT_COMMUNE = "SELECT count(*) FROM arrivee WHERE voulu AND NOT ferme AND vivante IS NULL"
ELSEWHERE = """
SELECT count(*) FROM arrivee a JOIN annuaire_etablissement e USING (finess)
WHERE e.closed_at IS NULL AND a.coordination_id <> e.coordination_id
"""
CLOSED = """
SELECT e.finess, a.fermeture FROM annuaire_etablissement e JOIN arrivee a USING (finess)
WHERE a.ferme AND e.closed_at IS NULL ORDER BY 1
"""
# Those that FINESS has fed once, and that are still open.
KNOWN = """
SELECT e.finess FROM annuaire_etablissement e WHERE e.closed_at IS NULL AND e.finess IS NOT NULL
AND jsonb_path_exists(e.origines, '$.*[0] ? (@ == "finess")')
"""
COUNT_KNOWN = f"SELECT count(*) FROM ({KNOWN}) known"
ABSENT = f"{KNOWN} AND e.finess NOT IN (SELECT finess FROM arrivee) ORDER BY 1"

# Asked of what differs alone, which is little.
ITS_ORIGIN = "coalesce(e.origines #>> ARRAY[one.champ, '0'], '')"
# The rule of `origines.overwrites`: not while the ROR feeds it, and only what nobody has said, or FINESS has.
# A position is one value: neither half of it is written over when a person has said the other.
CHANGES = f"""
INSERT INTO dit
SELECT e.id, one.champ, one.avant, one.apres
FROM arrivee a JOIN annuaire_etablissement e USING (finess)
CROSS JOIN LATERAL (VALUES
  {", ".join(f"('{champ}', {_kept(champ)}, {_said(champ)})" for champ in CHAMPS)}
) one (champ, avant, apres)
WHERE a.voulu AND NOT a.ferme AND e.closed_at IS NULL
  AND e.synchronisation NOT IN ({_list(SYNCHRONISED)})
  AND one.avant IS DISTINCT FROM one.apres
  AND {ITS_ORIGIN} IN ({OURS})
  AND (one.apres IS NOT NULL OR {ITS_ORIGIN} = '{Origine.FINESS}' AND one.champ NOT IN ({STAYING}))
  AND (one.champ NOT IN ('latitude', 'longitude')
    OR {_origin("latitude")} IN ({OURS}) AND {_origin("longitude")} IN ({OURS}))
"""
HOLD = """
SELECT id FROM annuaire_etablissement WHERE id IN (SELECT id FROM dit) ORDER BY id FOR NO KEY UPDATE
"""


def _new_value(champ: str) -> str:
    name = _column(champ)
    if champ in TYPES:
        value = f"(said.apres ->> '{champ}')::{TYPES[champ]}"
    else:
        value = f"said.apres ->> '{champ}'" if champ == "cog" else f"coalesce(said.apres ->> '{champ}', '')"
    return f"{name} = CASE WHEN said.apres ? '{champ}' THEN {value} ELSE e.{name} END"


UPDATE = f"""
UPDATE annuaire_etablissement e SET version = e.version + 1,
  {", ".join(map(_new_value, BY_COLUMN))},
  fiche = (e.fiche || coalesce(said.fiche, '{{}}')) - coalesce(said.vides, '{{}}'),
  origines = e.origines || said.origines
FROM (
  SELECT id, jsonb_object_agg(champ, apres) AS apres,
    jsonb_object_agg(champ, apres) FILTER (WHERE champ IN ({_list(IN_FICHE)}) AND apres IS NOT NULL) AS fiche,
    array_agg(champ) FILTER (WHERE apres IS NULL) AS vides,
    jsonb_object_agg(champ, jsonb_build_array('{Origine.FINESS}', %(day)s::text)) AS origines
  FROM dit GROUP BY id
) said
WHERE said.id = e.id
"""
HISTORY = f"""
INSERT INTO annuaire_modification (etablissement_id, champ, avant, apres, origine, le, flux)
SELECT id, champ, avant, apres, '{Origine.FINESS}', %(now)s, %(flux)s FROM dit ORDER BY id, champ
"""
CREATE = f"""
INSERT INTO annuaire_etablissement
  (finess, coordination_id, {", ".join(map(_column, BY_COLUMN))}, synchronisation, fiche, origines,
  textes_source, version)
SELECT a.finess, a.coordination_id,
  {", ".join("a.vivante" if one == "cog" else f"a.{one}" for one in BY_COLUMN)},
  'non_synchronise',
  jsonb_strip_nulls(jsonb_build_object({", ".join(f"'{one}', {_said(one)}" for one in IN_FICHE)})),
  (SELECT jsonb_object_agg(champ, jsonb_build_array('{Origine.FINESS}', %(day)s::text)) FROM (VALUES
    ('finess', to_jsonb(a.finess)), {", ".join(f"('{one}', {_said(one)})" for one in CHAMPS)}
  ) one (champ, apres) WHERE apres IS NOT NULL),
  '{{}}', 1
FROM arrivee a
WHERE a.voulu AND NOT a.ferme AND a.coordination_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM annuaire_etablissement e WHERE e.finess = a.finess)
ORDER BY a.finess
"""

# What FINESS says otherwise than we do, once it has written what it may; upper case and accents say nothing.
ASTRAY = f"""
CREATE TEMPORARY TABLE astray ON COMMIT DROP AS
SELECT e.id AS etablissement_id, one.champ, left(one.dit, 200) AS dit
FROM arrivee a JOIN annuaire_etablissement e USING (finess)
CROSS JOIN LATERAL (VALUES
  {", ".join(f"('{champ}', {_kept(champ)} #>> '{{}}', {_said(champ)} #>> '{{}}')" for champ in COMPARES)}
) one (champ, tenu, dit)
WHERE a.voulu AND NOT a.ferme AND e.closed_at IS NULL AND one.dit IS NOT NULL
  AND one.tenu IS DISTINCT FROM one.dit AND norm_cle(coalesce(one.tenu, '')) <> norm_cle(one.dit)
UNION ALL
SELECT e.id, '{Ecart.FERME}', a.fermeture
FROM arrivee a JOIN annuaire_etablissement e USING (finess) WHERE a.ferme AND e.closed_at IS NULL
UNION ALL
SELECT e.id, '{Ecart.ABSENT}', ''
FROM ({KNOWN}) known JOIN annuaire_etablissement e USING (finess)
WHERE known.finess NOT IN (SELECT finess FROM arrivee)
"""
AGREED = """
DELETE FROM annuaire_ecart kept WHERE NOT EXISTS (SELECT FROM astray
  WHERE (etablissement_id, champ, dit) = (kept.etablissement_id, kept.champ, kept.dit))
"""
DISAGREED = """
INSERT INTO annuaire_ecart (etablissement_id, champ, dit)
SELECT etablissement_id, champ, dit FROM astray ORDER BY 1, 2 ON CONFLICT DO NOTHING
"""
