"""The statements that make facts of rows: of the dossiers of `%(dossiers)s`, each told once.

Columns stand once, as name and expression; INSERT, UPDATE and «has it changed?» are drawn from them.
"""

from collections.abc import Mapping

from demandes.etats import CLOS, PROPOSES, RECUS, Etat
from observatoire.magasin import suivi
from observatoire.models.cles import digest

A_RELIRE = "unnest(%(dossiers)s::bigint[]) AS r (dossier)"

# Of the dossier `d`, what its volets say (`ori`, `adm`, `adr`), who asks (`o`, its coordination `c`).
COMMUNS = {
    "personne": digest("d.nom_cle || '|' || d.prenom_cle || '|' || d.date_naissance::text"),
    "orientation": "d.orientation",
    "origine": "d.origine",
    "age": "d.age_creation",
    "sexe": "d.sexe",
    "departement": "d.departement",
    "pathologie": "d.pathologie",
    "types": "d.types",
    "gir": "d.gir",
    "urgence": "left(coalesce(ori.contenu->>'urgence', adm.contenu->>'delai', ''), 12)",
    "lieu_vie": "left(coalesce(ori.contenu->>'anterieur', adm.contenu->>'situation', ''), 12)",
    "aide_sociale": "coalesce(adm.contenu->'financement' ? 'ash', false)",
    "cree_at": "d.created_at",
}
ASKED = {
    "par_region_id": "c.region_id",
    "par_coordination_id": "{o}coordination_id",
    "par_etablissement_id": "{o}etablissement_id",
    "par_unite_id": "{o}unite_id",
    "par_professionnel_id": "{o}professionnel_id",
}
VOLETS = """
LEFT JOIN dossiers_volet ori ON ori.dossier_id = d.id AND ori.kind = 'orientation'
LEFT JOIN dossiers_volet adm ON adm.dossier_id = d.id AND adm.kind = 'administratif'
"""
# Written once, kept when the row is written again.
ALORS = {
    "par_alors_etablissement_id": "{o}etablissement_id",
    "par_alors_unite_id": "{o}unite_id",
}
PARIS = suivi.PARIS


def _seconds(since: str, until: str) -> str:
    """Whole ones gone by, never below nothing: what is noted after the fact took no time. NULL of NULL."""
    return (
        f"CASE WHEN {until} >= {since} THEN floor(extract(epoch FROM {until} - {since}))::int "
        f"WHEN {until} < {since} THEN 0 END"
    )


