"""Sign in by code, find a confrère in spite of a typing error, delegate; he accepts, writes; it is told.

CON-2, CON-5, DEL-1, DEL-3, DEL-5, DEL-6, DOS-5, ANN-5; at the desk and on a phone, with and without scripts.
"""

import pytest

from dossiers.models import Dossier
from tests.browser.story import Person

pytestmark = pytest.mark.django_db(transaction=True)
WISH = "Souhaite rester près de sa famille."


@pytest.mark.parametrize(
    ("width", "scripts"), [(1280, True), (390, True), (1280, False)], ids=["bureau", "mobile", "sans script"]
)
def test_a_medecin_delegates_to_a_confrere(
    new_context, live_server, post_office, directory, leclercq, leon, width, scripts
):
    def at_work(user):
        viewport = {"width": width, "height": 844}
        context = new_context(viewport=viewport, java_script_enabled=scripts)
        return Person(context, live_server.url, user, post_office)

    medecin = at_work(leclercq).signs_in()
    _creates_a_dossier(medecin)
    _delegates(medecin)

    confrere = at_work(leon).signs_in()
    confrere.follows_the_link_of("vous propose une délégation").sees("Le Dr Christine Leclercq vous propose")
    confrere.presses("Accepter").sees("Vous avez accepté la délégation du Dr Christine Leclercq.")
    assert medecin.last_mail("a accepté votre délégation")["to"] == [leclercq.email]
    _writes_in_her_name(confrere)

    numero = Dossier.objects.get().numero
    medecin.opens(f"/dossiers/{numero}/volets/administratif/").sees(WISH)
    medecin.opens(f"/dossiers/{numero}/").sees(
        "Le médecin Gabriel Léon a modifié",
        "au nom du médecin Christine Leclercq",
    )


def _creates_a_dossier(medecin):
    medecin.opens("/dossiers/creer/?orientation=grand_age")
    medecin.types(nom="Marchandeau", prenom="Lucienne", date_naissance="1938-04-12").ticks("Féminin")
    medecin.presses("Créer un dossier").sees("Dossier", "Marchandeau")


def _delegates(medecin):
    medecin.opens("/medecin/delegations/").sees("Vous n’avez aucun médecin habilité à gérer vos dossiers.")
    medecin.clicks("Ajouter une délégation de droits à un médecin")
    medecin.types(nom="Leyon", code_postal="31000").presses("Rechercher").sees("Vouliez-vous dire")
    medecin.clicks("Sélectionner Gabriel LÉON").presses("Ajouter")
    medecin.sees("Délégation proposée par e-mail au Dr Gabriel Léon.", "En attente d’acceptation")


def _writes_in_her_name(confrere):
    confrere.opens("/delegations/recues/").presses("Travailler en son nom (Dr Christine Leclercq)")
    confrere.sees("Vous agissez au nom du Dr Christine Leclercq")
    confrere.opens("/dossiers/").sees("Vous agissez au nom du Dr Christine Leclercq")
    confrere.page.locator("#dossiers tbody a").first.click()
    confrere.sees("Marchandeau", "Vous agissez au nom du Dr Christine Leclercq")
    confrere.clicks("Volet administratif").clicks("Remplir ce volet").types(motif=WISH)
    confrere.presses("Enregistrer").sees("Le volet administratif est enregistré.", WISH)
