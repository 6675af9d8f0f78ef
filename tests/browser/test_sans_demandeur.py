"""A dossier that came on paper, a programme asked of the CPAM: on a desk, and on a telephone without scripts
(HAB-3, DOS-4)."""

import pytest
from django.utils import timezone

from demandes.models import Demande
from habilitations.profils import CONSEILLER_PRADO, RESPONSABLE_ADMISSIONS_GA
from tests.browser.story import Person
from tests.demandes.factories import Cas
from tests.dossiers.factories import professionnel
from tests.factories import UniteFactory
from tests.looks import NARROWEST, objections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_work(new_context, live_server, post_office):
    def arrive(user, width, scripts):
        context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
        return Person(context, live_server.url, user, post_office).is_in()

    return arrive


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (NARROWEST, False)], ids=["bureau", "mobile"])
def test_a_unit_records_what_was_brought(at_work, width, scripts):
    admissions = at_work(professionnel(RESPONSABLE_ADMISSIONS_GA, UniteFactory()).user, width, scripts)
    admissions.opens("/tableaux/receveur-ehpad/").clicks("Enregistrer un dossier papier")
    assert objections(admissions.page) == [] or not scripts
    admissions.types(nom="Garricou", prenom="Odette", date_naissance="02/04/1938")
    admissions.ticks("Féminin").presses("Enregistrer le dossier").sees("est enregistré", "venue sur papier")
    assert objections(admissions.page) == [] or not scripts
    admissions.clicks("Annuler la demande")
    admissions.page.locator("[name=motif]").select_option("souhait")
    admissions.presses("Annuler la demande").sees("annulée")
    assert Demande.objects.get().etat == "annulee"


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (NARROWEST, False)], ids=["bureau", "mobile"])
def test_the_cpam_answers(at_work, width, scripts):
    cas = Cas(types=["prado"])
    coordination = cas.unite.etablissement.coordination
    demande = cas.send(coordination)[0]
    conseiller = at_work(professionnel(CONSEILLER_PRADO, coordination).user, width, scripts)
    conseiller.opens("/tableaux/prado/").sees("Non lues", cas.dossier.nom)
    assert objections(conseiller.page) == [] or not scripts
    conseiller.clicks(cas.dossier.nom).sees("CPAM – PRADO").clicks("Proposer une admission")
    day = timezone.localdate().isoformat()
    conseiller.types(date_proposee=day, valable_jusqu=day).presses("Proposer une admission")
    conseiller.sees("Admission proposée")
    demande.refresh_from_db()
    assert demande.etat == "acceptee"
    conseiller.opens("/documentation/repondre-a-une-demande/").sees(
        "Les gestes, un par un", "Grand Âge seulement"
    )
    assert objections(conseiller.page) == [] or not scripts
