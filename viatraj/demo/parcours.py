"""What was asked of whom for the dossiers of `patientele`, and each step of it, written by SQL, by slices.

Scale 1: 15 million demandes, three a dossier, of which one million lives, and 45 million transitions. Each
demande follows one of the ways of `voies`. Who receives it, the presences of its dossier say.
"""

from datetime import datetime, time, timedelta
from itertools import accumulate, pairwise

from django.db import connection, transaction

from demandes.calendrier import PARIS
from demandes.delais import Echeance, Mesure, delai
from demandes.models import Demande
from viatraj.core import roles
from viatraj.core.droits import Orientation
from viatraj.demo import impasses, lieux, patientele, pays
from viatraj.demo.voies import TEXTES, ways

SLICE = 500_000  # dossiers
TABLES_OF_WAYS = """
CREATE TEMP TABLE voie (n int, orientation text, genre text, code text, rappels int, etapes int,
  sent int, opened int, answered int, settled int, etat text, avant text, motifs text[], attend boolean)
  ON COMMIT DROP;
CREATE TEMP TABLE etape (n int, rang int, verbe text, cote text, before text, after text, texte text)
  ON COMMIT DROP;
CREATE TEMP TABLE tirage (orientation text, genre text, code text, debut float, fin float) ON COMMIT DROP;
-- When who has been sent something on a day is reminded of it, where days are counted.
CREATE TEMP TABLE echeance (orientation text, jour date, rappel timestamptz, escalade timestamptz)
  ON COMMIT DROP;
"""
READY = """
CREATE UNIQUE INDEX ON unite (id);
CREATE TEMP TABLE auteur ON COMMIT DROP AS
SELECT id FROM accounts_user WHERE login LIKE '8992%%' OR login LIKE 'pro%%';
CREATE UNIQUE INDEX ON auteur (id);
CREATE UNIQUE INDEX ON echeance (orientation, jour);
CREATE TEMP TABLE size ON COMMIT DROP AS
SELECT (SELECT count(*) FROM unite) AS unites, (SELECT count(*) FROM professionnel) AS professionnels;
ANALYZE auteur, voie, etape, tirage, echeance
"""
# Of each dossier: who asks, until when, how many demandes there are besides those that still lie somewhere.
DOSSIERS = """
CREATE TEMP TABLE asked ON COMMIT DROP AS
SELECT d.id AS dossier_id, d.orientation, d.cree_par_id, o.role = 'medecin' AS medecin, d.created_at,
  d.decided_at, o.niveau AS par_niveau, o.coordination_id AS par_coordination_id,
  o.etablissement_id AS par_etablissement_id, o.unite_id AS par_unite_id,
  o.professionnel_id AS par_professionnel_id, coalesce(unite.m, 1 + floor(random() * size.unites)) AS m,
  CASE WHEN d.decision = '' THEN %(now)s
    ELSE coalesce(r.admis_at, d.created_at + least(d.decided_at - d.created_at, interval '90 days'))
    END AS until,
  CASE WHEN r.admis_at IS NOT NULL THEN 'ecartee' WHEN d.etat = 'recherche' THEN 'refusee'
    WHEN d.decision <> '' THEN 'vaine' WHEN random() < 0.7 THEN 'choisie' ELSE 'refusee' END AS autre,
  CASE WHEN r.admis_at IS NOT NULL OR d.etat = 'complet' THEN 2 WHEN d.etat = 'recherche'
    THEN (random() < 0.5)::int WHEN d.etat IN ('archive', 'annule') THEN 3 ELSE 0 END AS autres
FROM dossiers_dossier d CROSS JOIN size JOIN auteur ON auteur.id = d.cree_par_id
JOIN dossiers_presence o ON o.dossier_id = d.id AND o.role IN ('demandeur', 'medecin')
LEFT JOIN dossiers_presence r ON r.dossier_id = d.id AND r.role = 'receveur' AND r.admis_at IS NOT NULL
LEFT JOIN unite ON unite.id = o.unite_id
WHERE d.id BETWEEN %(first)s AND %(last)s;
ANALYZE asked;

CREATE TEMP TABLE tiree ON COMMIT DROP AS
SELECT nextval('demandes_demande_id_seq') AS id, x.*, random() AS chance, random() AS tot, random() AS tard,
  1 + floor(random() * size.professionnels)::int AS personne
FROM (
  SELECT a.*, CASE WHEN p.admis_at IS NULL THEN 'vivante' ELSE 'admise' END AS genre, p.region_id,
    p.coordination_id, p.etablissement_id, p.unite_id
  FROM asked a JOIN dossiers_presence p ON p.dossier_id = a.dossier_id AND p.role = 'receveur'
  UNION ALL
  SELECT a.*, a.autre, u.region_id, u.coordination_id, u.etablissement_id, u.id
  FROM asked a CROSS JOIN size JOIN offre ON offre.orientation = a.orientation
  CROSS JOIN LATERAL generate_series(1, least(autres, offre.many)) g
  JOIN receveuse u ON u.orientation = a.orientation AND u.rang = {near}
) x CROSS JOIN size;
"""
# `a`: sent, or chosen if it never was, on a minute, so that some are at one moment; `b`: the last reminder;
# `z`: the last step.
MOMENTS = """
CREATE TEMP TABLE demandee ON COMMIT DROP AS
SELECT x.*, v.n, v.etapes, v.sent, v.opened, v.answered, v.settled, v.etat, v.avant,
  coalesce(v.motifs[1 + floor(tot * cardinality(v.motifs))], '') AS motif,
  CASE WHEN v.etapes = greatest(v.sent, 1) + x.rappels THEN b
    WHEN x.genre = 'admise' OR v.etat = 'ailleurs' THEN until
    WHEN v.code = 'close' THEN decided_at
    WHEN v.etat = 'precision' THEN greatest(b, %(now)s - 0.8 * tard * (rappel - a))
    ELSE b + (until - b) * tard END AS z
FROM (
  SELECT *, CASE rappels WHEN 0 THEN a WHEN 1 THEN rappel ELSE escalade END AS b
  FROM (
    SELECT y.*, moment.rappel, moment.escalade,
      CASE WHEN attend THEN (moment.rappel <= %(now)s)::int + (moment.escalade <= %(now)s)::int
        ELSE 0 END AS rappels
    FROM (
      SELECT t.*, d.code, v.attend,
        greatest(t.created_at, date_trunc('minute', t.created_at + (t.until - t.created_at)
          * CASE WHEN t.genre = 'vivante' THEN 0.98 - 0.95 * tot * tot ELSE 0.1 + 0.5 * tot END)) AS a
      FROM tiree t
      JOIN tirage d ON d.orientation = t.orientation AND d.genre = t.genre AND d.debut <= chance
        AND chance < d.fin
      JOIN voie v ON v.orientation = t.orientation AND v.genre = t.genre AND v.code = d.code AND v.rappels = 0
    ) y
    LEFT JOIN echeance e ON e.orientation = y.orientation AND e.jour = {jour}
    CROSS JOIN LATERAL (SELECT coalesce(e.rappel, a + %(heures)s) AS rappel,
      coalesce(e.escalade, a + 2 * %(heures)s) AS escalade) moment
  ) y
) x JOIN voie v ON v.orientation = x.orientation AND v.genre = x.genre AND v.code = x.code
  AND v.rappels = x.rappels;
ANALYZE demandee
"""
# When the step of a rank was done.
AT = """CASE WHEN {rang} < greatest(sent, 1) THEN created_at + 0.8 * (a - created_at)
    WHEN {rang} = greatest(sent, 1) THEN a
    WHEN {rang} <= sent + rappels THEN CASE {rang} - sent WHEN 1 THEN rappel ELSE escalade END
    ELSE b + (z - b) * (({rang} - greatest(sent, 1) - rappels)::float
      / (etapes - greatest(sent, 1) - rappels)) END"""
