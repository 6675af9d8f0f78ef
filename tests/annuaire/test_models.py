"""Each constraint, by `save()` alone."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from annuaire.models import Coordination, Etablissement, Guichet, Professionnel, Region, Unite


@pytest.fixture
def coordination(db):
    return Coordination.objects.create(region=Region.objects.create(code="28", nom="Normandie"), nom="Rouen")


@pytest.fixture
def etablissement(coordination):
    return Etablissement.objects.create(coordination=coordination, nom="CH de Rouen", finess="990000019")


def refused(constraint, make):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make()
    assert error.value.__cause__.diag.constraint_name == constraint


def test_a_coordination_has_one_name_in_its_region(coordination):
    again = Coordination(region=coordination.region, nom="Rouen")
    refused("annuaire_coordination_once", again.save)
    with pytest.raises(ValidationError, match="porte déjà ce nom"):
        again.full_clean()


def test_a_finess_number_has_nine_characters_or_is_not_there(etablissement):
    for finess in ("", "99000001", "99000001X"):
        etablissement.finess = finess
        refused("annuaire_etablissement_finess", etablissement.save)
    for finess in (None, "2A0000018"):
        etablissement.finess = finess
        etablissement.save()
    for _ in range(2):
        Etablissement.objects.create(coordination=etablissement.coordination, nom="Sans numéro")


@pytest.mark.parametrize("model", ["etablissement", "unite"])
def test_only_what_is_closed_is_replaced_and_by_another(etablissement, model):
    def make():
        if model == "unite":
            return Unite.objects.create(etablissement=etablissement, nom="SMR")
        return Etablissement.objects.create(coordination=etablissement.coordination, nom="Autre")

    old, new = make(), make()
    old.replaced_by = new
    refused(f"annuaire_{model}_replaced_when_closed", old.save)
    old.closed_at = timezone.now()
    old.save()
    old.replaced_by = old
    refused(f"annuaire_{model}_not_replaced_by_itself", old.save)


def test_a_guichet_opens_on_several_unites(etablissement):
    guichet = Guichet.objects.create(coordination=etablissement.coordination, nom="Guichet SMR")
    guichet.unites.add(*(Unite.objects.create(etablissement=etablissement, nom=nom) for nom in ("A", "B")))
    assert guichet.unites.count() == 2
    assert [str(guichet), str(etablissement), str(etablissement.coordination.region)] == [
        "Guichet SMR", "CH de Rouen", "Normandie",
    ]  # fmt: skip


def test_a_number_is_one_professionnel(db):
    Professionnel.objects.create(idnat="899000000011", nom="LECLERC", profession="10", categorie="C")
    refused(
        "annuaire_professionnel_idnat_key",
        Professionnel(idnat="899000000011", nom="AUTRE", profession="10").save,
    )


@pytest.mark.parametrize(
    ("profession", "categorie", "titre"),
    [("10", "C", "Dr Léa ROY"), ("10", "M", "Dr Léa ROY"), ("10", "E", "Léa ROY"), ("60", "C", "Léa ROY")],
)
def test_who_is_a_medecin(profession, categorie, titre):
    professionnel = Professionnel(nom="ROY", prenom="Léa", profession=profession, categorie=categorie)
    assert professionnel.titre == titre


@pytest.mark.parametrize(
    ("typed", "spaced", "key"),
    [
        ("L'Œuvre-Péan", "L OEUVRE PEAN", "LOEUVREPEAN"),
        ("  n’diaye ", "N DIAYE", "NDIAYE"),
        ("Øster Łuk Ðan", "OSTER LUK DAN", "OSTERLUKDAN"),
        ("100 %_\\", "100", "100"),
        ("٧", "", ""),
    ],
)
def test_names_are_normalised_in_sql(db, typed, spaced, key):
    with connection.cursor() as cursor:
        cursor.execute("SELECT norm_nom(%s), norm_cle(%s)", [typed, typed])
        assert cursor.fetchone() == (spaced, key)
