"""A commune that is named without doubt, and a birthplace, over the whole territory."""

import pytest

from annuaire.reads import communes, territoires
from viatraj.core.saisie import Refused

pytestmark = pytest.mark.usefixtures("territoire")


def codes(found) -> list[str]:
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("typed", "code_postal", "found"),
    [
        ("Rouen", "", ["76540"]),
        ("Rouen", "76100", ["76540"]),
        ("Rouen", "31000", []),
        ("Rou", "", []),
        ("Saint-Aubin", "21190", ["21541"]),
        ("Bâgé-la-Ville", "", ["01025"]),  # déléguée
        ("Paris 14e", "75014", ["75056"]),
        ("", "76000", []),
    ],
)
def test_a_name_that_leaves_no_doubt(typed, code_postal, found):
    assert codes(communes.named(typed, code_postal)) == found


def test_several_of_one_name_are_all_told_apart():
    offered = territoires.options(communes.named("Saint-Aubin"))
    assert len(offered) == 10
    assert offered[2] == ("21541", "Saint-Aubin (21190, Côte-d’Or)")
    assert len(dict(offered)) == len({label for _, label in offered}) == 10


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Rouen", "76540"), ("76540", "76540"), ("2a004", "2A004"), ("99109", "99109"), ("20004", "20004")],
)
def test_a_birthplace(typed, kept):
    assert territoires.birthplace(typed) == kept


@pytest.mark.parametrize("typed", ["Saint-Aubin", "Nulle part", "76999", "76"])
def test_a_birthplace_that_says_nothing(typed):
    with pytest.raises(Refused):
        territoires.birthplace(typed)
