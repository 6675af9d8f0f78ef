"""First sign-in of an assistant (CON-9): card, invitation, account, charte, answer."""

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from accounts import chartes
from accounts.models import Session, User
from authcps.identity import Verified
from courrier.models import Message
from delegations import actions as delegations_actions
from delegations.models import Delegation
from journal.models import Entry
from tests.authcps.test_arrival import NEWCOMER, arrive, holding
from tests.delegations.factories import NADIA, invite, words
from tests.factories import DelegationFactory, MedecinFactory, as_medecin, sign_in
from viatraj.core.actor import Means

pytestmark = pytest.mark.django_db
PAGE = "/connexion/assistant/"
CARD = Verified(
    means=Means.CPA,
    idnat="599999999900019/CPA0000007",
    nom="FERHAT",
    prenom="NADIA",
    structure="399999999900019 CABINET LECLERCQ (FICTIF)",
)
PASSWORD = "une phrase assez longue"
TYPED = {
    "profession": "Secrétaire",
    "autre": "",
    "mot_de_passe": PASSWORD,
    "mot_de_passe_bis": PASSWORD,
}


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def delegation(medecin):
    return invite(medecin)


def link() -> str:
    return re.search(r"/delegations/invitation/\S+", Message.objects.latest("pk").text)[0]


def present(client, card=CARD, *, by_link="", door="medecin"):
    """The card is read; where that leads."""
    attempt = holding(client, card, door=door)
    attempt.next_path = by_link
    attempt.save()
    answer = arrive(client, attempt)
    return client.get(answer.url) if answer.status_code == 302 else answer


class TestRefused:
    SENTENCE = "il faut que le médecin vous octroie des droits par délégation"

    def test_without_invitation(self, client):
        answer = present(client)
        assert answer.status_code == 403
        assert self.SENTENCE in answer.text
        assert client.post(PAGE, TYPED).status_code == 403
        assert not User.objects.exists()

    def test_a_student_is_no_medecin(self, client):
        assert self.SENTENCE in present(client, replace(NEWCOMER, categorie="E")).text

    @pytest.mark.parametrize("state", ["refused", "revoked", "expired"])
    def test_with_a_dead_one(self, client, delegation, state):
        Delegation.objects.update(**{f"{state}_at": timezone.now()})
        assert self.SENTENCE in present(client).text

    @pytest.mark.parametrize("change", [{"nom": "FERHATI"}, {"prenom": "NADÈGE"}])
    def test_another_card_says_whose_it_is_and_what_to_do(self, client, delegation, change):
        answer = present(client, replace(CARD, **change), by_link=link())
        assert answer.status_code == 403
        text = words(answer)
        assert "Cette invitation est au nom de Nadia Ferhat" in text
        assert "demandez au Dr Christine Leclercq de corriger le nom" in text
        assert client.post(PAGE, TYPED).status_code == 403
        assert User.objects.count() == 1

    def test_without_link_another_name_learns_nothing(self, client, delegation):
        assert self.SENTENCE in present(client, replace(CARD, nom="FERHATI")).text

    def test_in_another_browser(self, client, delegation):
        assert client.get(PAGE).url == "/"

    def test_a_medecin_has_his_own_first_sign_in(self, client, delegation):
        holding(client, NEWCOMER)
        assert client.get(PAGE).url == "/connexion/premiere/"


