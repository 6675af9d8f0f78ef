"""The dossiers of the country of `pays`, written by SQL, by slices.

Scale 1: 60,000 médecins, half of them with an account, and 5 million dossiers over four years, of which
300,000 live, with their volets. Where they lie, whom they name, who receives them. Busy units have
thousands of them, most have some dozens; one in ten has had none for 400 days. What was asked of those who
receive them is `parcours`'.
"""

from datetime import timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from annuaire.models import Professionnel
from dossiers.models import Dossier, LienMedecin, Presence, Volet
from dossiers.models.volets import TO_VALIDATE
from dossiers.natures import Kind, of_orientation
from dossiers.volets import Contexte, aggir, current
from viatraj.core import roles
from viatraj.core.droits import Orientation
from viatraj.demo import lieux, pays, reponses
from viatraj.demo.people import PASSWORD

MEDECINS, DOSSIERS, SLICE = 60_000, 5_000_000, 250_000
YEARS = 4
SAMPLES = 12  # of answers to each form, drawn again and again

PEOPLE = """
INSERT INTO annuaire_professionnel
  (idnat, former_idnats, nom, prenom, profession, categorie, specialite, code_postal, commune)
SELECT '8992' || lpad(g::text, 8, '0'), ARRAY[]::text[], upper({name}), (%(prenoms)s::text[])[1 + g %% 80],
  '10', 'C', 'Médecine Générale', '', ''
FROM (SELECT g, floor(40960 * power(random(), 2))::int AS k FROM generate_series(1, %(medecins)s) g) x;
INSERT INTO accounts_user (password, login, nom, prenom, email, email_verified_at, telephone, mobile,
  profession, categorie, profession_label, specialite, adresse, is_staff, named_by_card, password_changed_at,
  wrong_passwords_at, first_strong_at, last_sign_in_at, last_sign_in_means, reception, version)
SELECT %(password)s, idnat, nom, prenom, 'dr' || idnat || '@cabinet.example', %(now)s, '', '', '10', 'C',
  'Médecin', specialite, '', false, true, %(now)s, ARRAY[]::timestamptz[], %(now)s, %(now)s, 'cps', 'mail', 1
FROM annuaire_professionnel WHERE idnat LIKE '8992%%' AND id %% 2 = 0;
INSERT INTO accounts_identite (user_id, idnat, kind, nom, prenom)
SELECT id, login, 'rpps', nom, prenom FROM accounts_user WHERE login LIKE '8992%%';
"""
TABLES = """
CREATE TEMP TABLE medecin ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY p.id) AS n, p.id AS professionnel_id
FROM annuaire_professionnel p WHERE idnat LIKE '8992%%';
CREATE TEMP TABLE auteur ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY p.id) AS n, p.id AS professionnel_id, u.id AS user_id
FROM annuaire_professionnel p JOIN accounts_user u ON u.login = p.idnat WHERE idnat LIKE '8992%%';
CREATE UNIQUE INDEX ON medecin (n);
CREATE UNIQUE INDEX ON auteur (n);
ANALYZE medecin, auteur;
CREATE TEMP TABLE taken ON COMMIT DROP AS SELECT numero FROM dossiers_dossier;
CREATE TEMP TABLE size ON COMMIT DROP AS
SELECT (SELECT count(*) FROM medecin) AS medecins, (SELECT count(*) FROM auteur) AS auteurs,
  (SELECT count(*) FROM unite) AS unites, (SELECT count(*) FROM professionnel) AS professionnels,
  (SELECT count(*) FROM coordination) AS coordinations
"""

