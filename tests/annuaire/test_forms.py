import pytest

from annuaire.forms.recherches import RechercheForm
from annuaire.reads import search
from tests.annuaire.files import line


def form(nom="", code_postal=""):
    return RechercheForm({"nom": nom, "code_postal": code_postal})


def test_its_fields_are_those_of_the_contract():
    assert list(RechercheForm().fields) == ["nom", "code_postal"]
    assert not RechercheForm().fields["code_postal"].required


@pytest.mark.parametrize("place", ["", "76000", "76", "Rouen", "rouen", " 76 000"])
def test_one_field_takes_a_code_postal_or_a_commune(db, load, place):
    load([line()])
    filled = form("leclerc", place)
    assert filled.is_valid()
    assert [hit.nom for hit in filled.results().professionnels] == ["LECLERC"]
    assert filled.results(exclude=["899000000011"]).professionnels == []


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        (("",), "nom", "Saisissez le nom du médecin."),
        (("a" * 101,), "nom", "Le nom ne dépasse pas 100 caractères."),
        (("leclerc", "a" * 101), "code_postal", "La commune ne dépasse pas 100 caractères."),
        (("ab",), "nom", search.TOO_SHORT),
        (("a", "76000"), "nom", search.TOO_SHORT_WITH_PLACE),
        (("leclerc", "7"), "code_postal", search.BAD_CODE),
    ],
)
def test_a_refusal_stands_at_its_field(db, typed, field, sentence):
    filled = form(*typed)
    if filled.is_valid():
        assert filled.results() is None
    assert filled.errors == {field: [sentence]}
