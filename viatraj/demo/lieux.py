"""Where dossiers of an invented country lie and where they are sent, for `patientele` and `parcours`.

Of the units, `n` says how busy, `m` who is near whom.
"""

from annuaire.natures import RECEVEUSES

TABLES = """
CREATE TEMP TABLE coordination ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY c.id) AS n, c.id, c.region_id, c.departement_id
FROM annuaire_coordination c WHERE EXISTS (
  SELECT FROM annuaire_etablissement e WHERE e.coordination_id = c.id AND e.finess LIKE '991%%');
CREATE TEMP TABLE unite ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY random()) AS n, row_number() OVER (ORDER BY c.n, e.id, u.id) AS m,
  u.id, e.id AS etablissement_id, c.id AS coordination_id, c.region_id, c.departement_id AS departement,
  u.nature
FROM annuaire_unite u JOIN annuaire_etablissement e ON e.id = u.etablissement_id
JOIN coordination c ON c.id = e.coordination_id;
CREATE TEMP TABLE professionnel ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY id) AS n, id FROM accounts_user WHERE login LIKE 'pro%%';
CREATE UNIQUE INDEX ON unite (n);
CREATE UNIQUE INDEX ON unite (m);
CREATE UNIQUE INDEX ON professionnel (n);
-- Units that each orientation asks, near to far; any unit, in a country too small to have one of these.
CREATE TEMP TABLE receveuse ON COMMIT DROP AS
SELECT o.orientation, row_number() OVER (PARTITION BY o.orientation ORDER BY u.m) - 1 AS rang, u.*
FROM (SELECT orientation, array_agg(nature) AS natures
      FROM unnest(%(orientations)s::text[], %(natures)s::text[]) said (orientation, nature) GROUP BY 1) o
JOIN unite u ON u.nature = ANY(o.natures)
  OR NOT EXISTS (SELECT FROM unite one WHERE one.nature = ANY(o.natures));
CREATE UNIQUE INDEX ON receveuse (orientation, rang);
CREATE TEMP TABLE offre ON COMMIT DROP AS
SELECT orientation, count(*) AS many FROM receveuse GROUP BY 1;
ANALYZE coordination, unite, professionnel, receveuse, offre;
"""
# The one of an orientation that is as far along as a unit is, and so many further.
NEAR = "(floor(({m} - 1)::float / size.unites * offre.many)::int + {further}) %% offre.many"


def receveuses() -> dict[str, list[str]]:
    """Which kinds of units each orientation asks."""
    pairs = [(orientation.value, one.value) for orientation, of in RECEVEUSES.items() for one in of]
    orientations, natures = zip(*pairs, strict=True)
    return {"orientations": list(orientations), "natures": list(natures)}
