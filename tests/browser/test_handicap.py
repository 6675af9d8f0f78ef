"""DOS-4, COM-9: an MDPH notifies, an ESMS answers, the MDPH decides of it; each is told by his bell.

In the modes of `at_work`: one of them in `make test`, drawn by SEED.
"""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from demandes.models import Decision, Notification
from habilitations.profils import ESMS
from tests.demandes.factories import tell, tick
from tests.demandes.handicap import Cas, esms
from tests.demandes.test_notifications_pages import decided
from tests.dossiers.factories import professionnel

pytestmark = pytest.mark.django_db(transaction=True)


def test_notified_answered_decided(at_work):
    cas = Cas()
    other = esms(nom="IME Lointain", coordination=cas.esms[0].coordination)
    tick(cas.mdph, cas.gestionnaire)
    today = timezone.localdate()

    # Entered with a mistake, notified to two, corrected.
    mdph = at_work(cas.mdph.user)
    mdph.opens("/tableaux/mdph/").looks("Notifications de la MDPH", "Rien n’attend ici.")
    mdph.clicks("Enregistrer une décision").looks("Numéro de décision")
    said = decided(nom="Lacase")
    for name in ("sexe", "categorie", "cle"):
        said.pop(name)
    mdph.types(**said).ticks("Féminin")
    mdph.page.locator("[name=categorie]").select_option("48")
    mdph.presses("Enregistrer la décision").sees("La décision est enregistrée")
    decision = Decision.objects.get(nom="Lacase")
    mdph.page.locator("[name=departement]").select_option("")
    mdph.types(nom="IME").presses("Rechercher").looks("IME 0", "IME Lointain")
    mdph.ticks("IME 0", "IME Lointain").presses("Notifier").looks("2 notifications envoyées", "Lacase")
    mdph.clicks("Corriger la décision").looks("Corriger la décision").reads(nom="Lacase")
    mdph.types(nom="Lacaze").presses("Enregistrer").looks("La décision est corrigée", "Lacaze")

    # The ESMS comes by its bell, opens it, says that it cannot; nothing tells it of the other one.
    tell()
    gestionnaire = at_work(cas.gestionnaire.user)
    gestionnaire.opens("/alertes/").looks("Une décision d’orientation vous est notifiée", decision.numero)
    gestionnaire.clicks(decision.numero).looks("Lacaze Inès", "Notification lue")
    expect(gestionnaire.page.locator("body")).not_to_contain_text("Lointain")
    gestionnaire.clicks("Changer le statut")
    gestionnaire.page.locator("[name=statut]").select_option("45")
    gestionnaire.types(date=str(today)).presses("Enregistrer").looks("Choisissez un motif de la liste")
    gestionnaire.page.locator("[name=motif]").select_option("122")
    gestionnaire.presses("Enregistrer").looks("Admission impossible signalée")

    # The MDPH is told, and confirms it.
    tell()
    mdph.opens("/alertes/").looks("signale une admission impossible")
    mdph.opens("/").sees("Admissions impossibles : 1").clicks("Admissions impossibles").looks("IME 0")
    mdph.clicks("Lacaze Inès").clicks("Entériner l’admission impossible")
    mdph.presses("Enregistrer").looks("Admission impossible entérinée")
    mdph.opens("/tableaux/mdph/?vue=closes").looks("Exporter", "IME 0")
    with mdph.page.expect_download() as file:
        mdph.clicks("Exporter")
    assert re.fullmatch(r"tableau-mdph-.*\.xlsx", file.value.suggested_filename)

    # The ESMS reads what has become of it; the other one, still that somebody is notified to it, and no more.
    tell()
    gestionnaire.opens("/alertes/").looks("est entérinée")
    gestionnaire.opens("/tableaux/esms/?vue=closes").looks("Admission impossible entérinée")
    lointain = at_work(professionnel(ESMS, other).user)
    lointain.opens("/tableaux/esms/").looks("Lacaze Inès", "Notification envoyée")
    expect(lointain.page.locator("body")).not_to_contain_text("IME 0")
    assert Notification.objects.get(etablissement=other).statut == "39"
