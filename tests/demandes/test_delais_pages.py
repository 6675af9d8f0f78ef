"""The page where a coordination sets its delays (DOS-4)."""

import re
from html import unescape

import pytest

from demandes.models import Reglage
from habilitations.profils import REFERENT_COORDINATION, REFERENT_STRUCTURE
from tests.dossiers.factories import professionnel
from tests.factories import CoordinationFactory, EtablissementFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordination():
    return CoordinationFactory()


@pytest.fixture
def there(client, coordination):
    sign_in(client, professionnel(REFERENT_COORDINATION, coordination).user)
    return f"/administration/coordinations/{coordination.pk}/delais/"


def shown(client, there) -> dict[str, str]:
    """What the page would send again, as it is."""
    text = client.get(there).text
    known = re.findall(r'<input type="(?:hidden|number)" name="([a-z_-]+)"(?: value="([^"]*)")?', text)
    return {name: unescape(value) for name, value in known}


def test_set_then_those_of_the_country_again(client, coordination, there):
    assert there in client.get(f"/administration/coordinations/{coordination.pk}/").text
    assert client.post(there, {"sanitaire-rappel": "36", "grand_age-sans_solution": "20"}).status_code == 302
    assert {(one.orientation, one.echeance): one.nombre for one in Reglage.objects.exclude(nombre=None)} == {
        ("sanitaire", "rappel"): 36,
        ("grand_age", "sans_solution"): 20,
    }
    page = client.get(there).text
    assert 'value="36"' in page
    assert "Valeur nationale\u00a0: 24\u00a0h." in page
    assert client.post(there, {"version": shown(client, there)["version"]}).status_code == 302
    assert not Reglage.objects.exclude(nombre=None).exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"sanitaire-rappel": "0"}, "Un délai va de 1 à 400."),
        ({"sanitaire-rappel": "401"}, "Un délai va de 1 à 400."),
        ({"sanitaire-rappel": "demain"}, "Indiquez un nombre entier."),
        ({"sanitaire-rappel": "30", "sanitaire-escalade": "30"}, "indiquez plus de 30\u00a0h"),
    ],
)
def test_bad_numbers(client, there, typed, sentence):
    """422, where it was typed, which is kept; nothing is half done."""
    answer = client.post(there, typed | {"tnd-rappel": "5"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert all(f'value="{one}"' in answer.text for one in typed.values())
    assert not Reglage.objects.exists()


def test_two_people_at_once(client, coordination, there):
    """409 with both numbers for whoever comes second; his own are kept, and sent again they are accepted."""
    first, second = shown(client, there), shown(client, there)
    client.post(there, first | {"sanitaire-rappel": "36"})
    answer = client.post(there, second | {"sanitaire-rappel": "48", "tnd-rappel": "5"})
    assert answer.status_code == 409
    assert "Les délais ont été modifiés entre-temps" in answer.text
    assert "Enregistré&nbsp;: 36<br>Votre saisie&nbsp;: 48" in answer.text
    assert 'name="tnd-rappel" value="5"' in answer.text
    assert Reglage.objects.get().nombre == 36
    version = re.search(r'name="version" value="([^"]+)"', answer.text)[1]
    assert client.post(there, second | {"version": version, "sanitaire-rappel": "48"}).status_code == 302
    assert Reglage.objects.get().nombre == 48
    assert client.post(there, first | {"sanitaire-rappel": "48"}).status_code == 302  # a click twice


def test_near_misses(client, coordination, there):
    """The référent of a structure of it; that of another coordination; nobody else at all."""
    inside = EtablissementFactory(coordination=coordination)
    for actor in (
        professionnel(REFERENT_STRUCTURE, inside),
        professionnel(REFERENT_COORDINATION, CoordinationFactory()),
    ):
        sign_in(client, actor.user)
        assert client.get(there).status_code == client.post(there, {"tnd-rappel": "5"}).status_code == 404
    assert not Reglage.objects.exists()
