"""TRC-4: refusals, misses and readings of the trail leave a line, and a storm leaves few."""

import pytest
from django.test import Client

from accounts.limits import limiter
from journal.models import Entry
from tests.dossiers.factories import DossierFactory
from tests.factories import MedecinFactory, UserFactory, sign_in
from viatraj.core.actor import Means
from viatraj.middleware import trail

pytestmark = pytest.mark.django_db
TOKEN = "kJ3x-Temoin-9Qw7Zt2LmB5vXc8Nr4Hy6Pd1Fs0Ga3Ue"


def noted(**known):
    return list(Entry.objects.filter(**known).order_by("id"))


@pytest.fixture
def medecin(client):
    user = MedecinFactory()
    sign_in(client, user)
    return user


def test_somebody_else_s_object_and_one_that_is_none_are_noted_alike(client, medecin):
    theirs = DossierFactory()
    for numero in (theirs.numero, "99999999"):
        assert client.get(f"/dossiers/{numero}/").status_code == 404
    first, second = noted()
    assert (first.event, first.user, first.data["ids"]["numero"]) == ("acces.missed", medecin, theirs.numero)
    assert first.label == second.label
    assert "Marchandeau" not in str(first.data)
    assert first.sentence.startswith(f"Le médecin {medecin.nom_complet} a demandé ce qui n’existe pas")


def test_a_refusal_is_noted_with_its_route(client):
    user = UserFactory()
    sign_in(client, user)
    assert client.get("/medecin/").status_code == 403
    (line,) = noted()
    assert (line.event, line.user, line.label, line.address) == (
        "acces.refused",
        user,
        "medecin/",
        "127.0.0.1",
    )


@pytest.mark.parametrize(
    "path", ["/mot-de-passe/nouveau/{}/", "/mon-compte/verifier/{}/", "/mon-compte/annuler/{}/"]
)
def test_a_dead_or_wrong_link_is_noted_without_its_token(client, path):
    assert client.get(path.format(TOKEN)).status_code == 404
    (line,) = noted()
    assert (line.event, line.user, line.system, line.address) == (
        "lien.missed",
        None,
        "anonymous",
        "127.0.0.1",
    )
    assert TOKEN not in str([line.label, line.data, line.sentence])


def test_a_form_from_elsewhere_is_noted(db):
    stranger = Client(enforce_csrf_checks=True)
    user = UserFactory()
    sign_in(stranger, user)
    assert stranger.post("/deconnexion/").status_code == 403
    assert Client(enforce_csrf_checks=True).post("/connexion/medecin/").status_code == 403
    assert [(line.event, line.user) for line in noted()] == [
        ("formulaire.refused", user),
        ("formulaire.refused", None),
    ]


def test_somebody_who_is_slowed_is_noted(client, monkeypatch):
    monkeypatch.setattr("authcps.limits.note_refusal", lambda *known, **more: 60)
    answer = client.post("/connexion/medecin/", {"identifiant": "x", "mot_de_passe": "y"})
    assert answer.status_code == 429
    (line,) = noted(event="rythme.limited")
    assert line.address == "127.0.0.1"


def test_support_s_readings_of_the_trail_are_noted_each(client, medecin):
    client.get("/dossiers/99999999/")
    (line,) = noted()
    support = UserFactory(is_staff=True)
    reader = Client()
    sign_in(reader, support, means=Means.CPE)
    for path in ("entry/", f"entry/{line.pk}/change/", "seal/"):
        assert (
            reader.get(f"/gestion/journal/{path}", {"q": "x"} if path == "entry/" else {}).status_code == 200
        )
    assert reader.get("/gestion/envois/").status_code == 200
    assert reader.get("/gestion/").status_code == 200  # not the trail
    read = noted(event="trace.read", user=support)
    assert len(read) == 4
    assert read[1].data["ids"]["object_id"] == str(line.pk)
    assert "a consulté le journal" in read[0].sentence


def test_what_tells_nothing_of_anybody_is_not_noted(client):
    for path in ("/nulle/part/", "/wp-admin/", "/dossiers/99999999/", "/medecin/", "/connexion/psc/retour/"):
        assert client.get(path).status_code in (302, 403, 404)
    sign_in(client, UserFactory())
    assert client.get("/nulle/part/").status_code == 404
    assert not noted()


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(trail, "EACH", trail.parse("3 per hour"))
    monkeypatch.setattr(trail, "ALL", trail.parse("5 per hour"))


def test_of_a_flood_only_the_first_lines_are_kept_and_the_last_says_so(client, medecin, few):
    for _ in range(6):
        assert client.get("/dossiers/99999999/").status_code == 404
    assert [line.data["suite_non_notee"] for line in noted()] == [False, False, True]
    other = Client()
    sign_in(other, MedecinFactory())
    for _ in range(6):
        other.get("/dossiers/99999999/")
    assert [line.data["suite_non_notee"] for line in noted()] == [False, False, True, False, True]


def test_with_a_dead_valkey_each_process_counts_for_itself(client, medecin, few, settings):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    limiter.cache_clear()
    trail._here.cache_clear()
    for _ in range(6):
        assert client.get("/dossiers/99999999/").status_code == 404
    assert len(noted()) == 3
    limiter.cache_clear()
