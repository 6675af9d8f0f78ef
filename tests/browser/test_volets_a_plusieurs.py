"""A volet that one fills and another validates: in a médecin's space, and in a hospital (DOS-3, DEL-7)."""

import pytest
from playwright.sync_api import expect

from dossiers.models import Volet
from dossiers.natures import of_orientation
from habilitations.profils import EQUIPE_SOIGNANTE, GESTIONNAIRE, PRESCRIPTEUR_MEDICAL
from tests.browser.story import Person
from tests.dossiers.factories import MEDICAL, DossierFactory, edit_path, lend, professionnel
from tests.factories import DelegationFactory, MedecinFactory, UniteFactory
from viatraj.core.droits import Orientation

VALIDATE = "Enregistrer et valider"
ways = pytest.mark.parametrize(
    ("width", "scripts"),
    [(1280, True), (320, True), (320, False)],
    ids=["bureau", "mobile", "mobile sans script"],
)


def whole(**known):
    """A dossier sanitaire with all its volets, empty."""
    dossier = DossierFactory(orientation=Orientation.SANITAIRE, **known)
    for kind in of_orientation(Orientation.SANITAIRE):
        Volet.objects.get_or_create(dossier=dossier, kind=kind)
    return dossier


@pytest.fixture
def arrives(new_context, live_server, post_office, width, scripts):
    """Somebody in front of his own browser, who looks at each page with axe where scripts run."""

    def person(user, *, acting=None):
        context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
        somebody = Person(context, live_server.url, user, post_office).is_in(acting)
        if not scripts:
            somebody.looks = somebody.sees
        return somebody

    return person


def cannot_validate(person):
    expect(person.page.get_by_role("button", name="Enregistrer", exact=True)).to_be_visible()
    expect(person.page.get_by_role("button", name=VALIDATE)).to_have_count(0)
    return person


@ways
def test_an_assistant_fills_for_her_and_a_confrere_validates(arrives):
    """DEL-6, DEL-7: never the assistant; the page says in whose name it was validated."""
    leclercq = MedecinFactory(nom="Leclercq", prenom="Christine")
    dossier = whole(auteur=leclercq)
    lent, given = lend(leclercq, droits=MEDICAL), DelegationFactory(delegant=leclercq)
    assistante = arrives(lent.delegataire, acting=lent)
    assistante.opens(dossier.get_absolute_url()).clicks("Volet médical").looks("Ce volet est vide.")
    cannot_validate(assistante.clicks("Remplir ce volet").looks("Rempli par"))
    assistante.types(histoire="Chute à domicile, fracture du col.").presses("Enregistrer")
    assistante.looks("Le volet médical est enregistré.", "Chute à domicile", "Complété")
    confrere = arrives(given.delegataire, acting=given)
    confrere.opens(dossier.get_absolute_url()).clicks("Volet médical").looks("Chute à domicile")
    confrere.clicks("Modifier ce volet").looks("Rempli par").presses(VALIDATE)
    confrere.looks("Le volet médical est enregistré et validé.", "Validé", "Christine Leclercq")
    validated = Volet.objects.get(dossier=dossier, kind="medical")
    assert (validated.validated_by, validated.validated_for) == (given.delegataire, leclercq)


@ways
def test_a_soignant_fills_and_a_prescripteur_validates(arrives):
    """DOS-3: «sans validation possible des volets concernés»."""
    unite = UniteFactory()
    dossier = whole(auteur=None, lieu=unite)
    soignant = arrives(professionnel(EQUIPE_SOIGNANTE, unite).user)
    soignant.opens(dossier.get_absolute_url()).clicks("Volet soins").looks("Ce volet est vide.")
    cannot_validate(soignant.clicks("Remplir ce volet").looks("Rempli par"))
    for name in ("toilette", "repas"):
        soignant.page.locator(f"main [name={name}]").first.select_option("partielle")
    soignant.presses("Enregistrer").looks("Le volet soins est enregistré.", "En cours", "Transferts")
    prescripteur = arrives(professionnel(PRESCRIPTEUR_MEDICAL, unite).user)
    prescripteur.opens(edit_path(dossier, "soins")).presses(VALIDATE)
    prescripteur.looks("Le volet n’est pas enregistré", "À renseigner : transferts.")
    prescripteur.page.locator("main [name=transferts]").first.select_option("totale")
    prescripteur.presses(VALIDATE).looks("Le volet soins est enregistré et validé.", "Validé")
    soignant.opens(dossier.get_absolute_url()).looks("Volet soins", "Validé")


@ways
def test_a_gestionnaire_validates_the_administratif(arrives):
    """DOS-3: and writes in no volet of care."""
    unite = UniteFactory()
    dossier = whole(auteur=None, lieu=unite)
    gestionnaire = arrives(professionnel(GESTIONNAIRE, unite).user)
    gestionnaire.opens(edit_path(dossier, "administratif")).looks("Rempli par").presses(VALIDATE)
    gestionnaire.looks("Le volet n’est pas enregistré", "Information donnée par")
    gestionnaire.types(information_date="2026-01-05")
    gestionnaire.page.locator("main [name=information_par]").first.select_option(index=1)
    gestionnaire.presses(VALIDATE).looks("Le volet administratif est enregistré et validé.", "Validé")
    gestionnaire.opens(dossier.get_absolute_url()).clicks("Volet médical").looks("Ce volet est vide.")
    expect(gestionnaire.page.get_by_role("link", name="Remplir ce volet")).to_have_count(0)
