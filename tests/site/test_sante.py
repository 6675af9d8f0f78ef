"""`/sante/pret`: what a load balancer asks every second, of every process."""

import json

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from viatraj.core import roles
from viatraj.site.views import sante

OK = {"etat": "pret", "base": "ok", "valkey": "ok"}


@pytest.mark.django_db
def test_it_reads_the_code_s_migrations_once_a_process(client, django_assert_num_queries, monkeypatch):
    sante._migrations.cache_clear()
    assert client.get("/sante/pret").json() == OK
    monkeypatch.setattr(MigrationLoader, "__init__", None)  # to read them again would fail
    with django_assert_num_queries(1):
        assert client.get("/sante/pret").json() == OK


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_behind_is_not_ready(client):
    _last_migration("unapplied")
    try:
        answer = client.get("/sante/pret")
    finally:
        _last_migration("applied")
    assert answer.status_code == 503
    assert answer.json() == {"etat": "indisponible", "base": "migrations en attente", "valkey": "ok"}
    assert client.get("/sante/pret").json() == OK


def _last_migration(fate):
    with roles.as_owner():
        getattr(MigrationRecorder(connection), f"record_{fate}")(*max(sante._migrations()))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("known", "said"),
    [({"NAME": "postgres"}, "migrations en attente"), ({"HOST": "/nowhere"}, "injoignable")],
)
def test_an_empty_or_a_dead_database_is_said(rf, known, said):
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = {**before, **known}
    try:
        answer = sante.ready(rf.get("/sante/pret"))
    finally:
        connection.close()
        connection.settings_dict = before
    assert answer.status_code == 503
    assert json.loads(answer.content)["base"] == said