class TestFirst:
    @pytest.mark.parametrize(
        "names",
        [("FERHAT", "NADIA"), ("Ferhat", "Nadia"), ("FERHÂT", "NÀDIA"), ("FER-HAT", "NA DIA")],
    )
    def test_the_card_s_name_however_it_is_written(self, client, delegation, names):
        nom, prenom = names
        assert present(client, replace(CARD, nom=nom, prenom=prenom), by_link=link()).status_code == 200

    def test_by_the_link(self, client, delegation):
        """Nothing to confirm: the link has reached the address."""
        path = link()
        page = present(client, by_link=path)
        assert 'name="email"' not in page.text
        assert NADIA["email"] in page.text
        answer = client.post(PAGE, TYPED | {"nom": "Forgé", "email": "autre@ailleurs.example"})
        assert answer.url == path
        user = User.objects.get(email=NADIA["email"])
        assert (user.login, user.nom, user.profession_label) == (CARD.idnat.lower(), "FERHAT", "Secrétaire")
        assert user.email_verified_at
        assert user.first_strong_at
        assert user.check_password(PASSWORD)
        assert Session.objects.get(user=user).means == "cpa"
        assert client.get(path).url == "/charte/"
        version = chartes.current(timezone.localdate()).version
        assert client.post("/charte/", {"accepte": "on", "version": version}).url == path
        assert "vous propose une délégation" in client.get(path).text
        assert client.post(path, {"reponse": "accepter"}).url == "/delegations/recues/"
        delegation.refresh_from_db()
        assert delegation.delegataire == user

    def test_by_the_door_alone_the_address_is_asked_and_must_be_the_invitation_s(self, client, delegation):
        assert 'name="email"' in present(client).text
        refused = client.post(PAGE, TYPED | {"email": "autre@ailleurs.example"})
        assert refused.status_code == 422
        assert "Aucune invitation à votre nom" in refused.text
        assert not User.objects.filter(email="autre@ailleurs.example").exists()
        answer = client.post(PAGE, TYPED | {"email": NADIA["email"].upper()})
        assert answer.url == "/delegations/recues/"
        user = User.objects.get(login=CARD.idnat.lower())
        assert user.email_verified_at is None
        assert Message.objects.filter(to=user.email, subject__contains="adresse").exists()

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"profession": ""}, "Indiquez votre profession."),
            ({"profession": "roi"}, "Choisissez l’une des professions proposées."),
            ({"profession": "autre"}, "Précisez votre profession."),
            ({"mot_de_passe": "court", "mot_de_passe_bis": "court"}, "12 caractères"),
            ({"mot_de_passe_bis": "autre chose d’assez long"}, "ne sont pas identiques"),
        ],
    )
    def test_bad_input(self, client, delegation, change, sentence):
        present(client, by_link=link())
        answer = client.post(PAGE, TYPED | change)
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert User.objects.count() == 1

    def test_another_profession(self, client, delegation):
        present(client, by_link=link())
        client.post(PAGE, TYPED | {"profession": "autre", "autre": "Diététicienne"})
        assert User.objects.get(email=NADIA["email"]).profession_label == "Diététicienne"

    def test_who_has_an_account_may_keep_it(self, client, delegation):
        path = link()
        shown = present(client, by_link=path).text
        assert f"/connexion/appairage/?{urlencode({'suite': path})}" in shown

    def test_deleted_while_she_types(self, client, medecin, delegation):
        present(client, by_link=link())
        delegations_actions.revoke(delegation, now=timezone.now(), by=as_medecin(medecin))
        assert client.post(PAGE, TYPED).status_code == 403
        assert User.objects.count() == 1

    def test_the_next_time_her_card_is_enough_and_leads_to_her_delegations(self, client, delegation):
        present(client, by_link=link())
        client.post(PAGE, TYPED)
        client.post("/deconnexion/")
        assert arrive(client, holding(client, CARD)).url == "/delegations/recues/"

    def test_later_by_password_too(self, client, delegation):
        """As the médecin: the number of her card, a password, a code."""
        present(client, by_link=link())
        client.post(PAGE, TYPED)
        client.post("/deconnexion/")
        typed = {"identifiant": CARD.idnat, "mot_de_passe": PASSWORD}
        assert client.post("/connexion/medecin/", typed).url == "/connexion/code/"
        assert Message.objects.latest("pk").to == NADIA["email"]


def test_with_no_delegation_in_force_a_page_says_so(client, delegation):
    present(client, by_link=link())
    client.post(PAGE, TYPED)
    user = User.objects.get(email=NADIA["email"])
    Delegation.objects.update(revoked_at=timezone.now())
    sign_in(client, user)
    version = chartes.current(timezone.localdate()).version
    client.post("/charte/", {"accepte": "on", "version": version})
    assert "Aucun médecin ne vous a confié ses dossiers" in client.get("/delegations/recues/").text


class TestTooLate:
    """Revoked while a form is open."""

    def test_nothing_is_written_the_text_is_shown_and_the_journal_tells(self, client):
        row = DelegationFactory(delegant__nom="Leclercq", delegant__prenom="Christine")
        sign_in(client, row.delegataire, acting=row)
        delegations_actions.revoke(row, now=timezone.now(), by=as_medecin(row.delegant))
        sent = {"nom": "Texte saisi", "orientation": "tnd", "au_nom_de": row.delegant_id}
        answer = client.post("/dossiers/creer/", sent)
        assert answer.status_code == 409
        assert "Texte saisi" in answer.text
        assert "a pris fin entre-temps" in answer.text
        entry = Entry.objects.get(event="delegation.too_late")
        assert entry.user == row.delegataire
        assert entry.data["route"] == "dossiers:create"
        assert "Texte saisi" not in str(entry.data)

    def test_the_next_page_says_that_it_has_ended(self, client):
        row = DelegationFactory(revoked=True)
        sign_in(client, row.delegataire, acting=row)
        assert "La délégation sous laquelle vous travailliez a pris fin." in client.get("/medecin/").text
        client.post("/delegations/au-nom-de/", {"delegation": "", "au_nom_de": row.delegataire_id})
        assert "a pris fin" not in client.get("/delegations/recues/").text
