"""Dossiers of the invented country without a solution, as `demandes.reads.solutions` reckons them (DOS-4)."""

from demandes.delais import Echeance, delai
from demandes.etats import Etat
from demandes.reads.solutions import CHERCHES, TROUVES
from viatraj.core.droits import Orientation

TABLE = """
CREATE TEMP TABLE impasse ON COMMIT DROP AS
SELECT *, CASE WHEN NOT cherchee THEN 'refus' WHEN due <= %(now)s THEN 'delai' ELSE 'cours' END AS etat
FROM (
  SELECT d.dossier_id, d.orientation, min(d.sent_at) FILTER (WHERE d.etat = ANY(%(comptees)s)) AS depuis,
    (array_agg(d.coordination_id ORDER BY d.sent_at, d.id) FILTER (WHERE d.etat = ANY(%(comptees)s)))[1]
      AS coordination_id,
    bool_or(d.etat = ANY(%(cherches)s)) AS cherchee, max(d.changed_at) AS changee
  FROM demandes_demande d JOIN dossiers_dossier q ON q.id = d.dossier_id
  WHERE q.decision = '' AND d.sent_at IS NOT NULL AND d.dossier_id BETWEEN %(start)s AND %(end)s
  GROUP BY 1, 2
  HAVING bool_or(d.etat = ANY(%(comptees)s)) AND NOT bool_or(d.etat = ANY(%(trouves)s))
) x
JOIN unnest(%(delais)s::text[], %(jours)s::int[]) AS delai (vers, jours) ON vers = orientation
CROSS JOIN LATERAL (
  SELECT ((depuis AT TIME ZONE 'Europe/Paris')::date + jours + 1)::timestamp AT TIME ZONE 'Europe/Paris'
    AS due
) y;
"""
WRITTEN = """
INSERT INTO demandes_sanssolution (dossier_id, orientation, coordination_id, etablissement_id, unite_id, etat,
  depuis, changed_at, echeance_at)
SELECT i.dossier_id, i.orientation, coalesce(o.coordination_id, i.coordination_id), o.etablissement_id,
  o.unite_id, i.etat, depuis, CASE i.etat WHEN 'refus' THEN changee WHEN 'delai' THEN due ELSE depuis END,
  CASE i.etat WHEN 'cours' THEN due END
FROM impasse i
JOIN dossiers_presence o ON o.dossier_id = i.dossier_id AND o.role IN ('demandeur', 'medecin');

INSERT INTO dossiers_presence (dossier_id, role, niveau, orientation, region_id, coordination_id,
  etablissement_id, created_at, numero, etat, patient, date_naissance)
SELECT s.dossier_id, 'regulateur',
  CASE WHEN s.etablissement_id IS NULL THEN 'coordination' ELSE 'etablissement' END, s.orientation,
  c.region_id, s.coordination_id, s.etablissement_id, s.changed_at, o.numero, o.etat, o.patient,
  o.date_naissance
FROM demandes_sanssolution s JOIN impasse i USING (dossier_id)
JOIN annuaire_coordination c ON c.id = s.coordination_id
JOIN dossiers_presence o ON o.dossier_id = s.dossier_id AND o.role IN ('demandeur', 'medecin')
WHERE s.etat <> 'cours'
"""
SCRIPT = TABLE + WRITTEN


def known() -> dict[str, list]:
    """What the script asks besides its moment and its dossiers."""
    jours = {one.value: delai(one, Echeance.SANS_SOLUTION) for one in Orientation}
    return {
        "trouves": [one.value for one in TROUVES],
        "cherches": [one.value for one in CHERCHES],
        "comptees": [one.value for one in CHERCHES | {Etat.REFUSEE}],
        "delais": [code for code, delai in jours.items() if delai],
        "jours": [delai.nombre for delai in jours.values() if delai],
    }
