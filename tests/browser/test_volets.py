"""A volet filled by its médecin, with and without script, on a desk and on a telephone (DOS-3)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Session
from dossiers.models import Volet
from dossiers.natures import Kind, of_orientation
from dossiers.volets.aggir import VARIABLES
from tests.browser.story import Person
from tests.dossiers.factories import DossierFactory, edit_path
from tests.factories import MedecinFactory

TYPED = "Chutes répétées depuis l’été, vit seule."


@pytest.fixture
def dossier():
    dossier = DossierFactory(auteur=MedecinFactory(nom="Leclercq"), orientation="grand_age")
    for kind in of_orientation("grand_age"):
        Volet.objects.get_or_create(dossier=dossier, kind=kind)
    return dossier


@pytest.fixture
def at_work(new_context, live_server, post_office, dossier):
    def arrive(width, scripts=True):
        context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
        return Person(context, live_server.url, dossier.auteur, post_office).is_in()

    return arrive


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, False)], ids=["bureau", "mobile"])
def test_he_fills_is_told_what_is_missing_and_validates(at_work, dossier, width, scripts):
    medecin = at_work(width, scripts)
    medecin.opens(dossier.get_absolute_url()).clicks("Volet autonomie").clicks("Remplir ce volet")
    for name in VARIABLES:
        medecin.page.locator(f"[name={name}]").select_option("C")
    medecin.page.locator("[name=gir_declare]").select_option("4")
    medecin.presses("Enregistrer et valider").sees("À renseigner : date de l’évaluation.")
    medecin.types(evaluation="2026-01-05").presses("Enregistrer et valider")
    medecin.sees("Le volet autonomie est enregistré et validé.", "Deux GIR différents", "Validé")


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, False)], ids=["bureau", "mobile"])
def test_his_text_waits_for_him_after_his_session_has_ended(at_work, dossier, width, scripts):
    medecin = at_work(width, scripts)
    path = edit_path(dossier, Kind.MEDICAL)
    medecin.opens(path).types(motif=TYPED)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    medecin.presses("Enregistrer").sees("Ce que vous saisissiez est conservé")
    medecin.is_in().opens(path).sees("Votre saisie est conservée").reads(motif=TYPED)
    medecin.presses("Enregistrer").sees("Le volet médical est enregistré.", TYPED)
    medecin.opens(path)
    expect(medecin.page.locator("main")).not_to_contain_text("Votre saisie est conservée")


def test_axe_has_no_objection(at_work, dossier):
    medecin = at_work(390)
    for kind in of_orientation("grand_age"):
        medecin.opens(edit_path(dossier, kind)).looks("Vous pouvez enregistrer ce volet")
        medecin.presses("Enregistrer").looks("est enregistré.")
    medecin.opens(dossier.get_absolute_url()).looks("Volets")
