"""What each form refuses by its own rules (DOS-3)."""

from datetime import date

import pytest

from dossiers import volets
from dossiers.natures import Kind
from dossiers.volets import Contexte, Fautes
from dossiers.volets.adressage import is_too_old
from viatraj.core.droits import Orientation

TODAY = date(2026, 11, 29)
ADRESSAGE = {
    "titulaires": [{"nom": "Garricou", "prenom": "Michel"}],
    "accord": "oui",
    "consultation": "2026-11-20",
    "signes": ["langage"],
    "mdph": "non",
}


def whole(values, *, born=date(2022, 3, 1)):
    volets.current(Kind.ADRESSAGE, Orientation.TND).check_whole(values, Contexte(TODAY, born))


@pytest.mark.parametrize(
    ("born", "too_old"),
    [
        (date(2019, 11, 29), True),  # seven today
        (date(2019, 11, 30), False),  # tomorrow
        (date(2026, 11, 1), False),
        (date(2010, 1, 1), True),
    ],
)
def test_a_child_of_seven_is_too_old_for_a_platform(born, too_old):
    assert is_too_old(born, TODAY) is too_old
    if too_old:
        with pytest.raises(Fautes, match="jusqu’à 6\u00a0ans inclus"):
            whole(ADRESSAGE, born=born)
    else:
        whole(ADRESSAGE, born=born)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"mdph": "oui"}, "mdph"), ({"accord": "non"}, "accord"), ({"accord": "inconnu"}, "accord")],
)
def test_what_excludes_a_platform(changed, field):
    with pytest.raises(Fautes) as refused:
        whole(ADRESSAGE | changed)
    assert set(refused.value.faults) == {field}


def test_an_unknown_answer_does_not_exclude():
    whole(ADRESSAGE | {"mdph": "inconnu"})


@pytest.mark.parametrize(
    ("kind", "orientation", "values", "field"),
    [
        (Kind.SERVICE, "sanitaire", {"entree": "2026-11-02", "sortie": "2026-11-01"}, "sortie"),
        (Kind.ADMINISTRATIF, "sanitaire", {"information_date": "2026-11-30"}, "information_date"),
        (Kind.ADMINISTRATIF, "grand_age", {"signature_date": "2026-11-30"}, "signature_date"),
        (Kind.AUTONOMIE, "grand_age", {"evaluation": "2026-11-30"}, "evaluation"),
        (Kind.MEDICAL, "grand_age", {"mms_date": "2026-11-30"}, "mms_date"),
        (Kind.ADRESSAGE, "tnd", {"consultation": "2026-11-30"}, "consultation"),
    ],
)
def test_days_that_cannot_be(kind, orientation, values, field):
    form = volets.current(kind, orientation)
    with pytest.raises(Fautes) as refused:
        form.check(values, Contexte(TODAY))
    assert set(refused.value.faults) == {field}
    form.check(values, Contexte(date(2026, 12, 1))) if field != "sortie" else None


def test_the_near_miss_of_each():
    volets.current(Kind.SERVICE, "sanitaire").check(
        {"entree": "2026-11-02", "sortie": "2026-11-02"}, Contexte(TODAY)
    )
    volets.current(Kind.ADRESSAGE, "tnd").check({"consultation": "2026-11-29"}, Contexte(TODAY))
