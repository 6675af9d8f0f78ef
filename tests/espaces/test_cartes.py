"""A card taken off an account by a référent (COM-5, CON-12)."""

import pytest
from django.utils import timezone

from accounts import actions as account_actions
from accounts.models import Identite
from accounts.policies import change_email
from authcps import actions
from courrier.models import Message
from journal.models import Entry
from tests.authcps.test_arrival import NURSE, arrive, holding
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db


@pytest.fixture
def unite():
    return UniteFactory()


@pytest.fixture
def identite(unite):
    nurse = HabilitationFactory(
        lieu=unite, user=UserFactory(nom="Moreau", first_strong_at=timezone.now())
    ).user
    said = {"kind": Identite.Kind.STRUCTURE, "nom": NURSE.nom, "prenom": NURSE.prenom}
    return Identite.objects.create(user=nurse, idnat=NURSE.idnat, **said)


def path(identite) -> str:
    return f"/administration/comptes/{identite.user_id}/cartes/{identite.pk}/retirer/"


def unpair(identite, by):
    actions.unpair(identite, now=timezone.now(), by=by)


def test_asked_then_done_and_told(client, unite, identite):
    sign_in(client, referent := referent_of(unite.etablissement))
    sheet = client.get(f"/administration/comptes/{identite.user_id}/").text
    assert path(identite) in sheet
    assert "Irène Castelnau" in client.get(path(identite)).text
    assert Identite.objects.get(pk=identite.pk).ended_at is None, "asking does nothing"
    assert client.post(path(identite)).url == f"/administration/comptes/{identite.user_id}/"
    assert Identite.objects.get(pk=identite.pk).ended_at
    letter = Message.objects.get(to=identite.user.email)
    assert f"par un référent de votre structure, {referent.nom_complet}" in letter.text
    line = Entry.objects.get(event="identite.unpaired")
    assert (line.user, line.target) == (referent, identite.user)
    assert client.post(path(identite)).status_code == 404
    assert Message.objects.count() == 1


def test_the_card_opens_the_account_no_longer(client, unite, identite):
    unpair(identite, as_professionnel(referent_of(unite)))
    assert arrive(client, holding(client, NURSE, door="professionnel")).url == "/connexion/appairage/"


def test_whoever_came_in_by_it_is_out_at_the_next_click(client, unite, identite):
    sign_in(client, identite.user)
    assert client.get("/mon-compte/").status_code == 200
    unpair(identite, as_professionnel(referent_of(unite)))
    assert client.get("/mon-compte/").status_code == 302


def test_check_27_by_a_referent_of_his_perimeter_alone(unite, identite):
    """Who may: exactly as the padlock; the near misses are next door, and himself."""
    next_door = UniteFactory(etablissement=unite.etablissement)
    asked = {
        "référent of the unit": as_professionnel(referent_of(unite)),
        "of its structure": as_professionnel(referent_of(unite.etablissement)),
        "of its coordination": as_professionnel(referent_of(unite.etablissement.coordination)),
        "of the unit next door": as_professionnel(referent_of(next_door)),
        "of another structure": as_professionnel(referent_of(EtablissementFactory())),
        "colleague": as_professionnel(HabilitationFactory(lieu=unite).user),
        "himself": as_professionnel(identite.user),
        "nobody": Actor.anonymous("127.0.0.1"),
    }
    done = set()
    for who, by in asked.items():
        Identite.objects.filter(pk=identite.pk).update(ended_at=None)
        try:
            unpair(identite, by)
        except Denied:
            assert Identite.objects.get(pk=identite.pk).ended_at is None
        else:
            done.add(who)
    assert done == {"référent of the unit", "of its structure", "of its coordination"}


def test_a_referent_does_not_get_an_account_by_taking_its_card_off(unite, identite):
    """The card off, its owner's e-mail is still not the référent's to change."""
    by, places = as_professionnel(referent_of(unite)), [HabilitationFactory(lieu=unite).place]
    unpair(identite, by)
    assert not can(change_email, by, identite.user, places, places)
    with pytest.raises(Denied, match="elle seule modifie son adresse"):
        account_actions.change_email(
            identite.user,
            email="autre@ch.example",
            version=1,
            now=timezone.now(),
            by=by,
        )
