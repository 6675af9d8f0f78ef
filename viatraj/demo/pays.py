"""A country of invented structures, accounts and habilitations, written by SQL: for load tests and benches.

Scale 1: 100 coordinations, each of a real département (the largest of some 3,000 établissements), 35,000
établissements in real communes, 60,000 units, 350,000 accounts, 2 million habilitations. Indexes and triggers
are set aside while it is written. What structures offer is `offres`', its dossiers are `patientele`'s.
"""

from contextlib import contextmanager

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import CheckConstraint

import annuaire.actions
from accounts.models import User
from annuaire.models import Commune, Element, Nomenclature, PriseEnCharge
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau
from viatraj.demo import noms, offres
from viatraj.demo.people import PASSWORD

ETABLISSEMENTS, UNITES, ACCOUNTS, COORDINATIONS = 35_000, 60_000, 350_000, 100
FEW = 100
BY = Actor.system("demonstration")
# Surnames and communes in three parts: 40,960 of them, the first ones drawn most.
PARTS = {
    "debuts": "Ba Ber Bou Cha Char Cor Dal Del Du Fa Fer Gar Ger Gui Hu La Lam Le Mar Mau Mon Mou No "
    "Pel Per Pré Ri Ro Ros Sau Tor Va",
    "milieux": "bi cha co da den di ga gi la lan le li lo man mer mi mon na ni pa ra ri ro sa sel ta ti "
    "ton val ve vi zo",
    "fins": "ac ard as aud ault bert bois card court dier don el er ert et eux gnac gnan in land let "
    "lin lot mand mont nac nard net nier non ot pin quet ran rel rin ron sac tel vain",
}


def named(k: str) -> str:
    """SQL of the surname that a column of numbers under 40,960 draws."""
    return (
        f"(%(debuts)s::text[])[1 + {k} %% 32] || (%(milieux)s::text[])[1 + {k} / 32 %% 32]"
        f" || (%(fins)s::text[])[1 + {k} / 1024]"
    )


NAME = named("k")

# One in ten has never signed in, one in five has not for long.
PEOPLE = """
INSERT INTO accounts_user (password, login, nom, prenom, email, email_verified_at, telephone, mobile,
  profession, categorie, profession_label, specialite, adresse, is_staff, named_by_card, password_changed_at,
  wrong_passwords_at, last_sign_in_at, last_sign_in_means, reception, version)
SELECT %(password)s, 'pro' || g, upper({name}), (%(prenoms)s::text[])[1 + g %% 80],
  'pro' || g || '@ch.example', %(now)s, '', '', '', '', '', '', '', false, false, %(now)s,
  ARRAY[]::timestamptz[],
  CASE WHEN r < 0.1 THEN NULL WHEN r < 0.3 THEN %(now)s - interval '1 day' * (190 + 700 * random())
       ELSE %(now)s - interval '1 day' * 170 * random() END,
  '', 'mail', 1
FROM (SELECT g, random() AS r, floor(40960 * power(random(), 2))::int AS k
      FROM generate_series(1, %(accounts)s) g) x;
CREATE TEMP TABLE compte ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY id) AS n, id, left(norm_nom(nom || ' ' || prenom), 210) AS nom_tri
FROM accounts_user WHERE login LIKE 'pro%%';
CREATE UNIQUE INDEX ON compte (n);
ANALYZE compte;
"""

HELD = """
INSERT INTO habilitations_habilitation (user_id, profil, domaine, niveau, region_id, coordination_id,
  etablissement_id, unite_id, nom_tri, debut, fin, emails, lot, revoked_at, version)
"""
# Log-normal by établissement (median 15, at most 3,000), half of them on one unit; 8 in 100 deleted.
ON_STRUCTURES = """
SELECT DISTINCT ON (c.id, p.code, x.etablissement_id, x.unite_id) c.id, p.code, p.domaine,
  CASE WHEN x.unite_id IS NULL THEN 'etablissement' ELSE 'unite' END, x.region_id, x.coordination_id,
  x.etablissement_id, x.unite_id, c.nom_tri, x.debut, x.debut + x.days, random() < 0.3, gen_random_uuid(),
  CASE WHEN random() < 0.08 THEN %(now)s END, 1
FROM (
  SELECT e.id AS etablissement_id, e.coordination_id, e.region_id, at_unit,
    CASE WHEN at_unit THEN u.ids[1 + floor(array_length(u.ids, 1) * random())::int] END AS unite_id,
    1 + floor(%(accounts)s * random())::int AS account, power(random(), 2) AS p,
    %(today)s - floor(950 * random())::int AS debut,
    (ARRAY[180, 365, 365, 730, 1095])[1 + floor(5 * random())::int] + floor(30 * random())::int AS days
  FROM (SELECT *, least(3000, greatest(1, 15 * exp(random_normal(0, 1.62))))::int AS many
        FROM etablissement) e
  JOIN units_of u ON u.etablissement_id = e.id
  CROSS JOIN LATERAL (SELECT random() < 0.5 AS at_unit FROM generate_series(1, e.many)) h
) x
JOIN compte c ON c.n = x.account
JOIN profil p ON p.at_unit = x.at_unit AND p.n = floor(x.p * p.many)
"""
# Each établissement has a référent; each coordination three, and people who work for all of it.
ON_ETABLISSEMENTS = """
SELECT c.id, 'referent_structure', 'administration', 'etablissement', e.region_id, e.coordination_id,
  e.id, NULL, c.nom_tri, %(today)s - 30, %(today)s + 1 + (e.n %% 1500)::int, true, gen_random_uuid(), NULL, 1
FROM etablissement e JOIN compte c ON c.n = 1 + (e.n * 7919) %% %(accounts)s
"""
ON_COORDINATIONS = """
SELECT a.id, CASE WHEN a.n %% 50 = 0 THEN 'referent_coordination' ELSE 'accompagnant_medico_social' END,
  CASE WHEN a.n %% 50 = 0 THEN 'administration' ELSE 'grand_age' END, 'coordination', c.region_id, c.id, NULL,
  NULL, a.nom_tri, %(today)s - 100, %(today)s + 10 + (a.n %% 800)::int, false, gen_random_uuid(), NULL, 1
FROM compte a JOIN coordination c ON c.n = 1 + (a.n / 50) %% (SELECT count(*) FROM coordination)
WHERE a.n %% 25 = 0
"""
# One in ten is prolonged by a row that follows on.
PROLONGED = """
SELECT user_id, profil, domaine, niveau, region_id, coordination_id, etablissement_id, unite_id,
  h.nom_tri, fin + 1, fin + 366, emails, lot, NULL, 1
FROM habilitations_habilitation h JOIN compte c ON c.id = user_id
WHERE revoked_at IS NULL AND fin < %(today)s + 400 AND random() < 0.1
"""

