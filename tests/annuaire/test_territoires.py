"""The territory: what its tables refuse, and how far two positions are."""

import pytest
from django.db import IntegrityError, connection, transaction

from annuaire.models import Commune, Coordination, Departement, DistanceKm, Position, Region, in_box

pytestmark = pytest.mark.django_db
PARIS, ROUEN, SAINT_DENIS = Position(48.8566, 2.3522), Position(49.4431, 1.0993), Position(-20.8789, 55.4481)
SUVA, APIA = Position(-18.14, 178.44), Position(-13.83, -171.76)  # on both sides of 180°


@pytest.fixture
def departement():
    return Departement.objects.create(
        code="76", nom="Seine-Maritime", region=Region.objects.create(code="28", nom="Normandie")
    )


def commune(departement, code, position=None, **known):
    known.setdefault("nom", f"Commune {code}")
    if position:
        known |= {
            "latitude": position.latitude,
            "longitude": position.longitude,
            "position_origine": "finess",
        }
    return Commune.objects.create(code=code, departement=departement, **known)


def refused(constraint, make):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make()
    assert error.value.__cause__.diag.constraint_name == constraint


def test_a_position_is_whole_on_earth_and_says_where_it_comes_from(departement):
    for latitude, longitude in ((1.0, None), (None, 1.0), (91.0, 1.0), (1.0, -181.0)):
        known = {
            "latitude": latitude,
            "longitude": longitude,
            "position_origine": "finess" if latitude else "",
        }
        refused("annuaire_commune_position", lambda known=known: commune(departement, "76001", **known))
    refused(
        "annuaire_commune_position_origine", lambda: commune(departement, "76001", position_origine="epci")
    )
    refused(
        "annuaire_commune_position_origine",
        lambda: commune(departement, "76001", latitude=1.0, longitude=1.0),
    )
    assert commune(departement, "76540", ROUEN).position == ROUEN
    assert commune(departement, "76217").position is None


def test_only_a_commune_that_disappeared_is_replaced(departement):
    living = commune(departement, "76540")
    refused(
        "annuaire_commune_remplacee_quand_disparue",
        lambda: commune(departement, "76001", remplacee_par=living),
    )
    commune(departement, "76001", remplacee_par=living, disparu_en=2027)
    assert list(Commune.objects.living()) == [living]


def test_a_departement_has_one_coordination(departement):
    for nom in ("Rouen", "Dieppe"):
        Coordination.objects.create(region=departement.region, nom=nom)  # none is said: as many as one likes
    Coordination.objects.create(region=departement.region, nom="Le Havre", departement=departement)
    again = Coordination(region=departement.region, nom="Bolbec", departement=departement)
    refused("annuaire_coordination_of_departement", again.save)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [(PARIS, PARIS, 0), (PARIS, ROUEN, 112), (PARIS, SAINT_DENIS, 9353), (SUVA, APIA, 1150)],
)
def test_the_distance_is_that_of_the_great_circle(one, other, km):
    """Those of an atlas, within one in a hundred."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT annuaire_distance_km(%s, %s, %s, %s)",
            [one.latitude, one.longitude, other.latitude, other.longitude],
        )
        assert cursor.fetchone()[0] == pytest.approx(km, rel=0.01)


def test_nobody_knows_how_far_is_what_has_no_position(departement):
    commune(departement, "76009")
    assert Commune.objects.annotate(to=DistanceKm(PARIS)).get().to is None


def test_near_are_those_within_nearest_first(departement):
    """Whoever has no position is never near."""
    made = [
        commune(departement, f"7600{n}", Position(49.0 + n / 10, 1.0)) for n in range(6)
    ]  # 11.1 km from one to the next
    commune(departement, "76009")
    near = Commune.objects.near(Position(49.0, 1.0), km=34)
    assert list(near) == made[:4]
    assert [round(one.distance) for one in near] == [0, 11, 22, 33]
    assert list(Commune.objects.near(Position(49.0, 1.0), km=33)) == made[:3]


@pytest.mark.parametrize("latitude", [0.0, 48.86, -20.9, -66.7, 88.0])
@pytest.mark.parametrize("longitude", [2.35, 179.9, -179.9])
@pytest.mark.parametrize("km", [50, 900])
def test_the_box_forgets_nobody_who_is_near(departement, latitude, longitude, km):
    """All around the circle, across 180° and near the pole."""
    centre = Position(latitude, longitude)
    Commune.objects.bulk_create(
        Commune(
            code=f"76{n:03d}",
            nom="Commune",
            departement=departement,
            latitude=one.latitude,
            longitude=one.longitude,
            position_origine="finess",
        )
        for n, one in enumerate(_around(centre, km))
    )
    near = set(Commune.objects.annotate(to=DistanceKm(centre)).filter(to__lte=km).values_list("pk"))
    assert len(near) > 1
    assert near <= set(Commune.objects.filter(in_box(centre, km)).values_list("pk"))


def _around(centre, km):
    """A grid over the box of twice as many km."""
    south, north, west, east = centre.box(2 * km)
    for i in range(9):
        for j in range(9):
            latitude = south + (north - south) * i / 8
            longitude = (west + (east - west) * j / 8 + 180) % 360 - 180
            if -90 <= latitude <= 90:
                yield Position(latitude, longitude)
