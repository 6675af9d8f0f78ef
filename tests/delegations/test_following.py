"""Délégations given before there were more volets keep meaning and name (ADR 48, DEL-2, DEL-7)."""

import pytest

from delegations import rights
from dossiers import policies
from tests.dossiers.factories import MEDICAL, READER, SECRETARIAT, DossierFactory, lend
from tests.factories import MedecinFactory, as_delegate, as_medecin
from viatraj.core.actor import Place
from viatraj.core.droits import Droit, Mode, Orientation
from viatraj.core.policies import can

pytestmark = pytest.mark.django_db
CARE = (Droit.VOLET_ORIENTATION, Droit.VOLET_SOINS, Droit.VOLET_AUTONOMIE)


@pytest.mark.parametrize("preset", rights.PRESETS, ids=lambda preset: preset.name)
def test_a_stored_delegation_keeps_the_name_of_its_preset(preset):
    delegation = lend(MedecinFactory(), droits=preset.droits, orientations=Orientation)
    assert {row.droit for row in delegation.droits.all()}.isdisjoint(CARE), "nothing more is stored"
    assert rights.label(rights.lent(delegation)) == preset.label


@pytest.mark.parametrize(
    ("droits", "mode"), [(MEDICAL, Mode.ECRITURE), (((Droit.VOLET_MEDICAL, Mode.LECTURE),), Mode.LECTURE)]
)
def test_volets_of_care_follow_the_medical_one_and_go_no_further(droits, mode):
    medecin = MedecinFactory()
    held = as_delegate(lend(medecin, droits=droits)).rights
    place = Place(medecin=medecin.pk)
    further = {Mode.LECTURE: Mode.ECRITURE, Mode.ECRITURE: Mode.VALIDATION}[mode]
    for droit in CARE:
        assert held.cover(droit, place, domaine=Orientation.SANITAIRE, mode=mode)
        assert not held.cover(droit, place, domaine=Orientation.SANITAIRE, mode=further)
        assert not held.cover(droit, place, domaine=Orientation.TND, mode=mode)


@pytest.mark.parametrize("droits", [SECRETARIAT, READER])
def test_who_was_lent_the_administratif_alone_reads_no_care(droits):
    dossier = DossierFactory()
    actor = as_delegate(lend(dossier.auteur, droits=droits))
    read = {kind for kind in policies.Volet.Kind.values if can(policies.read_piece, actor, dossier, kind)}
    assert read == {"administratif", "social"}


def test_a_medecin_writes_all_volets_and_validates_those_of_care():
    dossier = DossierFactory()
    actor = as_medecin(dossier.auteur)
    assert all(can(policies.add_piece, actor, dossier, volet.kind) for volet in dossier.volets.all())
