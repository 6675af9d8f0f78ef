"""DOS-4: an ESMS never learns which other one was notified of the same person, nor what it has answered.

`make test` plays a story at one place, drawn by SEED; `make proofs` many at each.
"""

import random
from dataclasses import replace

import pytest

from demandes.models import Notification
from demandes.reads import fiches
from tests.demandes.notifies import PLACES, Notifies
from tests.demandes.test_voisins import SEED, assert_same, undone
from tests.factories import sign_in

pytestmark = pytest.mark.django_db
DRAWN = random.Random(SEED).choice(sorted(PLACES))
STORIES = 4


def places():
    return [pytest.param(one, marks=[] if one == DRAWN else pytest.mark.proofs) for one in PLACES]


def compared(notifies, seed: str) -> tuple[dict, dict, list[str]]:
    with undone():
        alone, _ = notifies.play(seed, with_others=False)
    with undone():
        beside, told = notifies.play(seed, with_others=True)
    return alone, beside, told


@pytest.mark.parametrize("place", places())
def test_nothing_tells_that_another_was_notified(place):
    alone, beside, told = compared(Notifies(place), f"{SEED}")
    assert len(set(told)) > 2, "next door, too little happened to prove anything"
    assert any("Garricou" in text for text in alone.values())
    assert_same(alone, beside, told)
    assert not [path for path, text in beside.items() if "canari" in text.lower()]


@pytest.mark.proofs
@pytest.mark.parametrize("place", PLACES)
def test_nothing_tells_it_whatever_happens(place):
    notifies = Notifies(place)
    for number in range(STORIES):
        assert_same(*compared(notifies, f"{SEED}-{number}"))


def test_taken_in_elsewhere_says_no_more_than_that():
    """Whichever of the others it is, and whatever it had said before."""
    notifies, worlds = Notifies(), []
    for number in (1, 2):
        with undone():
            worlds.append(notifies.taken(number))
    assert_same(*worlds, "pris")
    assert any("accueillie, ou à l’essai" in text for text in worlds[0].values())


def test_a_page_that_tells_is_found(monkeypatch):
    """The comparison fails where a board counts what others have."""
    real = fiches.of

    def telling(actor, notification, *, now):
        fiche = real(actor, notification, now=now)
        count = Notification.objects.filter(decision=notification.decision_id).count()
        return replace(fiche, ligne=replace(fiche.ligne, statut=f"{fiche.ligne.statut} ({count})"))

    monkeypatch.setattr(fiches, "of", telling)
    alone, beside, told = compared(Notifies(), f"{SEED}")
    with pytest.raises(AssertionError, match="notifications"):
        assert_same(alone, beside, told)


def test_who_is_not_notified_finds_nothing(client):
    """By hand, of a notification of the other ESMS: neither it nor its decision is there."""
    notifies = Notifies()
    other = notifies.cas.notify(notifies.cas.esms[1])[0]
    sign_in(client, notifies.moi.user)
    for tail in ("", "statut/", "unite/"):
        assert client.get(f"/notifications/{other.pk}/{tail}").status_code == 404
        assert client.post(f"/notifications/{other.pk}/{tail}", {"version": "1"}).status_code in (404, 405)