WRITTEN = """
INSERT INTO demandes_demande (id, dossier_id, orientation, niveau, region_id, coordination_id,
  etablissement_id, unite_id, par_niveau, par_coordination_id, par_etablissement_id, par_unite_id,
  par_professionnel_id, etat, avant, motif, created_at, changed_at, depuis, sent_at, opened_at, opened_by_id,
  repondue_at, attendue_at, rappels, echeance_at, date_proposee, valable_jusqu, date_admission, version)
SELECT d.id, dossier_id, d.orientation, 'unite', region_id, coordination_id, etablissement_id, unite_id,
  par_niveau, par_coordination_id, par_etablissement_id, par_unite_id, par_professionnel_id, etat, avant,
  motif, {first}, z, {settled}, CASE WHEN sent > 0 THEN a END, CASE WHEN opened > 0 THEN {opened} END,
  CASE WHEN opened > 0 THEN p.id END, CASE WHEN answered > 0 THEN {answered} END,
  CASE WHEN attend THEN a WHEN etat IN ('precision', 'confirmee') THEN z END, rappels,
  CASE WHEN attend THEN CASE rappels WHEN 0 THEN d.rappel WHEN 1 THEN d.escalade END
    WHEN etat = 'precision' THEN coalesce(due, z + %(heures)s)
    WHEN etat = 'acceptee' THEN {valable}
    WHEN etat = 'confirmee' THEN {proposee} END,
  proposee, proposee + 3, CASE WHEN etat = 'admis' THEN proposee END, etapes
FROM (
  SELECT *, CASE WHEN etat IN ('acceptee', 'confirmee') THEN %(today)s + 1 + floor(20 * tard)::int
    WHEN etat = 'admis' THEN (z AT TIME ZONE 'Europe/Paris')::date END AS proposee FROM demandee
) d JOIN professionnel p ON p.n = personne
LEFT JOIN (SELECT orientation AS vers, jour, rappel AS due FROM echeance) e
  ON d.etat = 'precision' AND vers = d.orientation AND jour = {answer};

INSERT INTO demandes_transition (demande_id, version, at, verbe, cote, before, after, motif, texte, lieu_key,
  par_id, au_nom_de_id, quality)
SELECT d.id, rang, {at}, verbe, cote, before, after, CASE WHEN rang = etapes THEN motif ELSE '' END, texte,
  'unite:' || unite_id, CASE cote WHEN 'demandeur' THEN cree_par_id WHEN 'receveur' THEN p.id END, NULL,
  CASE WHEN cote = 'systeme' THEN 'system' WHEN cote = 'demandeur' AND medecin THEN 'médecin'
    ELSE 'professionnel' END
FROM demandee d JOIN professionnel p ON p.n = personne JOIN etape s ON s.n = d.n
"""
DROPPED = "DROP TABLE asked, tiree, demandee"
# Of the country: the demonstration’s own dossiers are `admissions`'.
RANGE = """SELECT coalesce(min(d.id), 0), coalesce(max(d.id), -1) FROM dossiers_dossier d
  JOIN auteur ON auteur.id = d.cree_par_id"""


