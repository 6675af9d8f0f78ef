"""A référent's day, each fiche to its end in a real browser, wide and narrow; axe finds nothing."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from habilitations import tasks
from habilitations.models import DemandeHabilitation, Habilitation
from tests.browser.story import Person
from tests.factories import EtablissementFactory, HabilitationFactory, UniteFactory, UserFactory, referent_of
from tests.habilitations.imports import line, xlsx
from viatraj.core.periods import add_months
from viatraj.core.typography import long_day

pytestmark = pytest.mark.django_db(transaction=True)
COMPTES = "/administration/comptes/"
REVUE = "/administration/habilitations/revue/"


@pytest.fixture
def hopital():
    return EtablissementFactory(nom="CH de Saint-Aubin", finess="990000017")


@pytest.fixture
def unite(hopital):
    return UniteFactory(etablissement=hopital, nom="Médecine interne")


@pytest.fixture
def soon(unite):
    """Somebody whose habilitation ends in ten days."""
    fin = timezone.localdate() + timedelta(days=10)
    user = UserFactory(nom="Garricou", prenom="Michel", login="mgarricou")
    return HabilitationFactory(user=user, lieu=unite, profil="equipe_soignante", fin=fin)


@pytest.fixture(params=[1280, 390], ids=["bureau", "mobile"])
def at_work(request, new_context, live_server, post_office):
    def open_(user, **known):
        context = new_context(viewport={"width": request.param, "height": 844}, **known)
        return Person(context, live_server.url, user, post_office).is_in()

    return open_


@pytest.fixture
def referent(at_work, hopital):
    return at_work(referent_of(hopital))


def row_of(referent, name):
    return referent.page.locator("tbody tr", has_text=name)


def test_create_an_account_give_prolong_shorten_delete(referent, unite):
    """«Créer un compte», «Prolonger une habilitation»."""
    referent.opens(COMPTES).types(nom="Villedary").presses("Rechercher").looks("Aucun compte ne correspond")
    referent.clicks("+ Créer un utilisateur").looks("Créer un utilisateur")
    referent.types(nom="Villedary", prenom="Nadège", email="accueil@ch-saint-aubin.example")
    referent.presses("Créer le compte utilisateur").looks("semble lue par plusieurs personnes")
    referent.types(email="nadege.villedary@ch-saint-aubin.example").presses("Créer le compte utilisateur")
    referent.looks("Le compte nvilledary est créé", "Étape 1 sur 3")
    referent.clicks("Équipe soignante").looks("Rappel de la politique d’accès", "Légende")
    referent.presses("Vérifier avant d’attribuer").looks("Choisissez au moins un lieu.")
    referent.ticks("Médecine interne", "2 ans").presses("Vérifier avant d’attribuer")
    referent.looks("rien n’est encore enregistré", "1 habilitation sera attribuée").presses("Attribuer")
    referent.looks("1 habilitation attribuée", "Équipe soignante", "a créé le compte Nadège Villedary")
    assert referent.last_mail_to("nadege.villedary@ch-saint-aubin.example", "compte")

    today = timezone.localdate()
    referent.clicks("Prolonger").looks("À partir d’aujourd’hui").clicks("5 ans", role="button")
    referent.sees(f"au {long_day(add_months(today, 60))}.".replace("\u00a0", " "))
    referent.clicks("Prolonger").types(fin=str(today + timedelta(days=3))).presses("Enregistrer cette date")
    referent.looks("Réduire de 4 ans et 11 mois").clicks("Réduire au", role="button")
    referent.looks("Expire dans 3 jours").clicks("Supprimer").looks("dès maintenant")
    referent.presses("Supprimer l’habilitation").looks("est supprimée, avec effet immédiat")
    assert not Habilitation.objects.living().filter(unite=unite).exists()


def test_by_the_keyboard_alone(new_context, live_server, post_office, hopital, unite, soon):
    """Search, tick, choose, check, give: Tab, Space, arrows and Enter."""
    referent = Person(new_context(), live_server.url, referent_of(hopital), post_office).is_in()
    referent.opens(COMPTES).tabs_to("Nom").keys("garri", "Enter").sees("1 compte trouvé")
    referent.tabs_to("Choisir Michel Garricou").keys("Space")
    referent.tabs_to("Attribuer une habilitation aux personnes cochées").keys("Enter").sees("Étape 1 sur 3")
    referent.tabs_to("Gestionnaire administratif et social").keys("Enter").sees("Étape 2 sur 3")
    referent.tabs_to("Médecine interne").keys("Space")
    referent.tabs_to("1 an").keys("ArrowRight")
    referent.tabs_to("Vérifier avant d’attribuer").keys("Enter").sees("Étape 3 sur 3")
    referent.tabs_to("Modifier").keys("Shift+Tab", "Enter").sees("1 habilitation attribuée")
    given = Habilitation.objects.of(soon.user).latest("pk")
    assert given.fin == add_months(timezone.localdate(), 24)


def test_unlock(referent, soon):
    """«Débloquer un compte»: search, padlock, confirm."""
    soon.user.locked_at = timezone.now()
    soon.user.save()
    referent.opens(COMPTES).types(nom="garri").presses("Rechercher").looks("Bloqué")
    referent.clicks("Débloquer Michel Garricou").looks("Assurez-vous que la demande vient bien")
    referent.presses("Débloquer le compte").looks("Le compte mgarricou est débloqué.")
    soon.user.refresh_from_db()
    assert soon.user.locked_at is None


def test_the_revue(referent, hopital, unite, soon, tmp_path):
    """«Revue des habilitations»: choose, sort, prolong on the row, tick, export, then several at once."""
    others = [HabilitationFactory(lieu=hopital, user=UserFactory(nom=nom)) for nom in ("Adam", "Zola")]
    referent.opens(REVUE).looks("Toutes les lignes (4)")
    _unfold(referent)
    referent.page.get_by_label("Structure", exact=True).select_option(label="CH de Saint-Aubin")
    referent.page.locator("#id_unite option", has_text="Médecine interne").wait_for(state="attached")
    referent.page.get_by_label("Unité").select_option(label="Médecine interne")
    referent.presses("Rechercher").looks("Une seule ligne", "Garricou Michel", "Expire dans 10 jours")
    _unfold(referent)
    referent.clicks("Expirent sous un mois").looks("Garricou Michel")

    row_of(referent, "Garricou").get_by_role("link", name=re.compile("Prolonger")).click()
    dialog = referent.page.get_by_role("dialog")
    dialog.get_by_role("button", name="1 an").click()
    referent.sees("La fin de l’habilitation de Michel Garricou")
    referent.opens(f"{REVUE}?tri=-nom").looks("Toutes les lignes (4)")
    expect(referent.page.locator("tbody th").first).to_have_text(re.compile("^Zola"))
    referent.page.locator("thead a:visible, .trier a:visible").first.press("Enter")
    referent.page.wait_for_url("**tri=nom*")
    expect(referent.page.locator("tbody th").first).to_have_text(re.compile("^Adam"))
    row_of(referent, "Garricou").get_by_role("button", name=re.compile("E-mails pour")).click()
    referent.sees("Michel Garricou recevra les e-mails")
    soon.refresh_from_db()
    assert soon.emails

    with referent.page.expect_download() as downloaded:
        referent.clicks("Exporter")
    downloaded.value.save_as(tmp_path / "revue.xlsx")
    rows = list(load_workbook(tmp_path / "revue.xlsx").active.iter_rows(values_only=True))
    assert {"Adam", "Garricou", "Zola"} <= {value for one in rows for value in one}

    referent.opens(REVUE)
    for one in others:
        row_of(referent, one.user.nom).get_by_role("checkbox").check()
    referent.presses("Prolonger les habilitations cochées").looks("Prolonger 2 habilitations")
    referent.clicks("6 mois", role="button").looks("2 habilitations prolongées jusqu’au")
    for one in others:
        row_of(referent, one.user.nom).get_by_role("checkbox").check()
    referent.presses("Supprimer les habilitations cochées").looks("Supprimer 2 habilitations ?")
    referent.presses("Supprimer les habilitations cochées").looks("2 habilitations supprimées")
    assert Habilitation.objects.living().filter(etablissement=hopital).count() == 2


def _unfold(referent):
    """The filters, folded on a phone."""
    if (summary := referent.page.locator(".filtres > summary")).is_visible():
        summary.click()


def test_import_a_whole_team(referent, hopital, tmp_path):
    """Template, dry run with faults, corrected, confirmed, report."""
    referent.opens("/administration/imports/").looks("1. Remplir le modèle")
    with referent.page.expect_download() as downloaded:
        referent.clicks("Télécharger le modèle")
    downloaded.value.save_as(tmp_path / "modele.xlsx")
    book = load_workbook(tmp_path / "modele.xlsx")
    assert hopital.finess in {cell.value for cell in book["Lieux"]["A"]}

    fin = add_months(timezone.localdate(), 12)
    good = line(fin=fin)
    deposit(referent, tmp_path, good, line(nom="", email="x", fin=fin))
    referent.looks("1 ligne à corriger, rien n’est encore enregistré", "Ligne 3", "Cette cellule est vide")
    referent.looks("Importer 1 habilitation et ouvrir 1 compte")
    with referent.page.expect_download() as downloaded:
        referent.clicks("Télécharger la ligne à corriger")
    downloaded.value.save_as(tmp_path / "a-corriger.xlsx")
    (wrong,) = load_workbook(tmp_path / "a-corriger.xlsx")["Import"].iter_rows(min_row=2, values_only=True)
    assert "Cette cellule est vide" in wrong[-1]
    assert not Habilitation.objects.filter(user__nom="Lacombe").exists()

    referent.opens("/administration/imports/")
    deposit(referent, tmp_path, good, line(nom="Ferrand", prenom="Luc", email="l.f@ch.example", fin=fin))
    referent.looks("Le fichier est bon, rien n’est encore enregistré", "2 habilitations pour 2 personnes")
    referent.presses("Importer 2 habilitations et ouvrir 2 comptes")
    tasks.resume_imports()
    referent.opens(referent.page.url.removeprefix(referent.url)).looks(
        "L’import est fait", "2 comptes ouverts"
    )
    with referent.page.expect_download() as downloaded:
        referent.clicks("Télécharger le compte rendu")
    downloaded.value.save_as(tmp_path / "rendu.xlsx")
    rows = load_workbook(tmp_path / "rendu.xlsx").active.iter_rows(min_row=2, values_only=True)
    assert {row[-1] for row in rows} == {"Compte ouvert, habilitation attribuée."}


def deposit(referent, folder, *rows):
    path = folder / "equipe.xlsx"
    path.write_bytes(xlsx(*rows).read())
    referent.page.get_by_label("Fichier à importer").set_input_files(path)
    referent.presses("Vérifier le fichier")
    tasks.resume_imports()
    referent.opens(referent.page.url.removeprefix(referent.url))


def test_ask_and_answer(at_work, referent, unite, soon):
    """«Mes référents», then «Demandes»: asked without script, accepted otherwise; refused with a reason."""
    michel = at_work(soon.user, java_script_enabled=False)
    michel.opens("/mes-referents/").clicks("Demander une habilitation ou une prolongation").sees(
        "Demander une prolongation"
    )
    michel.clicks("Prolonger…").types(fin=str(add_months(timezone.localdate(), 12)), motif="Je reste.")
    michel.presses("Envoyer la demande").sees("En attente")
    michel.clicks("Demander une habilitation").clicks("CH de Saint-Aubin").sees("Envoyer la demande")
    michel.page.get_by_label("Lieu").select_option(label="Médecine interne")
    michel.page.get_by_label("Profil").select_option(label="Prescripteur médical")
    michel.types(fin=str(add_months(timezone.localdate(), 6))).presses("Envoyer la demande")

    referent.opens("/administration/demandes/").looks("Prescripteur médical")
    row_of(referent, "Prescripteur médical").get_by_role("link", name=re.compile("Répondre")).click()
    referent.looks("Habilitation demandée", "Volet médical")
    referent.page.get_by_label("Profil").select_option(label="Gestionnaire administratif et social")
    referent.presses("Voir les droits de ce profil").looks("Volet administratif")
    referent.presses("Accepter").looks("La demande de Michel Garricou est acceptée.")
    given = Habilitation.objects.of(soon.user).latest("pk")
    assert given.profil == "gestionnaire_administratif"

    referent.clicks("Répondre").looks("Prolongation demandée").clicks("Refuser…")
    referent.presses("Refuser la demande").looks("Dites pourquoi")
    referent.types(reponse="Voyez d’abord votre cadre.").presses("Refuser la demande")
    referent.sees("est refusée, avec son motif")
    michel.opens("/administration/mes-demandes/").sees("Voyez d’abord votre cadre.", "Refusée")
    assert DemandeHabilitation.objects.waiting().count() == 0
