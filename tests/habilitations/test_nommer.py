"""«Nommer un référent»: whom, then the grant with its place and its profile chosen."""

import re
from html import unescape

import pytest
from django.utils import timezone

from habilitations.models import Habilitation
from journal.models import Entry
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    referent_of,
    sign_in,
)

pytestmark = pytest.mark.django_db
ORPHANS = "/administration/orphelines/"


@pytest.fixture
def structure():
    return EtablissementFactory(nom="CH des Tilleuls")


@pytest.fixture
def coordination(client, structure):
    user = referent_of(structure.coordination)
    sign_in(client, user)
    return user


def name_of(structure) -> str:
    return f"{ORPHANS}{structure.pk}/nommer/"


def links_to_the_grant(text) -> list[str]:
    return [unescape(one) for one in re.findall(r'href="(/administration/comptes/attribuer/[^"]+)"', text)]


def test_each_structure_leads_to_naming_and_naming_to_the_grant(client, coordination, structure):
    """COM-8: place and profile are chosen; after the check page, there is a référent."""
    person = HabilitationFactory(lieu=UniteFactory(etablissement=structure)).user
    assert f'href="{name_of(structure)}"' in client.get(ORPHANS).text
    (grant,) = links_to_the_grant(client.get(name_of(structure)).text)
    text = client.get(grant).text
    assert re.search(rf'<input [^>]*value="etablissement:{structure.pk}"[^>]* checked', text)
    assert text.count(" checked") >= 2  # the place and the stretch
    sent = {
        "lieux": f"etablissement:{structure.pk}",
        "debut": re.search(r'name="debut" value="([^"]+)"', text)[1],
        "duree": "12",
        "fin": "",
        "droit-deploiement": "on",
        "cle": re.search(r'name="cle" value="([^"]+)"', text)[1],
    }
    check = client.post(grant, {**sent, "etape": "verifier"}, follow=True)
    assert client.post(check.redirect_chain[-1][0], {**sent, "etape": "confirmer"}).status_code == 302
    row = Habilitation.objects.get(user=person, profil="referent_structure")
    assert row.etablissement == structure
    assert name_of(structure) not in client.get(ORPHANS).text


def test_who_works_there_is_proposed_first(client, coordination, structure):
    HabilitationFactory(lieu=structure, user__nom="Ici")
    HabilitationFactory(lieu=structure, user__nom="Partie", over=True)
    HabilitationFactory(lieu=EtablissementFactory(coordination=structure.coordination), user__nom="Voisine")
    text = client.get(name_of(structure)).text
    assert "Camille Ici" in text
    assert "Partie" not in text
    assert "Voisine" not in text


def test_anybody_else_is_searched_for_under_a_key(client, coordination, structure):
    """COM-2: by a POST, journalled without what was typed; Back finds the results again."""
    person = UserFactory(nom="Quelquun", prenom="Dautre")
    answer = client.post(name_of(structure), {"nom": "quelqu", "prenom": "", "identifiant": "", "email": ""})
    assert answer.status_code == 302
    assert "quelqu" not in answer.url
    text = client.get(answer.url).text
    assert "1 compte trouvé" in text
    assert f"compte={person.pk}" in " ".join(links_to_the_grant(text))
    assert client.get(links_to_the_grant(text)[0]).status_code == 200
    (line,) = Entry.objects.filter(event="comptes.searched")
    assert "quelqu" not in str(line.data).lower()
    gone = client.get(f"{name_of(structure)}{'x' * 22}/")
    assert "n’est plus disponible" in gone.text


def test_nothing_typed_is_refused_at_the_page(client, coordination, structure):
    refused = client.post(name_of(structure), {"nom": "", "prenom": "", "identifiant": "", "email": ""})
    assert refused.status_code == 422
    assert "nom, prénom, nom d’utilisateur ou e-mail." in refused.text


def test_only_by_those_who_name_referents_there(client, structure):
    """COM-8, the near misses: its own référent, the coordination next door, a structure that has closed."""
    sign_in(client, referent_of(structure))
    assert client.get(name_of(structure)).status_code == 403
    sign_in(client, referent_of(CoordinationFactory()))
    assert client.get(name_of(structure)).status_code == 404
    structure.closed_at = timezone.now()
    structure.save()
    sign_in(client, referent_of(structure.coordination))
    assert client.get(name_of(structure)).status_code == 404


def test_nobody_names_himself_nor_a_disabled_account(client, coordination, structure):
    HabilitationFactory(user=coordination, lieu=structure)
    HabilitationFactory(user=UserFactory(disabled_at=timezone.now()), lieu=structure)
    assert links_to_the_grant(client.get(name_of(structure)).text) == []