# All that is drawn at random of a slice, once; `recul`: 1 four years ago, 0 today.
DRAWN = """
CREATE TEMP TABLE tirage ON COMMIT DROP AS
SELECT *, random() AS o, random() AS a, random() AS v, random() AS t, random() AS s, random() AS w,
  power(random(), 2) AS busy, power(random(), 2) AS nom, random() AS prenom, random() AS age,
  random() < 0.5 AS femme
FROM (SELECT k, 1 - k / %(dossiers)s::float AS recul,
        (10000000 + k * 48271::bigint %% 90000000)::text AS numero
      FROM generate_series(%(first)s::bigint, %(last)s::bigint, 10) k) x
WHERE NOT EXISTS (SELECT FROM taken WHERE taken.numero = x.numero);

CREATE TEMP TABLE tranche ON COMMIT DROP AS
SELECT nextval('dossiers_dossier_id_seq') AS id, t.*,
  %(now)s - recul * interval '{years} years' AS created_at,
  auteur.user_id AS auteur_id, auteur.professionnel_id AS auteur_professionnel_id,
  unite.id AS unite_id, unite.m, unite.etablissement_id,
  coalesce(unite.coordination_id, c.id) AS coordination_id,
    coalesce(unite.region_id, c.region_id) AS region_id,
  coalesce(unite.departement, c.departement_id, near.departement_id) AS departement,
  p.id AS professionnel_id
FROM (
  SELECT *,
    CASE WHEN o < 0.55 THEN 'sanitaire' WHEN o < 0.95 THEN 'grand_age' ELSE 'tnd' END AS orientation,
    CASE WHEN o < 0.05 OR o >= 0.75 THEN 'medecin' WHEN o < 0.71 THEN 'unite'
      ELSE 'coordination' END AS origine,
    CASE WHEN recul < 0.06 THEN v < 0.85 WHEN recul < 0.15 THEN v < 0.1 ELSE v < 0.001 END AS vivant,
    1 + floor(busy * size.auteurs)::int AS auteur_n,
    -- One unit in ten has stopped.
    1 + CASE WHEN recul < 0.27 AND floor(busy * size.unites)::int %% 10 = 3
        THEN greatest(floor(busy * size.unites)::int - 1, 0)
    ELSE floor(busy * size.unites)::int END AS unite_n,
    floor(40960 * nom)::int AS nom_k, floor(40960 * t)::int AS utilise_k
  FROM tirage, size
) t
CROSS JOIN size
LEFT JOIN auteur ON t.origine = 'medecin' AND auteur.n = auteur_n
LEFT JOIN unite ON t.origine = 'unite' AND unite.n = unite_n
LEFT JOIN coordination c ON t.origine = 'coordination' AND c.n = 1 + floor(busy * size.coordinations)::int
JOIN coordination near ON near.n = 1 + k %% size.coordinations
LEFT JOIN professionnel p ON p.n = 1 + floor(a * size.professionnels)::int;
ANALYZE tranche;
"""

