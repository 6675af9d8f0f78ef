"""One query that must return nothing: copies unlike the directory, what still lives in a closed place."""

from django.db import connection

from annuaire.models import lying

COPIES = """
SELECT '{table}' AS nom, r.id, 'copies' AS faute FROM {table} r
  LEFT JOIN annuaire_unite u ON u.id = r.unite_id
  LEFT JOIN annuaire_guichet g ON g.id = r.guichet_id
  LEFT JOIN annuaire_etablissement e
    ON e.id = coalesce(u.etablissement_id, g.etablissement_id, r.etablissement_id)
  LEFT JOIN annuaire_coordination c
    ON c.id = coalesce(e.coordination_id, g.coordination_id, r.coordination_id)
WHERE (r.etablissement_id, r.coordination_id, r.region_id) IS DISTINCT FROM
      (e.id, c.id, coalesce(c.region_id, r.region_id))
"""
LIVING = """
SELECT '{table}', r.id, 'closed' FROM {table} r
  LEFT JOIN annuaire_unite u ON u.id = r.unite_id
  LEFT JOIN annuaire_guichet g ON g.id = r.guichet_id
  LEFT JOIN annuaire_etablissement e ON e.id = r.etablissement_id
WHERE {living} AND coalesce(u.closed_at, g.closed_at, e.closed_at) IS NOT NULL
"""
GATHERED = """
SELECT 'annuaire_guichet_unites', d.id, 'gathered' FROM annuaire_guichet_unites d
  JOIN annuaire_guichet g ON g.id = d.guichet_id JOIN annuaire_unite u ON u.id = d.unite_id
  JOIN annuaire_etablissement e ON e.id = u.etablissement_id
WHERE u.closed_at IS NOT NULL OR g.closed_at IS NOT NULL OR g.etablissement_id IS DISTINCT FROM e.id
  AND (g.etablissement_id IS NOT NULL OR g.coordination_id <> e.coordination_id)
"""
ALIVE = {
    "habilitations_habilitation": "r.revoked_at IS NULL AND r.fin >= current_date",
    "habilitations_demandehabilitation": "r.state = 'waiting'",
}


def astray() -> list[tuple]:
    """(table, id, what is wrong)."""
    parts = [COPIES.format(table=model._meta.db_table) for model in lying()]
    parts += [LIVING.format(table=table, living=living) for table, living in ALIVE.items()]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([*parts, GATHERED]))
        return cursor.fetchall()