DEMANDE = {
    "demande": "q.id",
    "dossier": "d.id",
    "ligne": digest("'demande|' || q.id"),
    **COMMUNS,
    **{name: said.format(o="q.par_") for name, said in ASKED.items()},
    "module": "CASE WHEN q.niveau = 'coordination' THEN 'cpam' ELSE q.orientation END",
    "niveau": "q.niveau",
    "region_id": "q.region_id",
    "coordination_id": "q.coordination_id",
    "etablissement_id": "q.etablissement_id",
    "guichet_id": "coalesce(q.guichet_id, q.entree_id)",
    "unite_id": "q.unite_id",
    "etat": "q.etat",
    "motif": "q.motif",
    "premier_envoi_at": "least(h.premier_envoi, q.sent_at)",
    "envoyee_at": "q.sent_at",
    "ouverte_at": "q.opened_at",
    "repondue_at": "q.repondue_at",
    "admise_at": "CASE WHEN q.etat = 'admis' THEN q.depuis END",
    "close_at": "CASE WHEN q.etat = ANY(%(clos)s) THEN q.depuis END",
    "date_admission": "q.date_admission",
    "delai_ouverture": _seconds("q.sent_at", "q.opened_at"),
    "delai_reponse": _seconds("q.sent_at", "q.repondue_at"),
    "delai_admission": (
        "CASE WHEN q.date_admission IS NOT NULL AND q.repondue_at IS NOT NULL THEN "
        f"greatest(0, q.date_admission - (q.repondue_at {PARIS})::date) * 86400 END"
    ),
    "precisions": "h.precisions",
    "relances": "h.relances",
    "recherchee": "h.recherchee",
    "en_attente": "h.en_attente",
    "proposee": "h.proposee",
    "refus": "h.refus",
}
DEMANDE_ALORS = {
    **{name: said.format(o="q.par_") for name, said in ALORS.items()},
    "alors_etablissement_id": "q.etablissement_id",
    "alors_unite_id": "q.unite_id",
}
# What became of the demande `q`: its steps, each lasting until the next. A clock set back makes none end
# before it begins. Years to come hold none: their partitions are not looked at. Asked of one demande at a
# time, so that no slice is tempted to read the steps of all.
HISTOIRE = """
CROSS JOIN LATERAL (
  SELECT min(at) FILTER (WHERE verbe IN ('envoyer', 'enregistrer')) AS premier_envoi,
    count(*) FILTER (WHERE verbe = 'questionner') AS precisions,
    count(*) FILTER (WHERE verbe = 'relancer') AS relances,
    range_agg(duree) FILTER (WHERE after = ANY(%(cherches)s)) AS recherchee,
    range_agg(duree) FILTER (WHERE after = 'attente') AS en_attente,
    range_agg(duree) FILTER (WHERE after = ANY(%(trouves)s)) AS proposee,
    range_agg(duree) FILTER (WHERE after = 'refusee') AS refus
  FROM (
    SELECT t.at, t.verbe, t.after,
      tstzrange(t.at, CASE WHEN lead(t.at) OVER w IS NOT NULL THEN greatest(t.at, lead(t.at) OVER w) END)
        AS duree
    FROM demandes_transition t WHERE t.demande_id = q.id AND t.at < now() + interval '1 year'
    WINDOW w AS (ORDER BY t.version)
  ) pas
) h
"""
DEMANDES_FROM = f"""
FROM {A_RELIRE}
JOIN dossiers_dossier d ON d.id = r.dossier
JOIN demandes_demande q ON q.dossier_id = d.id AND q.sent_at IS NOT NULL
LEFT JOIN annuaire_coordination c ON c.id = q.par_coordination_id
{VOLETS}
{HISTOIRE}
"""
DOSSIER = {
    "dossier": "d.id",
    "ligne": digest("'dossier|' || d.id"),
    **COMMUNS,
    **{name: said.format(o="o.") for name, said in ASKED.items()},
    "etat": "d.etat",
    "decision": "d.decision",
    "motif": "d.motif",
    "decide_at": "d.decided_at",
    "complet_at": "v.complet_at",
    "envoye_at": "f.envoye_at",
    "admis_at": "f.admis_at",
    "date_admission": "f.date_admission",
    "envoyees": "f.envoyees",
    "refusees": "f.refusees",
    "delai_envoi": _seconds("d.created_at", "f.envoye_at"),
    "age_mois": (
        "CASE WHEN d.orientation = 'tnd' THEN (extract(year FROM age_du) * 12 + extract(month FROM age_du)) "
        "END"
    ),
    "traitant_id": "l.professionnel_id",
    "accepte_at": "CASE WHEN l.etat = 'accepte' THEN l.answered_at END",
    "medical_at": "v.medical_at",
}
DOSSIER_ALORS = {name: said.format(o="o.") for name, said in ALORS.items()}
DOSSIERS_FROM = f"""
FROM {A_RELIRE}
JOIN dossiers_dossier d ON d.id = r.dossier
CROSS JOIN LATERAL (
  SELECT age((d.created_at {PARIS})::date::timestamp, d.date_naissance::timestamp) AS age_du) naissance
LEFT JOIN dossiers_presence o ON o.dossier_id = d.id AND o.role IN ('demandeur', 'medecin')
LEFT JOIN annuaire_coordination c ON c.id = o.coordination_id
{VOLETS}
LEFT JOIN dossiers_lienmedecin l ON l.dossier_id = d.id AND l.etat <> 'hors_patientele'
CROSS JOIN LATERAL (
  SELECT max(validated_at) FILTER (WHERE kind = 'medical') AS medical_at,
    CASE WHEN bool_and(is_enough) THEN max(coalesce(validated_at, updated_at)) END AS complet_at
  FROM dossiers_volet WHERE dossier_id = d.id
) v
CROSS JOIN LATERAL (
  SELECT min(premier_envoi_at) AS envoye_at, max(admise_at) AS admis_at,
    max(date_admission) AS date_admission, count(*) AS envoyees,
    count(*) FILTER (WHERE etat = 'refusee') AS refusees
  FROM observatoire_faitdemande WHERE dossier = d.id
) f
"""


DEMANDES, DOSSIERS = "observatoire_faitdemande", "observatoire_faitdossier"
PARTIES = "SELECT FROM demandes_demande q WHERE q.id = f.demande AND q.sent_at IS NOT NULL"
PARTIS = "SELECT FROM dossiers_dossier d WHERE d.id = f.dossier"


