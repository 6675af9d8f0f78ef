"""TRC-3: owner and application are two roles; the second changes nothing but rows, the journal's none."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from journal.models import Entry, Seal, record
from tests.courrier.rig import environment
from viatraj.core import roles
from viatraj.core.actor import Actor

FORBIDDEN = """
UPDATE journal_entry SET label = label
DELETE FROM journal_entry
TRUNCATE journal_entry
SET LOCAL journal.truncate = 'allowed'; TRUNCATE journal_entry, journal_seal CASCADE
SET LOCAL journal.truncate = 'allowed'; TRUNCATE accounts_user CASCADE
UPDATE journal_seal SET digest = digest
DELETE FROM journal_seal
MERGE INTO journal_entry USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE
INSERT INTO journal_seal SELECT * FROM journal_seal ON CONFLICT (number) DO UPDATE SET digest = ''
SELECT * FROM journal_entry FOR UPDATE
ALTER TABLE journal_entry DISABLE TRIGGER journal_append_only
ALTER TABLE journal_entry DISABLE TRIGGER ALL
ALTER TABLE journal_entry DROP COLUMN label
ALTER TABLE journal_entry OWNER TO CURRENT_USER
ALTER TABLE journal_entry RENAME TO journal_autre
DROP TABLE journal_entry CASCADE
DROP TRIGGER journal_append_only ON journal_entry
DROP SCHEMA public CASCADE
CREATE TRIGGER autre BEFORE INSERT ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_append_only()
CREATE RULE autre AS ON INSERT TO journal_entry DO INSTEAD NOTHING
CREATE POLICY autre ON journal_entry USING (false)
CREATE OR REPLACE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'
CREATE FUNCTION public.autre() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE TABLE public.autre (id int)
CREATE VIEW public.autre AS SELECT 1
CREATE SCHEMA autre
CREATE INDEX autre ON journal_entry (label)
CREATE ROLE autre SUPERUSER
CREATE EXTENSION pageinspect
GRANT UPDATE ON journal_entry TO CURRENT_USER; UPDATE journal_entry SET label = label
GRANT viatraj TO CURRENT_USER
SET LOCAL session_replication_role = replica
SET SESSION AUTHORIZATION viatraj
SET ROLE viatraj
SET LOCAL ROLE pg_write_all_data
COPY journal_entry TO '/tmp/journal'
COPY journal_entry FROM '/dev/null'
COPY journal_entry TO PROGRAM 'cat'
SELECT pg_read_file('postgresql.conf')
SELECT lo_import('/etc/passwd')
LOCK TABLE journal_entry IN ACCESS EXCLUSIVE MODE
UPDATE django_migrations SET name = name
DELETE FROM django_migrations
UPDATE pg_class SET relowner = relowner WHERE relname = 'journal_entry'
SET LOCAL log_min_error_statement = 'error'
"""


INSUFFICIENT_PRIVILEGE = "42501"


@pytest.mark.django_db
def test_what_the_application_may_not():
    record("compte.updated", by=Actor.system("rpps"))
    answers = {statement: _answer(statement) for statement in FORBIDDEN.strip().splitlines()}
    assert {one: said for one, said in answers.items() if said != INSUFFICIENT_PRIVILEGE} == {}
    assert len(answers) > 40
    assert Entry.objects.count() == 1


def _answer(statement):
    """PostgreSQL's code for its refusal."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as refused:
        return refused.__cause__.sqlstate
    return "done"


@pytest.mark.django_db
def test_the_application_adds_to_the_journal_and_reads_it():
    entry = record("compte.updated", by=Actor.system("rpps"))
    Seal.objects.create(number=1, from_tx=0, until_tx=1, count=0, ids=[], prints=b"")
    assert Entry.objects.get() == entry
    assert Seal.objects.get().number == 1


RIGHTS = """
SELECT relname, ARRAY(
    SELECT right_
    FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS right_
    WHERE has_table_privilege(current_user, pg_class.oid, right_)
), pg_has_role(current_user, relowner, 'MEMBER')
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
"""


@pytest.mark.django_db
def test_of_every_table_the_application_uses_rows_and_owns_nothing():
    added_to = ["annuaire_modification", "demandes_etapenotification", "demandes_transition"]
    added_to += ["journal_entry", "journal_filing", "journal_seal"]
    by_year = [f"demandes_transition_{year}" for year in (*range(2026, 2046), "autres")]
    expected = {table: ["SELECT", "INSERT"] for table in added_to + by_year}
    expected["django_migrations"] = ["SELECT"]
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS)
        found = cursor.fetchall()
        cursor.execute("SELECT session_user, current_user")
        assert cursor.fetchone() == (roles.application(), roles.application())
    assert {"journal_entry", "accounts_user", "django_migrations"} <= {name for name, *_ in found}
    for name, rights, owned in found:
        assert (name, rights, owned) == (
            name,
            expected.get(name, ["SELECT", "INSERT", "UPDATE", "DELETE"]),
            False,
        )
    assert sorted(roles.append_only()) == added_to
    assert roles.partitions() == by_year


def current_user():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_there_for_the_time_of_a_command_even_a_failing_one():
    assert current_user() == roles.application()
    with roles.as_owner():
        assert current_user() == settings.DATABASE_OWNER["USER"]
    with pytest.raises(ZeroDivisionError), roles.as_owner():
        1 / 0  # noqa: B018
    assert current_user() == roles.application()
    with transaction.atomic(), roles.as_owner():  # too late: what is under way stays the application's
        assert current_user() == roles.application()


@pytest.mark.django_db(transaction=True)
def test_without_an_owner_the_connection_stays_the_same(settings):
    settings.DATABASE_OWNER = {}
    with roles.as_owner():
        assert current_user() == roles.application()


def migrate(**environ):
    return subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"],
        cwd=settings.BASE_DIR,
        env=environment(**environ),
        capture_output=True,
        text=True,
    )


@pytest.fixture
def another_role():
    yield "viatraj_autre"
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP OWNED BY viatraj_autre; DROP ROLE viatraj_autre")


@pytest.mark.django_db(transaction=True)
def test_migrating_makes_the_application_s_role_and_says_its_rights(another_role):
    url = os.environ["DATABASE_URL"].replace("//viatraj_app@", "//viatraj_autre:un-mot@")
    url = url.replace("/viatraj?", f"/{connection.settings_dict['NAME']}?")
    for _ in range(2):
        done = migrate(DATABASE_URL=url)
        assert (done.returncode, done.stderr) == (0, "")
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolcanlogin,"
            " (SELECT passwd FROM pg_shadow WHERE usename = rolname)"
            " FROM pg_roles WHERE rolname = 'viatraj_autre'"
        )
        *rights, password = cursor.fetchone()
        assert rights == [False, False, False, True]
        assert password.startswith("SCRAM-SHA-256$")
        cursor.execute(
            "SELECT has_table_privilege('viatraj_autre', 'accounts_user', 'INSERT, UPDATE, DELETE')"
        )
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT has_table_privilege('viatraj_autre', 'journal_entry', 'UPDATE, DELETE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db(transaction=True)
def test_an_owner_who_may_not_create_the_role_says_so_in_one_sentence():
    url = os.environ["DATABASE_URL"]
    done = migrate(
        DATABASE_URL=url.replace("//viatraj_app@", "//personne@"),
        DATABASE_OWNER_URL=url,
    )
    assert done.returncode == 1
    assert done.stderr.strip().startswith("CommandError: Le rôle «\u00a0personne\u00a0» de DATABASE_URL")
    assert len(done.stderr.strip().splitlines()) == 1
