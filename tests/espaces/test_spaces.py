"""A person with both hats goes from one space to the other without signing in again (CON-11)."""

import pytest
from django.utils import timezone

from habilitations.models import Habilitation
from tests.factories import (
    DelegationFactory,
    HabilitationFactory,
    MedecinFactory,
    UserFactory,
    as_medecin,
    as_professionnel,
    sign_in,
)
from viatraj.core.actor import Actor
from viatraj.core.policies import can
from viatraj.espaces import policies

pytestmark = pytest.mark.django_db
SWITCH = "/basculer/"


def test_there_and_back_under_a_new_key(client):
    sign_in(client, HabilitationFactory(user=MedecinFactory()).user)
    assert "Basculer vers l’espace professionnel" in client.get("/medecin/").text
    key = client.session.session_key
    assert client.post(SWITCH).url == "/professionnel/"
    assert client.session.session_key != key
    assert client.get("/").url == "/professionnel/"
    assert "Basculer vers l’espace médecin libéral" in client.get("/professionnel/").text
    assert client.post(SWITCH).url == "/medecin/"
    assert client.get("/").url == "/medecin/"


def test_not_for_those_with_one_hat(client):
    sign_in(client, UserFactory())
    assert "Basculer" not in client.get("/professionnel/").text
    assert client.post(SWITCH).status_code == 403


def test_a_medecin_without_habilitation_has_one_hat(client):
    """He asks for one from «Mes référents»; come by the professionals' door, he may still go home."""
    sign_in(client, user := MedecinFactory())
    assert "Basculer" not in client.get("/medecin/").text
    assert client.post(SWITCH).status_code == 403
    row = HabilitationFactory(user=user)
    assert client.post(SWITCH).url == "/professionnel/"
    Habilitation.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
    assert "Basculer vers l’espace médecin libéral" in client.get("/professionnel/").text
    assert client.post(SWITCH).url == "/medecin/"


def test_not_while_acting(client):
    row = DelegationFactory()
    sign_in(client, row.delegataire, acting=row)
    assert "Basculer" not in client.get("/medecin/").text
    assert client.post(SWITCH, {"au_nom_de": row.delegant_id}).status_code == 403


def test_policy():
    medecin = HabilitationFactory(user=MedecinFactory()).user
    assert can(policies.leave_medecin_space, as_medecin(medecin, has_other_space=True))
    assert not can(policies.leave_medecin_space, as_medecin(MedecinFactory()))
    assert not can(policies.leave_medecin_space, as_professionnel(HabilitationFactory().user))
    assert not can(policies.leave_medecin_space, Actor.anonymous("127.0.0.1"))