WRITTEN = """
CREATE TEMP TABLE rempli ON COMMIT DROP AS
SELECT t.id, t.created_at, t.auteur_id, t.professionnel_id, r.*, random() AS far
FROM tranche t JOIN reponse r ON r.orientation = t.orientation AND r.n = t.k %% {samples}
WHERE vivant;

INSERT INTO dossiers_dossier (id, numero, orientation, origine, auteur_id, cree_par_id, departement, decision,
  motif, decided_at, decided_by_id, created_at, modified_at, cle, version, nom, prenom, prenoms, nom_utilise,
  prenom_utilise, sexe, date_naissance, naissance_precision, lieu_naissance, statut, piece, matricule, oid,
  types, pathologie, gir, etat)
SELECT t.id, numero, t.orientation, CASE origine WHEN 'medecin' THEN 'medecin' ELSE 'demandeur' END,
    auteur_id,
  coalesce(auteur_id, professionnel_id), departement,
  CASE WHEN vivant THEN CASE WHEN s < 0.03 THEN 'suspendu' ELSE '' END WHEN s < 0.07 THEN 'annule'
    ELSE 'archive' END,
  CASE WHEN NOT vivant AND s < 0.07
    THEN (ARRAY['deces', 'domicile', 'solution', 'doublon', 'erreur'])[1 + floor(s / 0.07 * 5)::int] ELSE ''
    END,
  CASE WHEN NOT vivant OR s < 0.03 THEN created_at + (%(now)s - created_at) * w END,
  CASE WHEN s < 0.03 OR NOT vivant AND s < 0.07 THEN coalesce(auteur_id, professionnel_id) END,
  created_at, created_at + (%(now)s - created_at) * w, gen_random_uuid(), 1,
  upper({nom}), (%(prenoms)s::text[])[1 + floor(prenom * 80)::int], '',
  CASE WHEN femme AND v < 0.4 THEN {utilise} ELSE '' END, '', CASE WHEN femme THEN 'F' ELSE 'M' END,
  (created_at - CASE t.orientation WHEN 'tnd' THEN interval '1 day' * (200 + 1900 * age)
    WHEN 'grand_age' THEN interval '1 year' * (65 + 35 * age) ELSE interval '1 year' * (18 + 77 * age)
    END)::date,
  'jour', '', CASE WHEN a < 0.7 THEN 'provisoire' WHEN a < 0.9 THEN 'recuperee' ELSE 'validee' END,
  CASE WHEN a < 0.9 THEN '' ELSE 'carte' END, '', '', coalesce(known.types, ARRAY[]::varchar[]),
  coalesce(known.pathologie, ''), known.gir,
  CASE WHEN NOT vivant THEN CASE WHEN s < 0.07 THEN 'annule' ELSE 'archive' END WHEN s < 0.03 THEN 'suspendu'
    WHEN s >= 0.4 THEN 'recherche' WHEN known.complet THEN 'complet' ELSE 'redaction' END
FROM tranche t LEFT JOIN (
  SELECT id, max(types) AS types, max(pathologie) AS pathologie, max(gir) AS gir,
    bool_and(far >= CASE WHEN kind = ANY(%(to_validate)s) THEN 0.5 ELSE 0.25 END) AS complet
  FROM rempli GROUP BY id
) known USING (id);
CREATE TEMP TABLE copie ON COMMIT DROP AS
SELECT id, numero::integer, etat,
  dossier_patient(nom_cle, prenom_cle, nom_utilise_cle, prenom_utilise_cle) AS patient, date_naissance
FROM dossiers_dossier
WHERE id >= (SELECT min(id) FROM tranche);
ANALYZE copie;

INSERT INTO dossiers_volet (dossier_id, kind, texte, formulaire, contenu, complet, a_revalider, version,
  updated_at, validated_at, validated_by_id)
SELECT id, kind, '', CASE WHEN far < 0.1 THEN 0 ELSE version END,
  CASE WHEN far < 0.1 THEN '{{}}'::jsonb WHEN far < 0.25 THEN begun ELSE whole END, far >= 0.25,
  far >= 0.25 AND far < 0.3, 2, created_at, CASE WHEN far >= 0.5 THEN created_at END,
  CASE WHEN far >= 0.5 THEN coalesce(professionnel_id, auteur_id) END
FROM rempli;

INSERT INTO dossiers_presence (dossier_id, role, niveau, orientation, region_id, coordination_id,
  etablissement_id, unite_id, professionnel_id, created_at, {copies})
SELECT id, CASE origine WHEN 'medecin' THEN 'medecin' ELSE 'demandeur' END, origine, orientation, region_id,
  coordination_id, etablissement_id, unite_id, auteur_professionnel_id, created_at, {copied}
FROM tranche JOIN copie USING (id);

CREATE TEMP TABLE nomme ON COMMIT DROP AS
SELECT t.id, t.orientation, t.created_at, m.professionnel_id,
  CASE WHEN vivant AND w < 0.3 THEN 'a_accepter' WHEN w < 0.35 THEN 'hors_patientele' ELSE 'accepte' END
    AS etat,
  coalesce(t.professionnel_id, t.auteur_id) AS by
FROM tranche t CROSS JOIN size JOIN medecin m ON m.n = 1 + floor(nom * size.medecins)::int
WHERE origine <> 'medecin' AND t < CASE t.orientation WHEN 'grand_age' THEN 0.75 ELSE 0.1 END;
INSERT INTO dossiers_lienmedecin (dossier_id, professionnel_id, etat, created_at, answered_at, answered_by_id,
  version)
SELECT id, professionnel_id, etat, created_at, CASE WHEN etat <> 'a_accepter' THEN created_at END,
  CASE WHEN etat <> 'a_accepter' THEN by END, 1 FROM nomme;
INSERT INTO dossiers_presence (dossier_id, role, niveau, orientation, professionnel_id, created_at, {copies})
SELECT id, 'traitant', 'medecin', orientation, professionnel_id, created_at, {copied}
FROM nomme JOIN copie USING (id);

-- Received near where it is asked: by the one that has admitted it, or by those that still look at it.
INSERT INTO dossiers_presence (dossier_id, role, niveau, orientation, region_id, coordination_id,
  etablissement_id, unite_id, admis_at, created_at, {copies})
SELECT t.id, 'receveur', 'unite', t.orientation, u.region_id, u.coordination_id,
  u.etablissement_id, u.id,
  CASE WHEN NOT vivant THEN created_at + least(%(now)s - created_at, interval '60 days') * w END, created_at,
  {copied}
FROM tranche t JOIN copie USING (id) CROSS JOIN size JOIN offre USING (orientation)
CROSS JOIN LATERAL generate_series(1, CASE WHEN NOT vivant THEN (s > 0.3)::int WHEN s < 0.4 THEN 0
  ELSE least(offre.many, 3 + floor(5.6 * w))::int END) g
JOIN receveuse u ON u.orientation = t.orientation AND u.rang = {near};
INSERT INTO dossiers_presence (dossier_id, role, niveau, orientation, region_id, coordination_id,
  etablissement_id, created_at, {copies})
SELECT id, 'regulateur', 'etablissement', orientation, region_id, coordination_id, etablissement_id,
    created_at, {copied}
FROM tranche JOIN copie USING (id) WHERE origine = 'unite' AND NOT vivant AND s > 0.9
"""
DROPPED = "DROP TABLE tirage, tranche, copie, nomme, rempli"
# What a trigger copies of a dossier, which is set aside meanwhile.
COPIES = ("numero", "etat", "patient", "date_naissance")


