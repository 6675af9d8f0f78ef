"""Where communes are: in the middle of their establishments, which FINESS places (docs/adr/0060)."""

from django.db import connection, transaction

from annuaire import policies
from journal.models import record
from viatraj.core.actor import Actor

# The median of a commune's open sites, those of former communes among them; else of the sites of its EPCI.
PLACE = """
WITH site AS MATERIALIZED (
  SELECT coalesce(here.remplacee_par_id, here.code) AS code, e.latitude, e.longitude
  FROM annuaire_etablissement e JOIN annuaire_commune here ON here.code = e.cog_id
  WHERE e.closed_at IS NULL AND e.latitude IS NOT NULL
), own AS MATERIALIZED (
  SELECT code, percentile_cont(0.5) WITHIN GROUP (ORDER BY latitude) AS latitude,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY longitude) AS longitude
  FROM site GROUP BY code
), around AS MATERIALIZED (
  SELECT c.epci_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY site.latitude) AS latitude,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY site.longitude) AS longitude
  FROM site JOIN annuaire_commune c USING (code) WHERE c.epci_id IS NOT NULL GROUP BY c.epci_id
), placed AS (
  SELECT c.code, coalesce(own.latitude, around.latitude) AS latitude,
    coalesce(own.longitude, around.longitude) AS longitude,
    CASE WHEN own.code IS NOT NULL THEN 'finess' WHEN around.epci_id IS NOT NULL THEN 'epci' ELSE '' END
      AS origine
  FROM annuaire_commune c LEFT JOIN own USING (code) LEFT JOIN around USING (epci_id)
  WHERE c.disparu_en IS NULL
)
UPDATE annuaire_commune was
SET latitude = placed.latitude, longitude = placed.longitude, position_origine = placed.origine
FROM placed WHERE placed.code = was.code AND (was.latitude, was.longitude, was.position_origine)
  IS DISTINCT FROM (placed.latitude, placed.longitude, placed.origine)
"""


@transaction.atomic
def place_communes(*, by: Actor) -> int:
    """After établissements came or moved: how many communes are now elsewhere. Said again, none is."""
    policies.load_territoire(by)
    with connection.cursor() as cursor:
        # A territory just loaded has no statistics: row by row, this would take minutes.
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        cursor.execute(PLACE)
        moved = cursor.rowcount
        cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")
    if moved:
        record("territoire.placed", by=by, communes=moved)
    return moved
