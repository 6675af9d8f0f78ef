"""The demonstration’s sheets: every kind of unit, every origin, one that closed (ANN-1)."""

import pytest
from django.utils import timezone

import annuaire.actions
from annuaire.models import Concept, Element, Etablissement, Modification, Unite
from annuaire.natures import Nature
from annuaire.reads import completude, publiques
from viatraj.demo import data, fiches, personnel, structures
from viatraj.demo.people import PEOPLE

NOW = timezone.now()


@pytest.fixture
def made(db):
    """(its people, its structures)"""
    users = {person.login: data._account(person, NOW) for person in PEOPLE}
    rows = structures.make(by=data.BY)
    personnel.make(users, rows, now=NOW, by=data.BY)
    annuaire.actions.load_nomenclatures(now=NOW, by=data.BY)
    fiches.make(users, rows, now=NOW, by=data.BY)
    return users, rows


def test_sheets_are_complete_and_made_once(made):
    written = Modification.objects.count()
    fiches.make(*made, now=NOW, by=data.BY)
    assert Modification.objects.count() == written
    assert set(Unite.objects.values_list("nature", flat=True)) == set(Nature.values)
    complete = completude.complete_among([one.pk for one in Unite.objects.all()])
    left = Unite.objects.exclude(pk__in=complete).values_list("nom", flat=True)
    assert sorted(left) == ["Chirurgie", "Urgences"]
    assert {one.is_synchronised for one in Etablissement.objects.all()} == {True, False}
    assert set(Element.objects.values_list("origine", flat=True)) == {"local", "ror"}
    closed = Etablissement.objects.get(closed_at__isnull=False)
    assert closed.replaced_by.is_synchronised is False
    told = publiques.in_words([*Etablissement.objects.all(), *Unite.objects.all()])
    said = [line for rows in told for _, lines in rows for line in lines]
    assert [line for line in said if "inconnu" in line] == []
    assert Concept.objects.filter(nomenclature="PATHOLOGIES").count() >= 150