def is_there() -> bool:
    return Professionnel.objects.filter(idnat__startswith="8992").exists()


@roles.as_owner()
@transaction.atomic
def load(scale, *, now, tenths=range(10)):
    """Over a country of the same scale; `now` is an instant. `tenths`: which of ten equal parts of it."""
    many = int(DOSSIERS * scale)
    known = pays.names() | {
        "now": now,
        "password": make_password(PASSWORD),
        "medecins": int(MEDECINS * scale),
        "dossiers": many,
        "to_validate": TO_VALIDATE,
    }
    known |= lieux.receveuses()
    written = WRITTEN.format(
        nom=pays.named("nom_k"),
        utilise=pays.named("utilise_k"),
        samples=SAMPLES,
        copies=", ".join(COPIES),
        copied=", ".join(f"copie.{name}" for name in COPIES),
        near=lieux.NEAR.format(
            m="coalesce(t.m, 1 + floor(a * size.unites))", further="g + floor(20 * w)::int"
        ),
    )
    with connection.cursor() as cursor:
        with pays.light(cursor, Dossier, Presence, LienMedecin, Volet):
            cursor.execute("SELECT setseed(0.43)")
            if not is_there():
                pays.run(cursor, PEOPLE.format(name=pays.NAME), known)
            pays.run(cursor, lieux.TABLES + TABLES, known)
            _reponses(cursor, now.date())
            for tenth in tenths:
                for first in range(tenth, many, SLICE * 10):
                    part = known | {"first": first, "last": min(first + SLICE * 10, many) - 1}
                    pays.run(cursor, DRAWN.format(years=YEARS), part)
                    pays.run(cursor, written, part)
                    cursor.execute(DROPPED)
        cursor.execute("ANALYZE dossiers_dossier, dossiers_presence, dossiers_lienmedecin, dossiers_volet")


def _reponses(cursor, today):
    """Answers that the forms take, whole ones and begun ones, with what lists read of them."""
    cursor.execute(
        "CREATE TEMP TABLE reponse (orientation text, kind text, n int, version int, whole jsonb,"
        " begun jsonb,"
        " types varchar[], pathologie text, gir int) ON COMMIT DROP"
    )
    cursor.executemany(
        "INSERT INTO reponse VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            _reponse(orientation, kind, n, today)
            for orientation in Orientation
            for kind in of_orientation(orientation)
            for n in range(SAMPLES)
        ],
    )


def _reponse(orientation, kind, n, today) -> tuple:
    form, chance = current(kind, orientation), Random(f"{orientation}-{kind}-{n}")
    contexte = Contexte(today, today - timedelta(days=1000))
    whole, begun = (reponses.fill(form, chance, contexte, whole=one) for one in (True, False))
    types = whole.get("type") or whole.get("type_sejour")
    gir = aggir.gir(whole) if kind == Kind.AUTONOMIE else None
    pathologie = whole.get("pathologie") if kind == Kind.ORIENTATION else None
    answers = (Jsonb(whole), Jsonb(begun))
    return (orientation.value, kind.value, n, form.version, *answers, types, pathologie, gir)
