"""What `migrate` refuses of the database it finds (TRC-3, TRC-5)."""

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from tools import servers
from viatraj.core import checks, roles

pytestmark = pytest.mark.django_db(transaction=True)
LOUD = {
    "log_statement": "all",
    "log_min_duration_statement": "250",
    "log_min_duration_sample": "250",
    "log_transaction_sample_rate": "0.5",
    "log_min_error_statement": "error",
    "log_error_verbosity": "default",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "64",
}


def said():
    return [error for error in run_checks(databases=["default"]) if error.id.startswith("core.")]


def test_the_servers_of_make_run_and_of_the_tests_pass():
    assert said() == []
    assert LOUD.keys() == servers.quiet().keys()


@pytest.fixture
def as_the_application():
    """What is set for the application's role alone, taken back at the end."""

    def alter(words):
        with roles.as_owner(), connection.cursor() as cursor:
            cursor.execute(f"ALTER ROLE {roles.application()} {words}")

    yield alter
    alter("RESET ALL")


@pytest.mark.parametrize(("name", "value"), LOUD.items())
def test_a_log_that_would_keep_names_is_refused(as_the_application, name, value):
    as_the_application(f"SET {name} = '{value}'")
    (error,) = said()
    assert error.id == "core.E002"
    assert f"{name} = {value}" in error.msg


def test_migrating_over_a_log_that_would_keep_names_stops_there(as_the_application):
    as_the_application("SET log_min_error_statement = 'error'")
    with pytest.raises(SystemCheckError, match=r"core\.E002"):
        call_command("migrate", verbosity=0, skip_checks=False)


def test_an_application_that_owns_the_journal_is_refused(settings):
    """One role for both: what a server was before there were two."""
    owner = settings.DATABASE_OWNER["USER"]
    databases = {**connection.settings_dict, "USER": owner}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(roles.connections.settings, "default", databases)
        (error,) = said()
    assert error.id == "core.E003"
    assert "journal_entry, journal_filing, journal_seal" in error.msg


def test_a_single_right_too_many_is_refused():
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON journal_seal TO {roles.application()}")
    assert [error.id for error in said()] == ["core.E003"]
    call_command("migrate", verbosity=0)  # says the rights anew
    assert said() == []


def test_a_database_that_does_not_answer_is_said_in_one_sentence():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "NAME", "nowhere")
        assert [error.id for error in said()] == ["core.E001"]


def test_a_bucket_without_its_library_and_a_wrong_antivirus_are_refused(settings, monkeypatch):
    settings.PIECES_S3 = {"bucket_name": "viatraj"}
    settings.ANTIVIRUS_URL = "http://clamav"
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    assert [error.id for error in checks.files(None)] == ["core.E004", "core.E005"]
    monkeypatch.setattr(checks, "find_spec", lambda name: name)
    settings.ANTIVIRUS_URL = "unix:///run/clamav/clamd.ctl"
    assert checks.files(None) == []
