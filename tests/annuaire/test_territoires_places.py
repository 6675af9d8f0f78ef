"""Communes in the middle of their établissements."""

import pytest
from django.utils import timezone

from annuaire import actions
from annuaire.models import Commune, Epci
from journal.models import Entry
from tests.annuaire import territoires
from tests.factories import EtablissementFactory, UserFactory
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
BY = Actor.system("finess")
ROUEN, DIEPPE, SOTTEVILLE, AJACCIO = "76540", "76217", "76681", "2A004"


@pytest.fixture(autouse=True)
def communes():
    territoires.some(ROUEN, DIEPPE, SOTTEVILLE, AJACCIO)
    metropole = Epci.objects.create(code="200023414", nom="Métropole Rouen Normandie", nature="METRO")
    Commune.objects.filter(code__in=(ROUEN, SOTTEVILLE)).update(epci=metropole)


def site(cog, latitude, longitude, **known):
    return EtablissementFactory(cog_id=cog, latitude=latitude, longitude=longitude, **known)


def placed() -> dict:
    rows = Commune.objects.exclude(latitude=None).order_by("code")
    return {one.code: (one.latitude, one.longitude, one.position_origine) for one in rows}


def test_the_median_of_its_own_else_of_its_epci():
    """One wrong position moves nothing."""
    for latitude, longitude in ((49.40, 1.05), (49.44, 1.10), (12.0, 60.0)):
        site(ROUEN, latitude, longitude)
    assert actions.place_communes(by=BY) == 2
    assert placed() == {ROUEN: (49.40, 1.10, "finess"), SOTTEVILLE: (49.40, 1.10, "epci")}
    assert actions.place_communes(by=BY) == 0
    assert Entry.objects.filter(event="territoire.placed").count() == 1


def test_what_is_closed_or_has_no_position_counts_for_nothing():
    site(DIEPPE, 49.9, 1.0, closed_at=timezone.now())
    site(DIEPPE, None, None)
    EtablissementFactory(latitude=49.9, longitude=1.0)
    assert actions.place_communes(by=BY) == 0


def test_a_site_of_a_commune_that_was_taken_in_places_the_living_one():
    Commune.objects.filter(code=SOTTEVILLE).update(disparu_en=2027, remplacee_par=DIEPPE)
    site(SOTTEVILLE, 49.9, 1.0)
    actions.place_communes(by=BY)
    assert placed() == {DIEPPE: (49.9, 1.0, "finess")}


def test_when_the_last_site_has_gone_the_position_goes():
    one = site(DIEPPE, 49.9, 1.0)
    actions.place_communes(by=BY)
    one.closed_at = timezone.now()
    one.save()
    assert actions.place_communes(by=BY) == 1
    assert placed() == {}


def test_only_a_process_places():
    with pytest.raises(Denied):
        actions.place_communes(by=Actor(user=UserFactory()))
