"""DOS-4, COM-9: a demande from the search of a unit to the admission, each in his own browser.

In the modes of `at_work`: one of them in `make test`, drawn by SEED.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from annuaire.models import Lieu
from annuaire.natures import Nature
from demandes import actions, tasks
from demandes.actions.alertes import note_step
from demandes.etats import Verbe
from habilitations.profils import (
    PCO_SECRETARIAT,
    PRESCRIPTEUR_MEDICAL,
    REGULATEUR,
    RESPONSABLE_ADMISSIONS,
)
from tests.browser.story import Person
from tests.courrier.rig import wait_until
from tests.demandes.factories import SYSTEM, Cas, complete, guichet_of, ready, requested, tell, tick
from tests.dossiers.factories import DossierFactory, professionnel
from tests.factories import PASSWORD, EtablissementFactory, MedecinFactory, UniteFactory
from tests.looks import NARROWEST

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hopital():
    return EtablissementFactory(nom="CH de Saint-Aubin")


def receiving(hopital, nom):
    return UniteFactory(nom=nom, nature=Nature.SMR, etablissement=hopital)


def test_from_the_search_to_the_admission(at_work, hopital):
    asking = UniteFactory(etablissement=hopital, nom="Médecine interne")
    ailleurs = EtablissementFactory(nom="Clinique des Vals", coordination=hopital.coordination)
    here = [receiving(ailleurs, f"SMR {name}") for name in ("Aubrac", "Bréville", "Cantal")]
    dolmen = receiving(ailleurs, "SMR Dolmen")
    guichet = guichet_of(dolmen, receiving(ailleurs, "SMR Estuaire"))
    dossier = ready(asking, nom="Villedary", prenom="Nadège")
    sender = professionnel(PRESCRIPTEUR_MEDICAL, asking)
    prescripteur = at_work(sender.user)

    # A week ago another unit was asked, which is silent: whoever regulates sees it.
    past = {"now": timezone.now() - timedelta(days=9), "by": sender}
    (silent,) = actions.select(dossier, lieux=[Lieu.of(receiving(ailleurs, "SMR Fagne"))], **past)
    actions.send(dossier, demandes=[silent.pk], **past)
    tasks.follow_deadlines()
    regulateur = at_work(professionnel(REGULATEUR, hopital).user)
    regulateur.opens("/tableaux/regulateur/").looks(dossier.numero_affiche)

    # Searched, ticked, checked, sent: to three units, and to a guichet.
    prescripteur.opens(dossier.get_absolute_url()).clicks("Envoyer la demande").sees("Rechercher une unité")
    prescripteur.types(nom="vals").presses("Rechercher").looks("SMR Aubrac", "SMR Cantal")
    prescripteur.ticks(*(f"Choisir {one.nom}, {ailleurs}" for one in here))
    prescripteur.presses("Vérifier avant l’envoi").looks("Rien à signaler", "SMR Bréville")
    prescripteur.clicks("Ajouter une structure").clicks("dans la liste des structures")
    prescripteur.ticks(f"{guichet.nom}, {ailleurs}").presses("Vérifier avant l’envoi")
    prescripteur.presses("Envoyer la demande").looks("4 demandes envoyées", "SMR Aubrac", "Guichet")

    # The guichet shares it out.
    porte = at_work(professionnel(RESPONSABLE_ADMISSIONS, guichet).user)
    porte.opens("/").looks("Guichet d’admission", "Non lues")
    porte.opens("/tableaux/guichet/").looks("Villedary", "Pas encore ouverte").clicks("Villedary Nadège")
    porte.looks("Demande ouverte").clicks("Répartir vers une unité")
    porte.page.locator("[name=unite]").select_option(str(dolmen.pk))
    porte.presses("Répartir vers une unité").looks("Répartie vers une unité")

    # Its unit asks a precision; nothing says that others were asked.
    receveur = at_work(professionnel(RESPONSABLE_ADMISSIONS, dolmen).user)
    receveur.opens("/tableaux/receveur/").looks("Villedary").clicks("Villedary Nadège")
    receveur.clicks("Demander une précision").presses("Demander une précision").sees("Rien n’a changé")
    receveur.types(texte="Quel est le poids ?").presses("Demander une précision").looks("Précision demandée")
    expect(receveur.page.locator("body")).not_to_contain_text("SMR Aubrac")

    prescripteur.opens("/").sees("Précision demandée : 1").clicks("Précision demandée").clicks("Villedary")
    prescripteur.looks("Quel est le poids ?").clicks("Répondre à la demande de précision")
    prescripteur.types(texte="62 kg.").presses("Répondre à la demande de précision").sees("62 kg.")

    # Proposed, confirmed, admitted: the others are told that he is elsewhere, and no more.
    today = timezone.localdate()
    receveur.page.reload()
    receveur.sees("62 kg.").clicks("Proposer une admission")
    receveur.types(date_proposee=str(today), valable_jusqu=str(today - timedelta(days=1)))
    receveur.presses("Proposer une admission").looks("Cette date est passée")
    receveur.types(valable_jusqu=str(today + timedelta(days=2))).presses("Proposer une admission")
    receveur.looks("Admission proposée")
    prescripteur.opens("/").sees("À confirmer : 1").clicks("À confirmer").clicks("Villedary")
    prescripteur.clicks("Confirmer l’admission").presses("Confirmer l’admission").looks("Confirmée")
    receveur.opens("/tableaux/receveur/?vue=confirmees").clicks("Villedary")
    receveur.clicks("Déclarer l’admission").types(date_admission=str(today)).presses("Déclarer l’admission")
    receveur.looks("Admis").opens("/tableaux/receveur/").sees("Rien n’attend ici.")
    prescripteur.opens(f"/demandes/dossier/{dossier.numero}/")
    expect(prescripteur.page.get_by_text("Annulée automatiquement – admis ailleurs")).to_have_count(4)
    regulateur.opens("/tableaux/regulateur/").looks("Demandes sans solution")
    expect(regulateur.page.locator("main")).not_to_contain_text(dossier.numero_affiche)
    other = at_work(professionnel(RESPONSABLE_ADMISSIONS, here[0]).user)
    other.opens("/tableaux/receveur/?vue=closes").clicks("Villedary").looks("admis ailleurs")
    expect(other.page.locator("body")).not_to_contain_text("Dolmen")


def test_a_medecin_answers_from_his_home(at_work, hopital):
    """DOS-4: to a platform of the TND; the counter of his home moves. Each comes by the link of a mail."""
    medecin = MedecinFactory(nom="Leclercq")
    UniteFactory(nom="Plateforme", nature=Nature.PCO, etablissement=hopital)
    plateforme = professionnel(PCO_SECRETARIAT, hopital)
    tick(plateforme)
    child = {"orientation": "tnd", "date_naissance": "2022-01-05", "nom": "Villedary", "prenom": "Léo"}
    dossier = DossierFactory(auteur=medecin, **child)
    complete(dossier)
    leclercq = at_work(medecin)
    leclercq.opens(f"/demandes/dossier/{dossier.numero}/choisir/").ticks("Plateforme")
    leclercq.presses("Vérifier avant l’envoi").presses("Envoyer la demande").looks("1 demande envoyée")
    tell()
    pco = at_work(plateforme.user)
    pco.follows_the_link_of("Dossier").looks("Villedary", "Demande ouverte")
    pco.clicks("Demander une précision").types(texte="Depuis quand ?").presses("Demander une précision")
    leclercq.opens("/medecin/").looks("1 précision demandée").clicks("1 précision demandée")
    leclercq.clicks("Villedary").sees("Depuis quand ?").clicks("Répondre à la demande de précision")
    leclercq.types(texte="Depuis mars.").presses("Répondre à la demande de précision").looks("Depuis mars.")
    leclercq.opens("/medecin/").sees("Bonjour")
    expect(leclercq.page.locator("body")).not_to_contain_text("précision demandée")


def test_a_link_of_a_mail_opens_the_row_after_sign_in(new_context, live_server, post_office, hopital):
    """DOS-6: whoever follows it signs in first, at his own door."""
    medecin, now = MedecinFactory(nom="Leclercq"), timezone.now()
    dossier = DossierFactory(auteur=medecin, nom="Villedary")
    asked = requested(dossier, receiving(hopital, "SMR Aubrac"), etat="precision", sent_at=now)
    note_step(asked, Verbe.QUESTIONNER, now=now, by=SYSTEM)
    tell()
    context = new_context(viewport={"width": NARROWEST, "height": 844})
    leclercq = Person(context, live_server.url, medecin, post_office)
    leclercq.follows_the_link_of("Dossier").sees("Médecins libéraux")
    leclercq.clicks("Se connecter à l’espace médecin libéral")
    leclercq.types(identifiant=medecin.login, mot_de_passe=PASSWORD).presses("Se connecter")
    leclercq.types(code=leclercq.code()).presses("Valider").looks("Demande d’admission", "SMR Aubrac")
    assert leclercq.page.url == f"{live_server.url}/demandes/{asked.pk}/"


HIDDEN = """state => {
    Object.defineProperty(document, "visibilityState", {configurable: true, get: () => state});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
MINUTE = 60_000


def test_the_bell_counts_while_it_is_seen(new_context, live_server, post_office):
    """DOS-6: asked each minute, not from a tab that is hidden; never prolongs a session, ends with it."""
    cas = Cas()
    context = new_context(viewport={"width": 1280, "height": 844})
    person = Person(context, live_server.url, cas.receveur.user, post_office).is_in()
    page, asked = person.page, []
    page.clock.install()
    person.opens("/mon-compte/")
    page.on("response", lambda one: asked.append(one.status) if one.url.endswith("/nombre/") else None)
    session = cas.receveur.user.sessions.get()

    cas.sent()
    tell()
    badge = page.locator(".cloche .compteur")
    expect(badge).to_be_hidden()
    page.clock.run_for(MINUTE + 1)
    expect(badge).to_have_text(re.compile(r"^1"))
    page.evaluate(HIDDEN, "hidden")
    page.clock.run_for(10 * MINUTE)
    assert asked == [200]
    page.evaluate(HIDDEN, "visible")
    wait_until(lambda: page.evaluate("1") and asked == [200, 200])
    assert cas.receveur.user.sessions.get().expire_date == session.expire_date
    cas.receveur.user.sessions.all().delete()
    page.clock.run_for(MINUTE + 1)
    wait_until(lambda: page.evaluate("1") and len(asked) == 3)
    page.clock.run_for(10 * MINUTE)
    assert asked == [200, 200, 302]
