"""The médecin's home and the médecin traitant: with and without script, by keyboard, on a phone."""

from datetime import date

import pytest
from playwright.sync_api import expect

from dossiers.models import LienMedecin
from tests.browser.story import Person
from tests.dossiers.factories import LISTER, DossierFactory, lend, name_traitant
from tests.factories import MedecinFactory, UniteFactory
from tests.looks import NARROWEST
from viatraj.core.droits import Droit, Mode, Orientation

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = LienMedecin.Etat.A_ACCEPTER
ACCEPTING = (*LISTER, (Droit.DOSSIER_ACCEPTATION, Mode.OUI))
WAYS = pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, False), (NARROWEST, True)])


class WithoutScript(Person):
    """axe is a script."""

    looks = Person.sees


@pytest.fixture
def people(new_context, live_server, post_office):
    def person(user, *, width=1280, scripts=True):
        context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
        kind = Person if scripts else WithoutScript
        return kind(context, live_server.url, user, post_office).is_in()

    return person


def asked(medecin, *noms, **known):
    place = known or {"auteur": None, "lieu": UniteFactory(nom="Médecine interne")}
    return [name_traitant(DossierFactory(nom=nom, **place), medecin, ASKED).dossier for nom in noms]


@WAYS
def test_named_by_its_author_accepted_by_the_medecin(people, directory, leclercq, leon, width, scripts):
    """DOS-2: from the search of the directory to the volet that opens."""
    dossier = DossierFactory(auteur=leon, orientation=Orientation.GRAND_AGE)
    author = people(leon, width=width, scripts=scripts)
    author.opens(dossier.get_absolute_url()).clicks("Désigner le médecin traitant")
    author.types(nom="leclercq").presses("Rechercher").clicks("Sélectionner")
    author.looks("Désigner le médecin traitant", "sans aucun volet").presses("Désigner")
    author.sees("Sa réponse est attendue", "À accepter")
    medecin = people(leclercq, width=width, scripts=scripts)
    medecin.opens("/medecin/").looks("1 dossier à accepter").clicks("1 dossier à accepter")
    medecin.looks("Garricou", "Dr Gabriel Léon").clicks(dossier.numero_affiche)
    medecin.looks("Ce dossier vous désigne comme médecin traitant", "Garricou")
    expect(medecin.page.locator("main")).not_to_contain_text("Volet médical")
    medecin.presses("Accepter").looks("est accepté", "Volet médical", "Je ne suis pas le médecin traitant")
    author.opens(dossier.get_absolute_url()).sees("Accepté")


@WAYS
def test_declined_told_and_taken_back(people, leclercq, leon, width, scripts):
    """DOS-2: the letter names nobody who is treated."""
    (dossier,) = asked(leclercq, "Garricou", auteur=leon)
    medecin = people(leclercq, width=width, scripts=scripts)
    medecin.opens(dossier.get_absolute_url()).presses("Je ne suis pas le médecin traitant")
    medecin.looks("est hors patientèle", "Aucun dossier à accepter").opens("/medecin/")
    medecin.clicks("Afficher la liste des dossiers hors patientèle").looks("Garricou", "Dr Gabriel Léon")
    medecin.clicks("Reprendre", role="button").sees("est accepté", "Volet médical")
    author = people(leon, width=width, scripts=scripts)
    author.opens(dossier.get_absolute_url()).sees("Accepté")


def test_an_answer_is_undone_from_its_message(people, leclercq):
    """COM-11: no letter leaves."""
    (dossier,) = asked(leclercq, "Garricou")
    medecin = people(leclercq).opens(dossier.get_absolute_url())
    medecin.presses("Je ne suis pas le médecin traitant").presses("Annuler ce changement")
    medecin.sees("Le changement est annulé").opens(dossier.get_absolute_url())
    medecin.sees("Ce dossier vous désigne comme médecin traitant")


