"""Pages of dashboards, homes that lead to them, what leaves as a file (DOS-4, DOS-5, COM-9)."""

import io
import re
import zipfile
from html import unescape

import pytest

from demandes.etats import Verbe
from habilitations.profils import PCO_GESTIONNAIRE, RESPONSABLE_ADMISSIONS
from journal.models import Entry
from tests.demandes.factories import Cas, D, R, complete
from tests.dossiers.factories import DossierFactory, professionnel
from tests.factories import as_medecin, sign_in

pytestmark = pytest.mark.django_db


def main_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.text.split("<main")[1])


def texts(workbook: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_a_home_leads_to_what_awaits_there(client):
    """COM-9: each dashboard that he holds, with its counters; a right elsewhere is counted nowhere."""
    cas = Cas(nom="Zaoui")
    cas.send()
    sign_in(client, cas.receveur.user)
    home = main_of(client.get("/professionnel/"))
    assert re.search(r'href="(/tableaux/receveur/\?vue=non-lues)">Non lues\s*: <strong>1</strong>', home)
    assert "Zaoui" not in home
    page = main_of(client.get("/tableaux/receveur/?vue=non-lues"))
    assert "Zaoui" in page
    assert "Pas encore ouverte" in page
    assert client.get("/tableaux/").headers["Location"] == "/tableaux/receveur/"
    assert client.get("/tableaux/guichet/").status_code == 403
    assert client.get("/tableaux/inconnu/").status_code == 404


def test_an_anonymous_page_and_its_file_name_nobody(client):
    """DOS-4, DOS-5: nor does the line that says it left; with a name, the file has it."""
    cas = Cas(nom="Zaoui")
    cas.send()
    anonyme = professionnel(RESPONSABLE_ADMISSIONS, cas.unites[0], tableau_receveur="anonyme")
    for actor, named in ((anonyme, False), (cas.receveur, True)):
        sign_in(client, actor.user)
        page = main_of(client.get("/tableaux/receveur/"))
        answer = client.get("/tableaux/receveur/export/?vue=a-traiter")
        book = texts(answer.content)
        assert ("Zaoui" in page, "Zaoui" in book) == (named, named)
        assert cas.dossier.numero in book
        entry = Entry.objects.filter(event="tableau.exported").latest("pk")
        assert (entry.user, entry.data["lignes"]) == (actor.user, 1)
        assert "Zaoui" not in str(entry.data)


def test_no_address_holds_a_name_and_what_it_does_not_know_is_no_choice(client):
    """DOS-4: what is typed into it changes nothing; a unit that is not held shows nothing of it."""
    cas = Cas(nom="Zaoui")
    cas.send()
    sign_in(client, cas.receveur.user)
    page = client.get("/tableaux/receveur/?vue=zut&qui=zut&tri=nom&orientation=zut&apres=zut&nom=Zaoui").text
    assert "Zaoui" in page
    for link in re.findall(r'href="([^"]+)"', page):
        assert not {"zut", "Zaoui"} & set(re.split("[=&]", link))
    assert "Zaoui" not in main_of(client.get(f"/tableaux/receveur/?qui=unite-{cas.unite.pk}"))
    assert "Zaoui" not in main_of(client.get("/tableaux/receveur/?qui=moi"))


def test_a_médecin_sees_the_precisions_that_a_platform_asks(client):
    """COM-9, DOS-4: at his home, in his list; once he has answered, no more."""
    dossier = DossierFactory(orientation="tnd", date_naissance="2023-02-18")
    complete(dossier)
    cas = Cas(orientation="tnd")
    cas.dossier, medecin = dossier, as_medecin(dossier.auteur)
    (demande,) = cas.send(by=medecin)
    home, told = "/medecin/", "1 précision demandée"
    sign_in(client, dossier.auteur)
    assert told not in main_of(client.get(home))
    pco = professionnel(PCO_GESTIONNAIRE, cas.unites[0].etablissement)
    cas.act(demande, Verbe.QUESTIONNER, by=pco, cote=R, texte="Depuis quand ?")
    assert told in main_of(client.get(home))
    assert dossier.nom in main_of(client.get("/tableaux/medecin/?vue=precision&orientation=tnd"))
    cas.act(demande, Verbe.REPONDRE, by=medecin, cote=D, texte="Depuis mars.")
    assert told not in main_of(client.get(home))
