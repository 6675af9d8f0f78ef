"""The page where a coordination sets its delays (DOS-4)."""

import re
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from changements import actions as changements
from changements.models import Changement
from demandes import actions
from demandes.models import Reglage
from habilitations.profils import REFERENT_COORDINATION, REFERENT_STRUCTURE
from journal.models import Entry
from tests.dossiers.factories import professionnel
from tests.factories import CoordinationFactory, EtablissementFactory, as_professionnel, sign_in

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


# --- «Mes derniers changements» -------------------------------------------------------------------


def undo(client, there):
    """By the button of the message that says it is done."""
    page = client.get(there).text
    (path,) = set(re.findall(r"/changements/[0-9a-f-]{36}/[a-z]+/", page))
    return client.post(path)


def numbers() -> dict[tuple[str, str], int]:
    rows = Reglage.objects.exclude(nombre=None)
    return {(one.orientation, one.echeance): one.nombre for one in rows}


def test_what_was_set_is_undone_and_followed_again(client, coordination, there):
    """COM-11, DOS-4: what waits is reckoned by the former delay, that of the country for a new one."""
    client.post(there, {"sanitaire-rappel": "36"})
    Reglage.objects.update(a_suivre_at=None)  # followed
    client.post(there, shown(client, there) | {"sanitaire-rappel": "30", "tnd-rappel": "5"})
    assert numbers() == {("sanitaire", "rappel"): 30, ("tnd", "rappel"): 5}
    Reglage.objects.update(a_suivre_at=None)
    assert undo(client, there).status_code == 302
    assert numbers() == {("sanitaire", "rappel"): 36}
    assert not Reglage.objects.filter(a_suivre_at=None).exists()
    lines = Entry.objects.filter(event="demande.delay_set").order_by("-pk")
    assert {one.data["delais"] for one in lines[:2]} == {
        "rappel à qui n’a pas répondu\u00a0: 36\u00a0h",
        "rappel à qui n’a pas répondu\u00a0: valeur nationale",
    }


def test_what_somebody_else_has_set_since_is_not_undone(client, coordination, there):
    """COM-11: the same delay; another one that would not stand with the former."""
    client.post(there, {"sanitaire-rappel": "48"})
    client.post(there, shown(client, there) | {"sanitaire-rappel": "24"})
    mine = Changement.objects.order_by("-at", "-pk").first()
    other = professionnel(REFERENT_COORDINATION, coordination)
    nombres = {("sanitaire", "escalade"): 30}
    actions.set_delays(coordination, nombres=nombres, now=timezone.now(), by=other)
    with pytest.raises(ValidationError, match="indiquez plus de 48"):
        changements.undo(mine, now=timezone.now(), by=as_professionnel(mine.user))
    actions.set_delays(coordination, nombres={("sanitaire", "rappel"): 20}, now=timezone.now(), by=other)
    with pytest.raises(ValidationError, match="Autre chose a été fait depuis"):
        changements.undo(mine, now=timezone.now(), by=as_professionnel(mine.user))
    assert numbers() == {("sanitaire", "rappel"): 20, ("sanitaire", "escalade"): 30}
