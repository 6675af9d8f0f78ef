"""Two people, two cards: invited by the page, the assistant comes by the link (DEL-2, DEL-6, CON-9).

At the desk and on a phone, axe on every page of the way.
"""

import re

import pytest

from accounts.models import User
from dossiers.models import Dossier
from tests.browser.story import Person
from tests.browser.test_card import data_dir as data_dir

pytestmark = pytest.mark.django_db(transaction=True)
LETTER = "vous propose une délégation"


class CardHolder(Person):
    """Comes in by a card of the demonstration's reader."""

    def comes_by(self, card, path="/connexion/medecin/"):
        self.opens(path).presses("Se connecter par CPS")
        self.clicks("Lire ma carte", exact=True)
        self.page.get_by_label(card).check()
        self.page.get_by_label("Code porteur").fill("1234")
        self.presses("Valider")
        self.page.get_by_role("button", name="Revenir à").click()
        self.page.wait_for_load_state()
        return self


@pytest.mark.parametrize("width", [1280, 390], ids=["bureau", "mobile"])
def test_an_assistant_is_invited_comes_and_writes(
    new_context, live_server, post_office, leclercq, data_dir, width
):
    def at_work(user):
        return CardHolder(
            new_context(viewport={"width": width, "height": 844}), live_server.url, user, post_office
        )

    medecin = at_work(leclercq).comes_by("CPS de Christine Leclercq").sees("Dr Christine Leclercq")
    medecin.opens("/dossiers/creer/?orientation=grand_age")
    medecin.types(nom="Marchandeau", prenom="Lucienne", date_naissance="1938-04-12").ticks("Féminin")
    medecin.presses("Créer un dossier")
    _invites(medecin)

    paul = at_work(User(email="paul.leroux@cabinet.example"))
    _arrives(paul)
    paul.presses("Accepter").looks("Vous avez accepté la délégation du Dr Christine Leclercq.", "Secrétariat")
    _writes(paul)

    numero = Dossier.objects.get().numero
    medecin.opens(f"/dossiers/{numero}/").looks(
        "L’assistant(e) Paul LEROUX a modifié le volet administratif au nom du médecin Christine Leclercq"
    )
    medecin.opens("/medecin/delegations/activite/").looks("Activité de mes délégataires", "L’assistant(e)")
    _is_out_at_his_next_click(medecin, paul, numero)


def _invites(medecin):
    medecin.opens("/medecin/delegations/").looks("Vous n’avez aucun assistant habilité à gérer vos dossiers.")
    medecin.clicks("Ajouter une délégation de droits").looks("Assistant(e)", "Personnalisés")
    medecin.types(nom="Leroux", prenom="Paul", email="paul.leroux@cabinet.example")
    medecin.page.get_by_label("Personnalisés").check()
    medecin.looks("Sans objet")
    medecin.page.get_by_label("Secrétariat").check()
    medecin.presses("Ajouter").looks("Invitation envoyée à Paul Leroux.", "En attente d’acceptation", "Non")


def _arrives(paul):
    link = re.search(r"https?://[^/\s]+(/delegations/invitation/\S+)", paul.last_mail(LETTER)["text"])[1]
    paul.comes_by("CPA de Paul Leroux", link).looks("Première connexion", "paul.leroux@cabinet.example")
    paul.page.get_by_label("Profession", exact=True).select_option("Secrétaire")
    paul.types(mot_de_passe="une phrase assez longue", mot_de_passe_bis="une phrase assez longue")
    paul.presses("Créer mon compte").looks("charte d’utilisation")
    paul.page.get_by_label("J’ai lu et accepte").check()
    paul.presses("Valider").looks("Le Dr Christine Leclercq vous propose une délégation", "Créer un dossier")


def _writes(paul):
    paul.presses("Travailler en son nom (Dr Christine Leclercq)")
    paul.looks("Vous agissez au nom du Dr Christine Leclercq").opens("/dossiers/")
    paul.page.locator("#dossiers tbody a").first.click()
    paul.looks("Marchandeau", "Vos droits sur ce dossier", "Volet médical Non").clicks("Volet administratif")
    paul.looks("Ce volet est vide.").clicks("Remplir ce volet")
    paul.looks("Vous pouvez enregistrer ce volet avant de l’avoir terminé.").types(
        motif="Une fille, présente."
    )
    paul.presses("Enregistrer")
    paul.looks("Le volet administratif est enregistré.", "Une fille, présente.")


def _is_out_at_his_next_click(medecin, paul, numero):
    paul.opens(f"/dossiers/{numero}/volets/administratif/modifier/").types(motif="Trop tard, mais pas perdu.")
    medecin.opens("/medecin/delegations/").clicks("Supprimer", exact=False)
    medecin.looks("n’aura plus accès à vos dossiers dès maintenant").presses("Supprimer la délégation")
    paul.presses("Enregistrer").looks("Trop tard, mais pas perdu.", "a pris fin entre-temps")
    paul.opens(f"/dossiers/{numero}/").sees("La délégation sous laquelle vous travailliez a pris fin.")
