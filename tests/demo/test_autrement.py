"""The demonstration's demandes to the CPAM and on paper, seen by whoever answers them (DOS-4, HAB-3)."""

import pytest
from django.utils import timezone

from demandes.etats import Etat
from demandes.models import Demande
from demandes.reads.tableaux.pages import Choix, Tableaux
from demandes.tableaux import TABLEAUX
from dossiers.models import Dossier
from tests.factories import as_professionnel, sign_in
from viatraj.demo import autrement, data, people, personnel, structures

pytestmark = pytest.mark.django_db
NOW = timezone.localtime()


@pytest.fixture
def made():
    users = {person.login: data._account(person, NOW) for person in people.PEOPLE}
    rows = structures.make(by=data.BY)
    personnel.make(users, rows, now=NOW, by=data.BY)
    autrement.make(users, rows, now=NOW)
    return users, rows


def lines(code, user) -> set[tuple[str, str]]:
    """(name, whose) of all that lives on a dashboard."""
    found, _ = Tableaux(TABLEAUX[code], as_professionnel(user), Choix(), now=timezone.now()).page("")
    return {(one.patient.nom, one.chez) for one in found}


def test_the_cpam_has_its_demandes_at_the_coordination(client, made):
    """DOS-4: received, and one with a question that whoever asks reads."""
    users, _ = made
    rows = Demande.objects.filter(niveau="coordination")
    assert {(one.module, one.lieu.row) for one in rows} == {("cpam", made[1]["pays-orbe"])}
    assert {one.etat for one in rows} == {Etat.ENVOYEE, Etat.PRECISION}
    assert [nom for nom, _ in lines("prado", users["jayrault"])] == ["Garricou"]
    client = sign_in(client, users["jayrault"])
    assert client.get("/tableaux/prado/").status_code == 200
    asking = lines("prescripteur", users["jferrier"])
    assert {chez for _, chez in asking} == {f"CPAM – PRADO, {made[1]['pays-orbe'].nom}"}


def test_what_came_on_paper_is_on_the_board_of_the_home(made):
    """HAB-3: one to study, one on the waiting list."""
    users, _ = made
    rows = Demande.objects.filter(dossier__origine="papier")
    assert {one.etat for one in rows} == {Etat.CONSULTEE, Etat.ATTENTE}
    assert ("Pélissou", "Dossier papier") in lines("receveur-ehpad", users["oroussel"])


def test_they_are_made_once(made):
    counts = Dossier.objects.count(), Demande.objects.count()
    autrement.make(*made, now=NOW)
    assert counts == (Dossier.objects.count(), Demande.objects.count())
