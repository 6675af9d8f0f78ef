"""The constraints, with save(): the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from delegations.models import Delegation, DroitDelegue
from tests.factories import DelegationFactory, MedecinFactory, as_delegate, as_medecin
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db


def refused_by(name, save):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        save()
    assert refusal.value.__cause__.diag.constraint_name == name


def test_debut_before_fin():
    row = DelegationFactory()
    row.fin = row.debut - timedelta(days=1)
    refused_by("delegations_delegation_debut_before_fin", row.save)


def test_not_to_self():
    row = DelegationFactory()
    row.delegataire = row.delegant
    refused_by("delegations_delegation_not_to_self", row.save)


def test_one_answer():
    row = DelegationFactory()
    row.refused_at = timezone.now()
    refused_by("delegations_delegation_one_answer", row.save)


def test_accepted_by_somebody():
    row = DelegationFactory()
    row.delegataire = None
    refused_by("delegations_delegation_accepted_by_somebody", row.save)


@pytest.mark.parametrize("dead", ["refused_at", "renounced_at", "expired_at", "revoked_at"])
def test_no_overlap_but_with_dead_ones(dead):
    row = DelegationFactory(waiting=True)
    known = {"delegant": row.delegant, "delegataire": row.delegataire, "professionnel": row.professionnel}
    refused_by("delegations_delegation_no_overlap", lambda: DelegationFactory(waiting=True, **known))
    if dead == "renounced_at":
        row.accepted_at = timezone.now()
    setattr(row, dead, timezone.now())
    row.save()
    assert DelegationFactory(**known).pk


def test_a_right_is_lent_once():
    row = DelegationFactory(kind=Delegation.Kind.ASSISTANT)
    lent = {"delegation": row, "orientation": "tnd", "droit": "dossier_liste", "mode": "oui"}
    DroitDelegue.objects.create(**lent)
    refused_by("delegations_droit_once", lambda: DroitDelegue.objects.create(**lent))


@pytest.mark.parametrize(
    ("droit", "mode"),
    [
        ("volet_medical", "validation"),
        ("volet_administratif", "repondre"),
        ("volet_medical", ""),
        ("dossier_liste", "ecriture"),
        ("compte", "oui"),
        ("deleguer", "oui"),
        ("dossier_liste", ""),
        ("dossier_acceptation", "oui"),
    ],
)
def test_a_right_that_is_never_lent(droit, mode):
    """DEL-7: the database itself refuses it, whatever writes it."""
    row = DelegationFactory(kind=Delegation.Kind.ASSISTANT)
    lent = {"delegation": row, "orientation": "tnd", "droit": droit, "mode": mode}
    refused_by("delegations_droit_lendable", lambda: DroitDelegue.objects.create(**lent))


def test_renounced_only_once_accepted():
    row = DelegationFactory(waiting=True)
    row.renounced_at = timezone.now()
    refused_by("delegations_delegation_renounced_once_accepted", row.save)


def test_a_delegation_without_account_has_an_address():
    row = DelegationFactory(waiting=True, email="")
    row.delegataire = None
    refused_by("delegations_delegation_reachable", row.save)


def test_visible_to_both_in_their_own_name_only():
    row, other = DelegationFactory(), DelegationFactory()
    seen = {
        "médecin": as_medecin(row.delegant),
        "confrère": as_medecin(row.delegataire),
        "confrère acting": as_delegate(row),
        "other": as_medecin(MedecinFactory()),
        "nobody": Actor.anonymous("127.0.0.1"),
    }
    assert {name for name, actor in seen.items() if row in Delegation.objects.visible_to(actor)} == {
        "médecin",
        "confrère",
    }
    assert other not in Delegation.objects.visible_to(seen["médecin"])
