"""«Activité de mes délégataires» and a cover planned in one step (TRC-2, DEL-3)."""

import uuid
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.utils import timezone

from courrier.models import Message
from delegations.models import Delegation
from dossiers import actions as dossiers_actions
from journal.models import Entry, record
from tests.delegations.factories import words
from tests.delegations.test_actions import listed
from tests.dossiers.factories import DossierFactory, lend
from tests.factories import DelegationFactory, MedecinFactory, as_delegate, as_medecin, sign_in
from viatraj.core import workbook

pytestmark = pytest.mark.django_db
PAGE, EXPORT, COVER = (f"/medecin/delegations/{one}/" for one in ("activite", "activite/export", "absence"))


@pytest.fixture
def medecin(client):
    user = MedecinFactory(nom="Leclercq", prenom="Christine")
    sign_in(client, user)
    return user


class TestActivity:
    @pytest.fixture
    def world(self, medecin):
        """An assistant and a confrère have read her dossier; she has too; another médecin's delegate also."""
        dossier = DossierFactory(auteur=medecin)
        assistant = lend(medecin)
        confrere = DelegationFactory(delegant=medecin, delegataire__nom="Léon", delegataire__prenom="Gabriel")
        elsewhere = lend(MedecinFactory())
        for by in (as_delegate(assistant), as_delegate(confrere), as_medecin(medecin)):
            dossiers_actions.read(dossier, by=by)
        dossiers_actions.read(DossierFactory(auteur=elsewhere.delegant), by=as_delegate(elsewhere))
        return {"dossier": dossier, "assistant": assistant, "confrere": confrere, "elsewhere": elsewhere}

    def test_readings_are_folded_away(self, client, world):
        text = words(client.get(PAGE))
        assert "2 consultations de 2 personnes" in text
        assert "L’assistant(e) Sonia Petit, au nom du médecin Christine Leclercq : le" in text
        assert "a consulté le dossier" not in text
        modified = record("volet.updated", by=as_delegate(world["assistant"]), target=world["dossier"])
        dossiers_actions.read(world["dossier"], by=as_delegate(world["assistant"]))
        text = words(client.get(PAGE))
        assert f'data-id="{modified.pk}"' in client.get(PAGE).text
        assert text.index("1 consultation ") < text.index("a modifié le") < text.index("2 consultations")

    def test_only_what_others_did_in_my_name(self, client, world):
        answer = client.get(PAGE, {"genre": "consultations"})
        text = words(answer)
        assert text.count("a consulté le dossier") == 2
        assert "L’assistant(e) Sonia Petit a consulté le dossier au nom du médecin Christine Leclercq" in text
        assert "Le médecin Gabriel Léon a consulté le dossier au nom du médecin Christine Leclercq" in text
        assert f'href="/dossiers/{world["dossier"].numero}/"' in answer.text
        assert "consult" not in words(client.get(PAGE, {"genre": "actions"})).partition("Date Action")[2]

    def test_by_whom(self, client, world):
        answer = client.get(PAGE, {"par": world["confrere"].delegataire_id, "genre": "consultations"})
        assert words(answer).count("a consulté le dossier") == 1
        assert "Le médecin Gabriel Léon" in words(answer)

    def test_somebody_else_s_delegate_is_no_choice(self, client, world):
        answer = client.get(PAGE, {"par": world["elsewhere"].delegataire_id})
        assert answer.status_code == 422
        assert "Choisissez l’une des réponses proposées." in answer.text

    @pytest.mark.parametrize(
        ("debut", "fin", "said"),
        [(0, 0, "2 consultations"), (1, "", "dans ces limites"), ("", -1, "dans ces limites")],
    )
    def test_between_which_days(self, client, world, debut, fin, said):
        today = timezone.localdate()
        asked = {"debut": debut, "fin": fin}
        days = {name: today + timedelta(days=shift) for name, shift in asked.items() if shift != ""}
        assert said in words(client.get(PAGE, days))

    def test_closed_to_delegates_and_to_others(self, client, world):
        for row in (world["assistant"], world["confrere"]):
            sign_in(client, row.delegataire, acting=row)
            assert {client.get(page).status_code for page in (PAGE, EXPORT)} == {403}
        sign_in(client, MedecinFactory())
        assert "Aucune action n’a été faite en votre nom." in client.get(PAGE).text

    def test_export(self, client, world):
        answer = client.get(EXPORT, {"par": world["assistant"].delegataire_id})
        rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.values)
        assert rows[0] == ("Date", "Délégataire", "Qualité", "Action", "Dossier")
        assert len(rows) == 2
        assert rows[1][1:3] == ("Sonia Petit", "assistant")
        assert "no-store" in answer["Cache-Control"]
        assert Entry.objects.get(event="activite.exported").data == {"lignes": 1}

    @pytest.mark.parametrize("nom", ['=HYPERLINK("http://mal.example")', "+1+1", "-2", "@SUM(A1)", "\tx"])
    def test_a_name_is_never_a_formula(self, client, medecin, nom):
        row = lend(medecin)
        row.delegataire.prenom = nom
        row.delegataire.save()
        record("dossier.read", by=as_delegate(row), target=DossierFactory(auteur=medecin))
        sheet = openpyxl.load_workbook(BytesIO(client.get(EXPORT).content)).active
        cell = sheet["B2"]
        assert cell.data_type == "s"
        assert cell.quotePrefix

    def test_same_number_of_queries(self, client, world, django_assert_num_queries):
        client.get(PAGE)
        with django_assert_num_queries(5) as few:
            client.get(PAGE)
        for _ in range(20):
            dossiers_actions.read(world["dossier"], by=as_delegate(world["assistant"]))
        with django_assert_num_queries(len(few)):
            client.get(PAGE)


