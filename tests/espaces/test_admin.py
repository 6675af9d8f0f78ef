"""Django's admin shows the journal and its seals, never writes; a card opens it, no code."""

import pytest
from django.test import RequestFactory

from journal.models import Entry, record
from tests.factories import UserFactory, sign_in
from viatraj.core.actor import Actor, Means
from viatraj.espaces.gestion.admin import ReadOnlyAdmin, site

pytestmark = pytest.mark.django_db


@pytest.fixture
def support():
    return UserFactory(is_staff=True)


def permitted(user, **known):
    request = RequestFactory().get("/gestion/")
    request.user, request.actor = user, Actor(user=user, **known)
    return site.has_permission(request)


def test_only_active_support_with_a_card_comes_in(support):
    assert permitted(support, means=Means.CPE)
    assert not permitted(support, means=Means.TOTP)
    assert not permitted(support, means="")
    assert not permitted(support, means=Means.SYSTEM)
    assert not permitted(UserFactory(), means=Means.CPE)
    assert not permitted(None, means=Means.CPE)
    support.disabled_at = support.created_at
    assert not permitted(support, means=Means.CPE)


def test_its_login_is_the_doors(client):
    for path in ("/gestion/login/", "/gestion/"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/")
        assert "/gestion/" not in answer.redirect_chain[-1][0].partition("?")[0]


def test_all_that_is_registered_is_read_only(support):
    models = {model._meta.label for model in site._registry}
    assert models == {"journal.Entry", "journal.Seal"}
    for model, shown in site._registry.items():
        assert isinstance(shown, ReadOnlyAdmin), model
        writes = (shown.has_add_permission, shown.has_change_permission, shown.has_delete_permission)
        assert [may(None) for may in writes] == [False] * 3, model


def test_the_journal_is_told_in_sentences(client, support):
    entry = record("compte.updated", by=Actor.system("rpps"), target=support)
    sign_in(client, support, means=Means.CPE)
    for path in (
        "/gestion/journal/entry/",
        f"/gestion/journal/entry/{entry.pk}/change/",
        "/gestion/journal/seal/",
    ):
        page = client.get(path)
        assert page.status_code == 200
    assert "e traitement automatique (rpps)" in client.get("/gestion/journal/entry/").content.decode()
    assert client.post(f"/gestion/journal/entry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403


def test_signing_out_goes_through_our_own_door(client):
    sign_in(client, UserFactory(is_staff=True), means=Means.CPE)
    client.post("/gestion/logout/", follow=True)
    assert Entry.objects.filter(event="connexion.closed").count() == 1
    assert client.get("/gestion/").status_code == 302