def is_there() -> bool:
    return Demande.objects.filter(dossier__cree_par__login__startswith="8992").exists()


@roles.as_owner()
@transaction.atomic
def load(*, now):
    """Over the dossiers of `patientele`, as many as there are; `now` is an instant."""
    heures = delai(Orientation.SANITAIRE, Echeance.RAPPEL)
    known = lieux.receveuses() | {
        "now": now,
        "today": now.date(),
        "heures": timedelta(hours=heures.nombre),
    }
    drawn = DOSSIERS.format(near=lieux.NEAR.format(m="a.m", further="offre.many - g")) + MOMENTS.format(
        jour=_day("a")
    )
    ranks = {name: AT.format(rang=name) for name in ("settled", "opened", "answered")}
    days = {name: _end(f"proposee{more}") for name, more in (("proposee", ""), ("valable", " + 3"))}
    written = WRITTEN.format(
        first=AT.format(rang=1), at=AT.format(rang="rang"), answer=_day("z"), **ranks, **days
    )
    with connection.cursor() as cursor, pays.light(cursor, Demande):
        cursor.execute("SELECT setseed(0.44)")
        pays.run(cursor, lieux.TABLES + TABLES_OF_WAYS, known)
        _ways(cursor, now)
        pays.run(cursor, READY, known)
        cursor.execute(RANGE)
        start, end = cursor.fetchone()
        for first in range(start, end + 1, SLICE):
            part = known | {"first": first, "last": min(first + SLICE - 1, end)}
            pays.run(cursor, drawn, part)
            pays.run(cursor, written, part)
            cursor.execute(DROPPED)
        pays.run(cursor, impasses.SCRIPT, known | impasses.known() | {"start": start, "end": end})
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE demandes_demande, demandes_transition, demandes_sanssolution, dossiers_presence"
        )


def _day(moment: str) -> str:
    return f"({moment} AT TIME ZONE 'Europe/Paris')::date"


def _end(day: str) -> str:
    """The midnight that ends it."""
    return f"({day} + 1)::timestamp AT TIME ZONE 'Europe/Paris'"


def _ways(cursor, now):
    known, steps, drawn = [], [], {}
    for number, (weight, way) in enumerate(ways()):
        known.append(way.row(number))
        for rang, one in enumerate(way.etapes, 1):
            said = TEXTES.get(one.verbe, "")
            steps.append((number, rang, one.verbe, one.cote, one.before, one.after, said))
        if weight:
            drawn.setdefault((way.orientation.value, way.genre), []).append((way.code, weight))
    tables = {
        "voie": known,
        "etape": steps,
        "tirage": [(*key, code, *part) for key, of in drawn.items() for code, part in _parts(of)],
        "echeance": list(_echeances(now)),
    }
    for table, rows in tables.items():
        holes = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO {table} VALUES ({holes})", rows)  # noqa: S608  (names of ours)


def _parts(weighted):
    """Of what is drawn between 0 and 1, the part of each."""
    total = sum(weight for _, weight in weighted)
    bounds = accumulate((weight for _, weight in weighted), initial=0)
    parts = [(begin / total, end / total) for begin, end in pairwise(bounds)]
    return zip((code for code, _ in weighted), parts, strict=True)


def _echeances(now):
    """Of each day of these years, by orientations that count days: the holidays of most départements."""
    for orientation in Orientation:
        steps = [delai(orientation, one) for one in (Echeance.RAPPEL, Echeance.ESCALADE)]
        for ago in range(patientele.YEARS * 366 if steps[0].mesure != Mesure.HEURES else 0):
            day = now.astimezone(PARIS).date() - timedelta(ago)
            noon = datetime.combine(day, time(12), tzinfo=PARIS)
            yield orientation.value, day, *(one.after(noon) for one in steps)
