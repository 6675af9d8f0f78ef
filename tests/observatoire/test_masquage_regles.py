"""What may be ordered of a territory (OBS-7, docs/adr/0081): each refusal, and the near miss."""

from datetime import date

import pytest

from observatoire.masquage.regles import Regles, bloc, last_month, periode
from observatoire.masquage.tableau import TEMOINS

REGLES = Regles()
TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("national", "ids", "refused"),
    [
        (True, {}, False),
        (False, {"coordination": (4,)}, False),
        (False, {"region": (2,), "coordination": ()}, False),
        (False, {"coordination": (4, 5)}, True),
        (False, {"region": (2,), "coordination": (4,)}, True),
        (True, {"region": (2,)}, True),
        (False, {}, True),
    ],
)
def test_one_territory_is_ordered_at_a_time(national, ids, refused):
    """OBS-7: a fixed grid; two of them, and then one, would be a third."""
    assert bool(REGLES.refuse_territoire(national, ids)) is refused


@pytest.mark.parametrize(
    ("debut", "fin", "par_mois", "said"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), False, ""),
        (date(2025, 1, 1), date(2025, 12, 31), False, ""),
        (date(2024, 2, 1), date(2024, 2, 29), False, ""),
        (date(2026, 10, 1), date(2026, 10, 31), False, ""),
        (date(2026, 1, 1), date(2026, 5, 31), True, ""),
        (date(2025, 11, 1), date(2026, 2, 28), True, ""),
        (date(2026, 1, 1), date(2026, 5, 31), False, "un mois ou pour une année"),
        (date(2025, 7, 1), date(2026, 6, 30), False, "un mois ou pour une année"),
        (date(2026, 3, 1), date(2026, 4, 1), True, "premier jour"),
        (date(2026, 3, 2), date(2026, 3, 31), False, "premier jour"),
        (date(2024, 2, 1), date(2024, 2, 28), False, "premier jour"),
        (date(2026, 4, 1), date(2026, 3, 31), True, "premier jour"),
        (date(2026, 11, 1), date(2026, 11, 30), False, "dernier mois achevé"),
        (date(2026, 1, 1), date(2026, 12, 31), False, "dernier mois achevé"),
    ],
)
def test_whole_months_that_are_over(debut, fin, par_mois, said):
    """OBS-7: a day more, a month that goes on, months of one’s choice added up: each has its sentence."""
    refused = REGLES.refuse_periode(debut, fin, par_mois=par_mois, today=TODAY)
    assert (said in refused) if said else not refused


@pytest.mark.parametrize(
    ("jour", "refused"),
    [
        (date(2026, 10, 31), False),
        (date(2024, 2, 29), False),
        (date(2026, 10, 30), True),
        (date(2024, 2, 28), True),
        (date(2026, 11, 30), True),
    ],
)
def test_a_photograph_at_the_end_of_a_month(jour, refused):
    assert bool(REGLES.refuse_photo(jour, today=TODAY)) is refused


@pytest.mark.parametrize(
    ("criteres", "said"),
    [
        ({}, ""),
        ({"type": (), "age": ()}, ""),
        ({"age": ("65-74",)}, ""),
        ({"age": ("65-74", "75-84")}, "une seule valeur"),
        ({"age": ("65-74",), "type": ("smr",)}, "un seul critère"),
        ({"sexe": ("F",)}, "2 valeurs"),
    ],
)
def test_one_criterion_of_one_value(criteres, said):
    """OBS-7: complementary criteria would say what is left."""
    refused = REGLES.refuse_criteres(criteres, {"age": 7, "type": 5, "sexe": 2})
    assert (said in refused) if said else not refused


def test_lines_about_persons_are_refused():
    assert "coordination" in REGLES.refuse_liste(True)
    assert not REGLES.refuse_liste(False)


@pytest.mark.parametrize("seuil", [0, 1, TEMOINS + 1])
def test_a_threshold_that_could_not_be_held(seuil):
    with pytest.raises(ValueError, match="seuil"):
        Regles(seuil=seuil)


def test_blocks_of_the_grid():
    assert bloc(date(2026, 3, 1), date(2026, 3, 31)) == ("mois", "2026-03")
    assert bloc(date(2026, 1, 1), date(2026, 12, 31)) == ("annee", "2026")
    assert bloc(date(2026, 1, 1), date(2026, 3, 31)) is None
    assert bloc(date(2025, 1, 1), date(2026, 12, 31)) is None
    assert periode(date(2026, 1, 1), date(2026, 3, 31))[0] == "periode"
    assert last_month(date(2026, 3, 1)) == date(2026, 2, 28)