def written(*, followed: bool) -> tuple[str, ...]:
    """In this order: what is no more, or was never sent after all; demandes; dossiers, which look at these.

    `followed`: each says which months it has touched (`suivi`)."""
    return (
        _gone(DEMANDES, PARTIES, followed),
        _fresh(DEMANDES, "demande", DEMANDE, DEMANDE_ALORS, DEMANDES_FROM, followed),
        _gone(DOSSIERS, PARTIS, followed),
        _fresh(DOSSIERS, "dossier", DOSSIER, DOSSIER_ALORS, DOSSIERS_FROM, followed),
    )


def _gone(table: str, still: str, followed: bool) -> str:
    return _told(
        f"DELETE FROM {table} f USING {A_RELIRE} WHERE f.dossier = r.dossier AND NOT EXISTS ({still})",
        table,
        followed,
    )


def _fresh(
    table: str, key: str, told: Mapping[str, str], once: Mapping[str, str], source: str, followed: bool
) -> str:
    """What is as it was is neither written nor locked."""
    columns = told | once
    changing = [name for name in told if name != key]
    fresh = ", ".join(f"{said} AS {name}" for name, said in columns.items())
    was, now = (", ".join(f"{row}.{name}" for name in changing) for row in ("f", "n"))
    sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in changing)
    return _told(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(f'n.{name}' for name in columns)} "
        f"FROM frais n LEFT JOIN {table} f ON f.{key} = n.{key} "
        f"WHERE f.{key} IS NULL OR ({was}) IS DISTINCT FROM ({now}) ON CONFLICT ({key}) DO UPDATE SET {sets}",
        table,
        followed,
        f"frais AS MATERIALIZED (SELECT {fresh} {source}), ",
    )


def _told(statement: str, table: str, followed: bool, before: str = "") -> str:
    told = suivi.touched(table) if followed else "SELECT WHERE false"
    returning = " RETURNING old AS avant, new AS apres" if followed else ""
    return f"WITH {before}ecrits AS ({statement}{returning}) {told}"


WORDS = {
    "clos": [one.value for one in Etat if one in CLOS],
    "cherches": [one.value for one in Etat if one in RECUS - PROPOSES],
    "trouves": [one.value for one in Etat if one in PROPOSES | {Etat.ADMIS}],
}
# Months in which something was sent or begun; of others there is little to count.
MOIS = """
SELECT to_char(m, 'YYYY-MM') FROM generate_series(
  (SELECT date_trunc('month', min(cree_at) AT TIME ZONE 'Europe/Paris') FROM observatoire_faitdossier),
  %(now)s::timestamptz AT TIME ZONE 'Europe/Paris', '1 month') m
CROSS JOIN LATERAL (SELECT m AT TIME ZONE 'Europe/Paris' AS a,
  (m + interval '1 month') AT TIME ZONE 'Europe/Paris' AS z) bounds
WHERE EXISTS (SELECT FROM observatoire_faitdemande WHERE envoyee_at >= a AND envoyee_at < z)
  OR EXISTS (SELECT FROM observatoire_faitdossier WHERE cree_at >= a AND cree_at < z)
ORDER BY m DESC
"""
# By day of sending: how many here and there, how long they waited in all. What has moved since the run
# took it in is not held against it. Of some dossiers: their keys say where they lie, so that a part is not
# the whole that is read.
COMPARED = """
SELECT coalesce(s.jour, f.jour)::text, s.n, f.n, s.somme, f.somme FROM (
  SELECT (q.sent_at AT TIME ZONE 'Europe/Paris')::date AS jour, count(*) AS n,
    sum(floor(extract(epoch FROM q.repondue_at - q.sent_at))::int) AS somme
  FROM demandes_demande q WHERE q.sent_at IS NOT NULL
    AND (q.dossier_id BETWEEN %(first)s AND %(last)s OR q.dossier_id >= %(late)s)
    AND NOT EXISTS (SELECT FROM observatoire_mouvement m WHERE m.dossier = q.dossier_id) GROUP BY 1
) s FULL JOIN (
  SELECT (f.envoyee_at AT TIME ZONE 'Europe/Paris')::date AS jour, count(*) AS n,
    sum(f.delai_reponse) AS somme
  FROM observatoire_faitdemande f
  WHERE (f.dossier BETWEEN %(first)s AND %(last)s OR f.dossier >= %(late)s)
    AND NOT EXISTS (SELECT FROM observatoire_mouvement m WHERE m.dossier = f.dossier) GROUP BY 1
) f USING (jour)
WHERE (s.n, s.somme) IS DISTINCT FROM (f.n, f.somme) ORDER BY 1
"""
