"""«Closed», says a feeder: everything stands until a person chooses, 30 days at most (ANN-7)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annuaire import actions
from annuaire.models import AvisFermeture
from courrier.models import Message
from journal.models import Entry
from tests.annuaire.astray import astray
from tests.annuaire.test_fermetures import SYSTEM, close, fresh, siblings
from tests.concurrency import at_once
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
FLUX = "FINESS, mai 2026"


def announce(structure, *, on=None, now=None):
    now = now or timezone.now()
    on = on or timezone.localdate(now) - timedelta(days=20)
    return actions.closed_by_feed(structure, on=on, flux=FLUX, now=now, by=SYSTEM)


def follow(*, days=0):
    return actions.follow_avis(now=timezone.now() + timedelta(days=days), by=SYSTEM)


def letters(avis) -> list[str]:
    found = Message.objects.filter(key__startswith=f"avis:{avis.pk}:").order_by("pk")
    return [one.to for one in found]


def test_all_stands_and_who_decides_is_written_to_once():
    unite = UniteFactory()
    held = HabilitationFactory(lieu=unite)
    people = [referent_of(one) for one in (unite, unite.etablissement, unite.etablissement.coordination)]
    avis = announce(unite)
    assert announce(unite) == avis
    assert (fresh(unite).closed_at, fresh(held).is_living) == (None, True)
    assert sorted(letters(avis)) == sorted(one.email for one in people)
    assert Entry.objects.filter(event="avis.received").count() == 1


def test_warned_again_and_closed_at_the_end():
    unite = UniteFactory()
    held, referent = HabilitationFactory(lieu=unite), referent_of(unite.etablissement)
    avis = announce(unite)
    counts = []
    for days in (0, 14, 15, 16, 27, 27, 29):
        follow(days=days)
        counts.append(len(letters(avis)))
    assert counts == [1, 1, 2, 2, 3, 3, 3]
    assert fresh(held).is_living
    follow(days=30)
    assert fresh(avis).suite == AvisFermeture.Suite.ECHUE
    assert timezone.localdate(fresh(unite).closed_at) == avis.fermee_le
    assert (fresh(unite).replaced_by, fresh(held).is_living) == (None, False)
    assert Message.objects.filter(to=referent.email, key__startswith="fermeture:").count() == 1
    assert follow(days=31) == 0
    assert astray() == []


def test_an_outage_is_caught_up_with_one_letter():
    unite = UniteFactory()
    referent_of(unite)
    avis = announce(unite)
    follow(days=28)
    assert len(letters(avis)) == 2
    follow(days=28)
    assert len(letters(avis)) == 2


def test_a_person_says_that_it_stays_open():
    """The same said again by the feeder is not asked again; another date is."""
    unite, _ = siblings()
    by, on = as_professionnel(referent_of(unite.etablissement)), timezone.localdate() - timedelta(days=3)
    avis = announce(unite, on=on)
    with pytest.raises(Denied):
        actions.keep_open(unite, now=timezone.now(), by=as_professionnel(referent_of(unite)))
    actions.keep_open(unite, now=timezone.now(), by=by)
    assert (fresh(avis).suite, fresh(avis).decide_par) == (AvisFermeture.Suite.OUVERTE, by.user)
    assert announce(unite, on=on) is None
    assert announce(unite, on=on + timedelta(days=1)) not in (None, avis)
    assert follow(days=40) == 1


def test_closing_answers_it_and_that_of_its_units():
    unite, after = siblings()
    here = unite.etablissement
    avis = [announce(unite), announce(here)]
    close(here, by=as_professionnel(referent_of(here.coordination)))
    assert {fresh(one).suite for one in avis} == {AvisFermeture.Suite.FERMEE}
    assert announce(after) is None


@pytest.mark.django_db(transaction=True)
def test_two_runs_and_a_person_at_once():
    """Whichever comes first, it is closed once, or stays open; each is written to once."""
    for _ in range(3):
        unite = UniteFactory(etablissement=EtablissementFactory())
        HabilitationFactory(lieu=unite)
        by, avis = as_professionnel(referent_of(unite.etablissement)), announce(unite)
        at_once(
            lambda: follow(days=30),
            lambda: follow(days=30),
            lambda unite=unite, by=by: actions.keep_open(unite, now=timezone.now(), by=by),
        )
        assert Entry.objects.about(unite).filter(event__in=["structure.closed", "avis.refused"]).count() == 1
        assert (fresh(unite).closed_at is None) == (fresh(avis).suite == AvisFermeture.Suite.OUVERTE)
        assert astray() == []