EVERY_HELD = (ON_STRUCTURES, ON_ETABLISSEMENTS, ON_COORDINATIONS, PROLONGED)


def is_there() -> bool:
    return User.objects.filter(login="pro1").exists()


@roles.as_owner()
def load(scale, *, now, people=True):
    """`now` is an instant; its day in Paris is the day of all that follows. Without `people`, structures and
    the few accounts that have verified their sheets.
    """
    if not Commune.objects.exists():
        annuaire.actions.load_territoire(now=now, by=BY)
    if not Nomenclature.objects.exists():
        annuaire.actions.load_nomenclatures(now=now, by=BY)
    _write(scale, now, people)
    annuaire.actions.place_communes(by=BY)


@transaction.atomic
def _write(scale, now, people):
    known = {
        "now": now,
        "today": now.date(),
        "password": make_password(PASSWORD),
        "coordinations": COORDINATIONS,
        "etablissements": int(ETABLISSEMENTS * scale),
        "unites": int(UNITES * scale),
        "accounts": int(ACCOUNTS * scale) if people else FEW,
    }
    known |= names()
    with connection.cursor() as cursor:
        with light(cursor, Habilitation, Element, PriseEnCharge):
            cursor.execute("SELECT setseed(0.42)")
            _profils(cursor)
            offres.tables(cursor)
            for statement in (PEOPLE, *offres.SCRIPTS):
                run(cursor, statement.format(name=NAME), known)
            for statement in EVERY_HELD if people else ():
                cursor.execute(HELD + statement, known)
        cursor.execute("UPDATE annuaire_unite SET complete = complete")  # triggers say so, now that they may
        cursor.execute("ANALYZE")


def names() -> dict[str, list[str]]:
    """What the statements draw names from."""
    drawn = {name: parts.split() for name, parts in PARTS.items()}
    return drawn | {"prenoms": [*noms.PRENOMS["F"], *noms.PRENOMS["M"]][:80]}


def run(cursor, script, known):
    for statement in filter(str.strip, script.split(";\n")):
        cursor.execute(statement, known)


def _profils(cursor):
    """Those that may be held on a unit, on an établissement; the first ones are drawn most."""
    cursor.execute(
        "CREATE TEMP TABLE profil (n int, many int, at_unit boolean, code text, domaine text) ON COMMIT DROP"
    )
    for niveau in (Niveau.UNITE, Niveau.ETABLISSEMENT):
        usual = [
            one for one in PROFILS.values() if niveau in one.niveaux and one.code != "referent_structure"
        ]
        cursor.executemany(
            "INSERT INTO profil VALUES (%s, %s, %s, %s, %s)",
            [(n, len(usual), niveau == Niveau.UNITE, one.code, one.domaine) for n, one in enumerate(usual)],
        )


@contextmanager
def light(cursor, *models):
    """No index nor trigger on what is loaded, until it is; checks stay."""
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    with connection.schema_editor() as editor:
        for model, constraint in _unique(models):
            editor.remove_constraint(model, constraint)
        for model, index in _indexes(models):
            editor.remove_index(model, index)
    yield
    with connection.schema_editor() as editor:
        for model, index in _indexes(models):
            editor.add_index(model, index)
        for model, constraint in _unique(models):
            editor.add_constraint(model, constraint)
    cursor.execute("SET LOCAL session_replication_role = origin")


def _unique(models):
    return [
        (model, one)
        for model in models
        for one in model._meta.constraints
        if not isinstance(one, CheckConstraint)
    ]


def _indexes(models):
    return [(model, one) for model in models for one in model._meta.indexes]
