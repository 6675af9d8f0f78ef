"""The référent's pages: search, sheet, creation, padlock, departure (COM-2, COM-3, COM-4, COM-7, COM-8)."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import limits
from accounts.models import User
from habilitations import profils
from habilitations.models import Habilitation
from journal.models import Entry
from tests.concurrency import at_once
from tests.factories import (
    PASSWORD,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    referent_of,
    sent_droits,
    sign_in,
)

pytestmark = pytest.mark.django_db
COMPTES = "/administration/comptes/"


@pytest.fixture
def etablissement():
    return EtablissementFactory(nom="CH de Saint-Aubin")


@pytest.fixture
def referent(client, etablissement):
    user = referent_of(etablissement)
    sign_in(client, user)
    return user


def holder(lieu, **user):
    return HabilitationFactory(lieu=lieu, user=UserFactory(**user)).user


def search(client, **typed):
    """Posted, then shown at its own address."""
    empty = dict.fromkeys(("nom", "prenom", "identifiant", "email", "structure", "profil"), "")
    return client.post(COMPTES, empty | typed, follow=True)


def found(client, **typed) -> list[str]:
    return [hit.user.login for hit in search(client, **typed).context["hits"]]


@pytest.mark.parametrize(
    "typed",
    [
        {"nom": "dalmeida"},
        {"nom": "D'ALMEIDA"},
        {"prenom": "anais"},
        {"nom": "d’alm", "prenom": "ANA"},
        {"identifiant": "ADAL"},
        {"email": "Anais.Dalmeida@ch.example"},
        {"nom": "almeida", "identifiant": "adalmeida", "email": "anais.dalmeida@ch.example"} | {"nom": "dal"},
    ],
)
def test_each_alone_or_together(client, referent, etablissement, typed):
    """COM-2: whatever the case, accents, apostrophes."""
    holder(
        etablissement,
        login="adalmeida",
        nom="D’Almeida",
        prenom="Anaïs",
        email="anais.dalmeida@ch.example",
    )
    holder(etablissement, login="other", nom="Dumas", prenom="Paul", email="p@ch.example")
    assert found(client, **typed) == ["adalmeida"]


@pytest.mark.parametrize("typed", [{}, {"nom": "x"}, {"nom": "—"}, {"nom": "北京"}, {"identifiant": "x"}])
def test_too_little_says_so(client, referent, typed):
    answer = search(client, **typed)
    assert answer.status_code == 422
    assert answer.context["hits"] is None
    assert not Entry.objects.filter(event="comptes.searched").exists()


def test_an_address_is_never_found_by_its_beginning(client, referent, etablissement):
    holder(etablissement, email="anais.dalmeida@ch.example")
    answer = search(client, email="anais")
    assert answer.status_code == 422
    assert "Cette adresse n’est pas complète" in answer.text
    assert found(client, email="anais@ch.example") == []


def test_of_others_only_what_recognises_them(client, referent):
    """COM-8."""
    elsewhere = EtablissementFactory(nom="CH de Valmont")
    other = holder(elsewhere, login="jferrier", nom="Ferrier", prenom="Julien", telephone="+33199001234")
    page = search(client, nom="ferrier").text
    assert "Ferrier Julien" in page
    assert "Ailleurs, hors de votre périmètre" in page
    for hidden in ("jferrier", other.email, "Ouvrir", "CH de Valmont"):
        assert hidden not in page
    sheet = client.get(f"{COMPTES}{other.pk}/").text
    assert "hors de votre périmètre" in sheet or "n’a pas d’habilitation dans votre périmètre" in sheet
    for hidden in (other.email, "01 99 00 12 34", "Prescripteur"):
        assert hidden not in sheet


def test_each_search_leaves_a_line_without_what_was_typed(client, referent):
    search(client, nom="ferrier", email="x@y.example")
    entry = Entry.objects.get(event="comptes.searched")
    assert entry.data == {"criteres": "email, nom", "found": 0}
    assert entry.user == referent


def test_searches_are_limited(client, referent, monkeypatch):
    monkeypatch.setattr(limits, "SEARCHES_AT_ONCE", limits.parse("2 per 10 minute"))
    assert [search(client, nom="ferrier").status_code for _ in range(3)] == [200, 200, 429]


def test_ours_come_first_and_fifty_at_most(client, referent, etablissement):
    UserFactory.create_batch(60, nom="Martin", prenom="Abel")
    ours = holder(etablissement, nom="Martin", prenom="Zoé")
    result = search(client, nom="martin").context
    assert result["truncated"]
    assert len(result["hits"]) == 50
    assert result["hits"][0].user == ours


def test_ids_typed_into_an_address_show_nobody(client, referent):
    """Near miss: the same account, before a search has shown it."""
    other = holder(EtablissementFactory(), nom="Ferrier")
    path = f"{COMPTES}{other.pk}/"
    assert client.get(path).status_code == 404
    search(client, nom="ferrier")
    assert client.get(path).status_code == 200
    for page in ("modifier/", "adresse-e-mail/", "debloquer/", "depart/", "droits/"):
        assert client.get(path + page).status_code == 404
    assert client.post(f"{path}premier-lien/").status_code == 404


def test_a_referent_of_a_unit_sees_his_unit(client, etablissement):
    unite, next_door = UniteFactory.create_batch(2, etablissement=etablissement)
    sign_in(client, referent_of(unite))
    mine, theirs, above = holder(unite), holder(next_door), holder(etablissement)
    statuses = {user: client.get(f"{COMPTES}{user.pk}/").status_code for user in (mine, theirs, above)}
    assert statuses == {mine: 200, theirs: 404, above: 404}


def test_an_ended_habilitation_closes_the_sheet(client, referent, etablissement):
    over = HabilitationFactory(lieu=etablissement, over=True).user
    assert client.get(f"{COMPTES}{over.pk}/").status_code == 404


def created(client, **fields):
    known = {
        "nom": "Sauvage",
        "prenom": "Lina",
        "profession_label": "Assistante sociale",
        "email": "lina.sauvage@ch.example",
        "telephone": "01 99 00 12 34",
    }
    return client.post(f"{COMPTES}creer/", known | fields)


def test_created_then_straight_to_its_habilitation(client, referent):
    answer = created(client)
    user = User.objects.get(nom="Sauvage")
    assert answer.url == f"{COMPTES}attribuer/?compte={user.pk}"
    assert "Lina Sauvage" in client.get(answer.url).text


@pytest.mark.django_db(transaction=True)
def test_twelve_clicks_at_once_are_one_account_and_one_answer(client, referent):
    """COM-3: the key of the page answers first, not the address that its own first click took."""
    browsers = [sign_in(Client(), referent) for _ in range(12)]
    cle = str(uuid.uuid4())
    answers = at_once(*[lambda one=one: created(one, cle=cle) for one in browsers])
    user = User.objects.get(nom="Sauvage")
    urls = {getattr(answer, "url", "no redirect") for answer in answers}
    assert urls == {f"{COMPTES}attribuer/?compte={user.pk}"}
    assert Entry.objects.filter(event="compte.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_somebody_else_s_key_opens_nobody_s_account(client, referent, etablissement):
    """Near miss: the same key from another référent is another account, hence an address already taken."""
    cle = str(uuid.uuid4())
    created(client, cle=cle)
    other = sign_in(Client(), referent_of(etablissement))
    answer = created(other, cle=cle)
    assert answer.status_code == 422
    assert User.objects.filter(nom="Sauvage").count() == 1


def test_a_used_address_is_warned_of_then_refused(client, referent):
    """COM-4, in two steps; the search by address then finds whose it is."""
    UserFactory(email="lina.sauvage@ch.example", nom="Autre")
    first = created(client)
    assert first.status_code == 422
    assert "Cette adresse est déjà utilisée" in first.text
    signalee = first.context["form"]["signalee"].value()
    second = created(client, signalee=signalee)
    assert "La création du compte est impossible" in second.text
    assert "La création du compte est impossible" not in created(client, signalee="autre@ch.example").text
    assert not User.objects.filter(nom="Sauvage").exists()
    assert len(found(client, email="lina.sauvage@ch.example")) == 1


def test_a_shared_mailbox_is_warned_of(client, referent):
    first = created(client, email="secretariat-medecine@ch.example")
    assert first.status_code == 422
    assert "lue par plusieurs personnes" in first.text
    assert created(client, email="secretariat-medecine@ch.example", seule="on").status_code == 302


def test_the_padlock(client, referent, etablissement):
    """COM-7: search, padlock, confirm."""
    user = holder(etablissement, nom="Moreau", locked_at=timezone.now())
    path = f"{COMPTES}{user.pk}/debloquer/"
    assert path in search(client, nom="moreau").text
    assert client.get(path).status_code == 200
    assert User.objects.get(pk=user.pk).locked_at
    assert client.post(path).status_code == 302
    assert User.objects.get(pk=user.pk).locked_at is None


def queries(client, ask) -> int:
    ask()
    with CaptureQueriesContext(connection) as seen:
        assert ask().status_code == 200
    return len(seen)


def test_lists_cost_the_same_whatever_their_length(client, referent, etablissement):
    user = holder(etablissement, nom="Martin")
    pages = [
        lambda: search(client, nom="martin"),
        lambda: client.get(f"{COMPTES}{user.pk}/"),
        lambda: client.get(f"{COMPTES}{user.pk}/droits/"),
        lambda: client.get(f"{COMPTES}attribuer/equipe_soignante/?compte={user.pk}"),
    ]
    few = [queries(client, ask) for ask in pages]
    for _ in range(8):
        holder(etablissement, nom="Martin")
        HabilitationFactory(user=user, lieu=UniteFactory(etablissement=etablissement))
        HabilitationFactory(user=UserFactory(nom="Martin"))
    assert [queries(client, ask) for ask in pages] == few


def test_an_account_follows_its_holder(client, referent, etablissement):
    """COM-1: gone from one structure, at work in another: the same account, only habilitations change."""
    person = holder(etablissement, nom="Garricou")
    today = timezone.localdate()
    left = {"choix": person.habilitations.get().pk, "fin": str(today)}
    assert client.post(f"{COMPTES}{person.pk}/depart/", left).status_code == 302
    next_one = EtablissementFactory()
    sign_in(client, referent_of(next_one))
    assert found(client, nom="Garricou") == [person.login]
    grant = f"{COMPTES}attribuer/equipe_soignante/?compte={person.pk}"
    typed = {
        "lieux": [f"etablissement:{next_one.pk}"],
        "debut": str(today),
        "duree": "12",
        "etape": "confirmer",
        **sent_droits(profils.EQUIPE_SOIGNANTE),
    }
    assert client.post(grant, typed).status_code == 302
    assert User.objects.filter(nom="Garricou").get() == person
    assert list(Habilitation.objects.of(person).order_by("pk").values_list("etablissement", flat=True)) == [
        etablissement.pk,
        next_one.pk,
    ]
    assert person.check_password(PASSWORD)
