"""The directory's row of a médecin who has an account: found, else made of what is known of him (DOS-1)."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Identite
from annuaire.actions import refer_account
from annuaire.models import Professionnel
from journal.models import Entry
from tests.concurrency import at_once
from tests.factories import MedecinFactory, ProfessionnelFactory, as_medecin
from tests.house.plan import listed
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


def refer(medecin):
    return refer_account(medecin, by=as_medecin(medecin))


def test_the_row_that_stands_is_found(medecin):
    row = ProfessionnelFactory(idnat=medecin.login)
    assert refer(medecin) == row
    assert not Entry.objects.exists()


def test_else_it_is_made_from_the_extraction(medecin):
    activite = listed(medecin.login)
    row = refer(medecin)
    assert (row.idnat, row.nom, row.commune) == (medecin.login, activite.nom, activite.commune)
    assert Entry.objects.get().event == "professionnel.referred"
    assert refer(medecin) == row


def test_else_from_his_card_when_the_extraction_does_not_know_him_yet(medecin):
    row = refer(medecin)
    assert (row.nom, row.prenom, row.is_medecin) == ("Leclercq", "Christine", True)


def test_his_rpps_before_his_adeli(medecin):
    known = {"user": medecin, "nom": "Leclercq", "prenom": "Christine", "kind": Identite.Kind.ADELI}
    Identite.objects.create(idnat="0319999990", **known)
    assert refer(medecin).idnat == medecin.login


def test_a_row_by_his_former_number_serves(medecin):
    """The near miss of the last: the directory knows him by the other one."""
    known = {"user": medecin, "nom": "Leclercq", "prenom": "Christine", "kind": Identite.Kind.ADELI}
    Identite.objects.create(idnat="0319999990", **known)
    row = ProfessionnelFactory(idnat="0319999990")
    assert refer(medecin) == row


def test_without_any_living_number_nobody_is_made(medecin):
    medecin.identites.update(ended_at=timezone.now())
    with pytest.raises(ValidationError, match="Aucune carte"):
        refer(medecin)
    assert not Professionnel.objects.exists()


def test_not_by_a_stranger(medecin):
    with pytest.raises(Denied):
        refer_account(medecin, by=Actor.anonymous("127.0.0.1"))


@pytest.mark.django_db(transaction=True)
def test_made_once_by_two_at_once():
    medecin = MedecinFactory()
    first, second = at_once(*[lambda: refer(medecin)] * 2)
    assert first == second
    assert Entry.objects.filter(event="professionnel.referred").count() == 1
