"""Real concurrency on PostgreSQL: a double click is one dossier, two writers one change and one refusal."""

import uuid
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from dossiers import actions
from dossiers.models import Dossier
from journal.models import Entry
from tests.concurrency import at_once
from tests.dossiers.factories import DossierFactory, volet_of
from tests.factories import MedecinFactory, ProfessionnelFactory, as_medecin
from viatraj.core.droits import Orientation
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db(transaction=True)


def creating(medecin, cle, nom="Garricou"):
    def act():
        return actions.create(
            orientation=Orientation.SANITAIRE,
            nom=nom,
            prenom="Michel",
            date_naissance=date(1957, 2, 18),
            cle=cle,
            by=as_medecin(medecin),
        )

    return act


def test_a_double_click_on_create():
    """Six clicks while the first has not committed: one dossier, its volets, one line; all are shown it."""
    medecin = MedecinFactory()
    ProfessionnelFactory(idnat=medecin.login)
    answers = at_once(*[creating(medecin, uuid.uuid4())] * 6)
    dossier = Dossier.objects.get()
    assert answers == [dossier] * 6
    assert (dossier.volets.count(), Entry.objects.count()) == (6, 1)


def test_one_key_and_two_patients_at_once():
    """Not a double click: one is created, the other one is told that the page has served."""
    medecin, cle = MedecinFactory(), uuid.uuid4()
    answers = at_once(creating(medecin, cle), creating(medecin, cle, nom="Villedary"))
    created = [answer for answer in answers if isinstance(answer, Dossier)]
    assert len(created) == Dossier.objects.count() == 1
    assert sum(isinstance(answer, ValidationError) for answer in answers) == 1


def test_two_people_save_at_once():
    medecin = MedecinFactory()
    volet = volet_of(DossierFactory(auteur=medecin))
    acts = [
        lambda texte=texte: actions.edit_volet(
            volet, texte=texte, version=1, now=timezone.now(), by=as_medecin(medecin)
        )
        for texte in ("Vit seule.", "Vit avec sa fille.")
    ]
    answers = at_once(*acts)
    stale = [answer for answer in answers if isinstance(answer, Stale)]
    assert len(stale) == 1
    assert stale[0].fresh.texte == volet_of(volet.dossier).texte
    assert Entry.objects.filter(event="volet.updated").count() == 1
