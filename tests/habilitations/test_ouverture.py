"""An account closed and opened again; one just created, corrected by who created it; its history (TRC-2)."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

import accounts.actions
from accounts import policies
from accounts.models import Session, User
from courrier.models import Message
from habilitations import profils
from habilitations.models import Habilitation
from journal.models import Entry
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.policies import can

pytestmark = pytest.mark.django_db
COMPTES = "/administration/comptes/"


@pytest.fixture
def etablissement():
    return EtablissementFactory(nom="CH de Saint-Aubin")


@pytest.fixture
def coordination(etablissement):
    return etablissement.coordination


@pytest.fixture
def holder(etablissement):
    return HabilitationFactory(lieu=UniteFactory(etablissement=etablissement)).user


def places_of(user) -> list:
    return [one.place for one in Habilitation.objects.of(user)]


def national() -> User:
    return HabilitationFactory(lieu=None, profil=profils.ADMINISTRATEUR_NATIONAL.code).user


def referents(etablissement) -> dict:
    coordination = etablissement.coordination
    unite = UniteFactory(etablissement=etablissement)
    return {
        "unité": referent_of(unite),
        "structure": referent_of(etablissement),
        "coordination": referent_of(coordination),
        "next coordination": referent_of(CoordinationFactory(region=coordination.region)),
        "région": referent_of(coordination.region),
        "next région": referent_of(CoordinationFactory().region),
        "national": national(),
        "nobody": UserFactory(),
    }


def may(etablissement, user) -> set:
    by = referents(etablissement)
    places = places_of(user)
    return {who for who, one in by.items() if can(policies.disable, as_professionnel(one), user, places)}


def test_who_closes_an_account(etablissement, holder):
    assert may(etablissement, holder) == {"coordination", "région", "national"}


def test_one_who_also_works_elsewhere(etablissement, holder):
    near = EtablissementFactory(coordination=CoordinationFactory(region=etablissement.coordination.region))
    HabilitationFactory(user=holder, lieu=near)
    assert may(etablissement, holder) == {"région", "national"}
    HabilitationFactory(user=holder, lieu=EtablissementFactory())
    assert may(etablissement, holder) == {"national"}


def test_a_medecin_and_who_holds_nothing_are_the_national_level_s(etablissement):
    medecin = HabilitationFactory(lieu=etablissement, user=MedecinFactory()).user
    assert may(etablissement, medecin) == {"national"}
    assert may(etablissement, UserFactory()) == {"national"}


def test_neither_oneself_nor_the_support(coordination):
    by = national()
    assert not can(policies.disable, as_professionnel(by), by, places_of(by))
    assert not can(policies.disable, as_professionnel(by), UserFactory(is_staff=True), [])


def test_closed_at_once_then_open_again(client, coordination, holder):
    theirs = sign_in(Client(), holder)
    assert theirs.get("/mon-compte/").status_code == 200
    sign_in(client, referent_of(coordination))
    assert "Désactiver le compte" in client.get(f"{COMPTES}{holder.pk}/").text
    assert "dans aucune structure" in client.get(f"{COMPTES}{holder.pk}/desactiver/").text

    for _ in range(2):
        assert client.post(f"{COMPTES}{holder.pk}/desactiver/").status_code == 302
    assert theirs.get("/mon-compte/").status_code == 302
    assert not Session.objects.filter(user=holder).exists()
    assert Entry.objects.about(holder).filter(event="compte.disabled").count() == 1
    assert "Désactivé" in client.get(f"{COMPTES}{holder.pk}/").text
    assert client.get(f"{COMPTES}attribuer/", {"compte": holder.pk}).text.count("non modifiable") == 0

    assert "Réactiver le compte de" in client.get(f"{COMPTES}{holder.pk}/reactiver/").text
    for _ in range(2):
        assert client.post(f"{COMPTES}{holder.pk}/reactiver/").status_code == 302
    holder.refresh_from_db()
    assert holder.is_active
    assert Entry.objects.about(holder).filter(event="compte.enabled").count() == 1
    told = Message.objects.filter(to=holder.email).values_list("key", flat=True)
    assert sorted(key.split(":")[0] for key in told) == ["disabled", "enabled"]


def test_not_open_again_on_an_address_that_somebody_else_has(client, coordination, holder):
    sign_in(client, referent_of(coordination))
    client.post(f"{COMPTES}{holder.pk}/desactiver/")
    UserFactory(email=holder.email)
    answer = client.post(f"{COMPTES}{holder.pk}/reactiver/")
    assert answer.status_code == 422
    assert "déjà celle d’un autre compte" in answer.text
    assert not User.objects.get(pk=holder.pk).is_active


def test_the_referent_of_a_structure_is_told_of_departures(client, etablissement, holder):
    sign_in(client, referent_of(etablissement))
    assert "Désactiver" not in client.get(f"{COMPTES}{holder.pk}/").text
    answer = client.post(f"{COMPTES}{holder.pk}/desactiver/")
    assert answer.status_code == 403
    assert "déclarez son" in answer.text
    assert User.objects.get(pk=holder.pk).is_active


# --- Just created ------------------------------------------------------------------------------


@pytest.fixture
def opener(client, etablissement):
    user = referent_of(etablissement)
    sign_in(client, user)
    return user


@pytest.fixture
def opened(opener):
    return accounts.actions.register(
        nom="Villedary",
        prenom="Nadège",
        email="nadege.viledary@ch.example",
        profession_label="",
        telephone="",
        cle=uuid4(),
        now=timezone.now(),
        by=as_professionnel(opener),
    )


def correction(user, **typed):
    names = ("nom", "prenom", "profession_label", "telephone", "version")
    return {name: getattr(user, name) for name in names} | typed


def test_who_opened_an_account_corrects_it(client, opened):
    shown = client.get(f"{COMPTES}{opened.pk}/").text
    assert "ne donne encore aucun accès" in shown
    assert "a créé le compte Nadège Villedary" in shown
    assert (
        client.post(f"{COMPTES}{opened.pk}/modifier/", correction(opened, nom="Villedari")).status_code == 302
    )
    assert User.objects.get(pk=opened.pk).nom == "Villedari"
    address = {"email": "nadege.villedary@ch.example", "version": 2}
    assert client.post(f"{COMPTES}{opened.pk}/adresse-e-mail/", address).status_code == 302
    assert client.post(f"{COMPTES}{opened.pk}/premier-lien/").status_code == 302
    found = client.post(COMPTES, {"nom": "villedari"}, follow=True).context["hits"]
    assert [(hit.user, hit.is_ours) for hit in found] == [(opened, True)]


def test_nobody_else_does(client, opened, etablissement):
    sign_in(client, referent_of(etablissement))
    assert client.get(f"{COMPTES}{opened.pk}/modifier/").status_code == 404


@pytest.mark.parametrize("became", ["used", "held elsewhere"])
def test_who_opened_an_account_no_longer_corrects_it_once_used(client, opened, became):
    if became == "used":
        User.objects.filter(pk=opened.pk).update(last_sign_in_at=timezone.now())
    else:
        HabilitationFactory(user=opened)
    opened.refresh_from_db()
    assert client.post(f"{COMPTES}{opened.pk}/modifier/", correction(opened, nom="X")).status_code == 404
    assert not can(policies.correct, as_professionnel(opened.created_by), opened, places_of(opened))


def test_who_opened_an_account_no_longer_corrects_it_without_his_right(opened):
    by = opened.created_by
    Habilitation.objects.of(by).update(revoked_at=timezone.now())
    assert not can(policies.correct, as_professionnel(by), opened, [])


# --- History -----------------------------------------------------------------------------------


def test_the_history_is_that_of_the_perimeter(client, etablissement, coordination, holder):
    """Lines by those who manage his places, and his own; not what another structure's référent did."""
    elsewhere = EtablissementFactory()
    HabilitationFactory(user=holder, lieu=elsewhere)
    known = {"nom": holder.nom, "prenom": holder.prenom, "profession_label": "", "now": timezone.now()}
    for n, by in enumerate((coordination, elsewhere)):
        accounts.actions.correct(
            holder,
            telephone=f"+3319900123{n}",
            version=n + 1,
            by=as_professionnel(referent_of(by)),
            **known,
        )
    sign_in(client, referent_of(etablissement))
    events = [row.entry.event for row in client.get(f"{COMPTES}{holder.pk}/").context["histoire"].rows]
    assert events == ["compte.corrected"]
    sign_in(client, national())
    events = [row.entry.event for row in client.get(f"{COMPTES}{holder.pk}/").context["histoire"].rows]
    assert events == ["compte.corrected"] * 2


def test_it_tells_neither_sign_ins_nor_passwords(client, etablissement, holder):
    by = as_professionnel(holder)
    accounts.actions.note_sign_in(holder, means="mail", now=timezone.now(), by=by)
    accounts.actions.ask_new_password(identifiant=holder.login, now=timezone.now(), by=by)
    assert Entry.objects.about(holder).exists()
    sign_in(client, referent_of(etablissement))
    assert list(client.get(f"{COMPTES}{holder.pk}/").context["histoire"].rows) == []