@WAYS
def test_several_are_accepted_after_a_check(people, leclercq, width, scripts):
    """DOS-2."""
    dossiers = asked(leclercq, "Garricou", "Ollivary", "Vandeputte-Lecornu")
    medecin = people(leclercq, width=width, scripts=scripts).opens("/dossiers/?liste=a-accepter")
    medecin.looks("3 dossiers", "Médecine interne")
    medecin.ticks(*[f"dossier {one.numero_affiche}" for one in dossiers[:2]])
    medecin.presses("Accepter les dossiers cochés…").looks("Accepter 2 dossiers", "Ollivary")
    medecin.page.get_by_label(f"dossier {dossiers[1].numero_affiche}").uncheck()
    medecin.presses("Accepter les dossiers cochés").sees("1 dossier accepté", "Garricou")
    expect(medecin.page.locator("main")).to_contain_text("À accepter (2)", use_inner_text=True)


def test_by_keyboard_alone(people, leclercq):
    """From the home to the answer."""
    asked(leclercq, "Garricou")
    medecin = people(leclercq).opens("/medecin/")
    medecin.tabs_to("1 dossier à accepter").keys("Enter").sees("Médecine interne")
    medecin.tabs_to("Garricou").keys("Space").tabs_to("Accepter les dossiers cochés").keys("Enter")
    medecin.sees("Accepter 1 dossier").tabs_to("Accepter les dossiers cochés").keys("Enter")
    medecin.sees("1 dossier accepté.")


def test_a_delegate_sees_the_same_home_limited(people, leclercq):
    """DEL-5, DOS-1."""
    asked(leclercq, "Garricou")
    delegation = lend(leclercq, droits=ACCEPTING)
    assistant = people(delegation.delegataire, width=390).opens("/delegations/recues/")
    assistant.clicks("Travailler en son nom", role="button")
    assistant.looks("Espace du Dr Christine Leclercq", "SMR, HAD, Soins Palliatifs", "1 dossier à accepter")
    for absent in ("Hébergement pour Personnes Âgées", "Créer un dossier", "Basculer"):
        expect(assistant.page.locator("main .accueil__blocs")).not_to_contain_text(absent)
    assistant.clicks("1 dossier à accepter").looks("Garricou").ticks("Garricou")
    assistant.presses("Accepter les dossiers cochés…").presses("Accepter les dossiers cochés")
    assistant.sees("1 dossier accepté.")


@WAYS
def test_a_patient_who_has_a_dossier_already(people, leclercq, width, scripts):
    """DOS-3: one's own with the way to it, another's without; then created all the same."""
    traits = {"nom": "Garricou", "prenom": "Michel", "date_naissance": date(1957, 2, 18), "sexe": "M"}
    own = DossierFactory(auteur=leclercq, **traits)
    other = DossierFactory(auteur=MedecinFactory(), orientation=Orientation.GRAND_AGE, **traits)
    medecin = people(leclercq, width=width, scripts=scripts).opens("/dossiers/creer/?orientation=sanitaire")
    medecin.types(nom="garricou", prenom="Michel", date_naissance="18/02/1957").ticks("Masculin")
    medecin.presses("Créer un dossier")
    medecin.looks(
        "Ce patient a peut-être déjà un dossier", own.numero_affiche, "Rien n’est encore enregistré"
    )
    expect(medecin.page.locator("main")).not_to_contain_text(other.numero_affiche)
    medecin.presses("Créer tout de même").sees("est créé")


def test_the_home_answers_from_any_block(people, leclercq):
    """DOS-1: a number, a patient."""
    dossier = DossierFactory(auteur=leclercq, nom="Garricou")
    medecin = people(leclercq, width=390).opens("/medecin/")
    block = medecin.page.locator("#tnd")
    block.get_by_label("N° de dossier").fill(dossier.numero_affiche)
    block.get_by_role("button", name="Rechercher").click()
    medecin.sees(f"Dossier {dossier.numero_affiche}", "Ce dossier relève de").opens("/medecin/")
    medecin.types(nom="garri").clicks("Rechercher un patient", role="button").sees("Garricou")