def test_what_a_workbook_cannot_hold_is_left_out():
    content = workbook.write("Essai", ["A"], [("a\x01b",), (3,)], widths=[10])
    assert list(openpyxl.load_workbook(BytesIO(content)).active.values) == [("A",), ("ab",), (3,)]


class TestCover:
    @pytest.fixture
    def confrere(self):
        user = MedecinFactory(nom="Léon", prenom="Gabriel")
        listed(user, code_postal="31000", commune="TOULOUSE")
        return user

    def asked(self, **known):
        today = timezone.localdate()
        return {"debut": today, "fin": today + timedelta(days=6), "cle": uuid.uuid4(), **known}

    def test_in_one_step(self, client, medecin, confrere):
        typed = self.asked(idnat=confrere.login, message="Merci de suivre les demandes en cours.")
        answer = client.post(COVER, typed, follow=True)
        assert "Remplacement proposé par e-mail au Dr Gabriel Léon." in answer.text
        row = Delegation.objects.get()
        assert (row.delegataire, row.message) == (confrere, "Merci de suivre les demandes en cours.")
        message = Message.objects.get()
        assert "Merci de suivre" not in message.text, "what is typed stays out of mails"
        assert "Un message y est joint" in message.text
        sign_in(client, confrere)
        assert "Merci de suivre les demandes en cours." in client.get(f"/delegations/recues/{row.pk}/").text

    def test_search_keeps_what_is_typed_and_writes_nothing(self, client, medecin, confrere):
        typed = self.asked(nom="Leyon", code_postal="31000", message="Merci.", rechercher="oui")
        answer = client.post(COVER, typed, follow=True)
        assert answer.status_code == 200
        assert f'value="{confrere.login}"' in answer.text
        assert "voici les plus proches" in answer.text
        assert "Merci.</textarea>" in answer.text
        assert not Delegation.objects.exists()

    def test_those_one_has_worked_with_are_at_hand(self, client, medecin, confrere):
        former = DelegationFactory(delegant=medecin, delegataire=confrere, over=True)
        assert f'value="{former.professionnel.idnat}"' in client.get(COVER).text

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"idnat": ""}, "Choisissez le confrère qui vous remplace"),
            ({"idnat": "899999999999"}, "Ce médecin ne figure pas dans l’annuaire national."),
            ({"fin": "2020-01-01"}, "La date de fin précède le premier jour."),
            ({"rechercher": "oui", "nom": ""}, "Saisissez le nom du médecin."),
            ({"message": "x" * 501}, "500"),
        ],
    )
    def test_bad_input(self, client, medecin, confrere, change, sentence):
        answer = client.post(COVER, self.asked(idnat=confrere.login) | change)
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert not Delegation.objects.exists()

    def test_oneself(self, client, medecin):
        listed(medecin)
        assert client.post(COVER, self.asked(idnat=medecin.login)).status_code == 422
        assert not Delegation.objects.exists()


class TestConfrereWithoutAccount:
    """His e-mail is asked; his number leads the invitation to him at his first sign-in (DEL-3)."""

    @pytest.fixture
    def stranger(self):
        from accounts.models import User

        one = User(login="899000999999", nom="Durandeau", prenom="Anaïs")
        listed(one)
        return one

    def propose(self, client, stranger, **known):
        today = timezone.localdate()
        typed = {"debut": today, "fin": today + timedelta(days=20), "cle": uuid.uuid4(), **known}
        return client.post(f"/medecin/delegations/confrere/{stranger.login}/", typed)

    def test_the_address_is_asked(self, client, medecin, stranger):
        page = client.get(f"/medecin/delegations/confrere/{stranger.login}/")
        assert "Il n’a pas encore de compte" in page.text
        answer = self.propose(client, stranger, email="")
        assert answer.status_code == 422
        assert "Indiquez l’adresse mail de votre confrère." in answer.text

    def test_not_of_one_who_has_an_account(self, client, medecin):
        known = MedecinFactory()
        listed(known)
        assert 'name="email"' not in client.get(f"/medecin/delegations/confrere/{known.login}/").text

    def test_he_finds_it_at_his_first_sign_in(self, client, medecin, stranger):
        self.propose(client, stranger, email="anais@cabinet.example")
        row = Delegation.objects.get()
        assert Message.objects.get().to == "anais@cabinet.example"
        assert row.delegataire is None
        assert "Non" in words(client.get("/medecin/delegations/"))
        user = MedecinFactory(login=stranger.login, email="autre@cabinet.example")
        assert "Oui" in words(client.get("/medecin/delegations/"))
        sign_in(client, user)
        assert f'data-id="{row.pk}"' in client.get("/delegations/recues/").text
        client.post(f"/delegations/recues/{row.pk}/", {"reponse": "accepter"})
        row.refresh_from_db()
        assert row.delegataire == user
        assert row.accepted_at

    def test_another_medecin_does_not(self, client, medecin, stranger):
        self.propose(client, stranger, email="anais@cabinet.example")
        row = Delegation.objects.get()
        sign_in(client, MedecinFactory(nom="Durandeau", prenom="Anaïs", email="anais@cabinet.example"))
        assert client.post(f"/delegations/recues/{row.pk}/", {"reponse": "accepter"}).status_code == 404

    def test_twice_on_the_same_days_with_an_account_meanwhile(self, client, medecin, stranger):
        self.propose(client, stranger, email="anais@cabinet.example")
        MedecinFactory(login=stranger.login)
        assert self.propose(client, stranger).status_code == 422
