"""«Mes délégations» and «Délégations reçues» as pages (DEL-1, DEL-3 to DEL-5, DEL-7)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from courrier.models import Message
from delegations.models import Delegation
from journal.models import Entry
from tests.delegations.test_actions import listed
from tests.factories import DelegationFactory, MedecinFactory, UserFactory, sign_in
from viatraj.core.periods import add_months

pytestmark = pytest.mark.django_db
INDEX, RECEIVED, SWITCH = "/medecin/delegations/", "/delegations/recues/", "/delegations/au-nom-de/"


@pytest.fixture
def medecin(client):
    user = MedecinFactory(nom="Leclercq", prenom="Christine")
    sign_in(client, user)
    return user


@pytest.fixture
def confrere():
    user = MedecinFactory(nom="Léon", prenom="Gabriel")
    listed(user, code_postal="31000", commune="TOULOUSE")
    return user


def words(answer) -> str:
    return re.sub(r"\s+", " ", strip_tags(answer.text))


class TestIndex:
    def test_the_page_has_the_words_that_users_know(self, client, medecin):
        """DEL-1."""
        text = words(client.get(INDEX))
        for sentence in (
            "Assistant(s) habilité(s) à gérer mes dossiers",
            "Vous n’avez aucun assistant habilité à gérer vos dossiers.",
            "Médecin(s) habilité(s) à gérer mes dossiers",
            "Vous n’avez aucun médecin habilité à gérer vos dossiers.",
            "Votre assistant(e) doit obligatoirement être muni(e) d’une carte CPx (CPS/CPE/CPA)",
            "Afficher l’historique",
            "Ajouter une délégation de droits",
            "Début de délégation",
            "Fin de délégation",
        ):
            assert sentence in text
        assert 'id="assistants"' in client.get(INDEX).text
        assert 'id="medecins"' in client.get(INDEX).text

    def test_rows_and_states(self, client, medecin):
        rows = {
            "En attente d’acceptation": DelegationFactory(delegant=medecin, waiting=True),
            "À venir": DelegationFactory(delegant=medecin, future=True),
            "Active": DelegationFactory(delegant=medecin, fin=timezone.localdate() + timedelta(days=60)),
            "Expire dans 9 jours": DelegationFactory(
                delegant=medecin, fin=timezone.localdate() + timedelta(days=9)
            ),
        }
        hidden = [
            DelegationFactory(delegant=medecin, revoked=True),
            DelegationFactory(delegant=medecin, over=True),
        ]
        text = client.get(INDEX).text
        for state, row in rows.items():
            assert f'data-id="{row.pk}"' in text
            assert state in text
        assert not any(f'data-id="{row.pk}"' in text for row in hidden)

    def test_same_number_of_queries_for_two_and_twenty(
        self, client, medecin, django_assert_max_num_queries, django_assert_num_queries
    ):
        DelegationFactory.create_batch(2, delegant=medecin)
        client.get(INDEX)
        with django_assert_max_num_queries(20) as few:
            client.get(INDEX)
        DelegationFactory.create_batch(18, delegant=medecin)
        with django_assert_num_queries(len(few)):
            client.get(INDEX)

    def test_no_medecin_no_page(self, client):
        sign_in(client, UserFactory())
        answer = client.get(INDEX)
        assert answer.status_code == 403
        assert "Seul un médecin" in answer.text


class TestGrant:
    def url(self, user):
        return f"{INDEX}confrere/{user.login}/"

    def test_search_finds_and_leads_to_the_period(self, client, medecin, confrere):
        """DEL-3, ANN-5: posted, shown at an address that names nobody, and come back to (docs/adr/0039)."""
        found = client.post(f"{INDEX}confrere/", {"nom": "leon", "code_postal": "31000"}, follow=True)
        ((results, _),) = found.redirect_chain
        cle = re.fullmatch(rf"{INDEX}confrere/recherche/([\w-]{{22}})/", results)[1]
        assert f'href="{self.url(confrere)}?recherche={cle}"' in found.text
        assert "Annuaire Santé" in found.text
        period = client.get(f"{self.url(confrere)}?recherche={cle}").text
        assert period.count(f'href="{results}"') == 2, "the breadcrumb, and «Changer»"
        sign_in(client, medecin)
        client.session.flush()
        sign_in(client, medecin)
        assert "n’est plus disponible" in client.get(results).text

    def test_an_address_with_a_name_is_understood(self, client, medecin, confrere):
        found = client.get(f"{INDEX}confrere/", {"nom": "leon", "code_postal": "31000"})
        assert f'href="{self.url(confrere)}"' in found.text

    def test_typing_error_with_code_postal(self, client, medecin, confrere):
        typed = {"nom": "Leyon", "code_postal": "31000"}
        found = client.post(f"{INDEX}confrere/", typed, follow=True)
        assert "Vouliez-vous dire" in found.text
        assert f'href="{self.url(confrere)}?' in found.text
        near = re.search(r'form="recherche" name="nom" value="([^"]+)"', found.text)[1]
        again = client.post(
            f"{INDEX}confrere/", {"nom": ["Leyon", near], "code_postal": "31000"}, follow=True
        )
        assert f'href="{self.url(confrere)}?' in again.text
        assert "Vouliez-vous dire" not in again.text

    def test_never_oneself(self, client, medecin):
        listed(medecin)
        found = client.post(f"{INDEX}confrere/", {"nom": "Leclercq"}, follow=True)
        assert self.url(medecin) not in found.text
        assert client.get(self.url(medecin)).url == f"{INDEX}confrere/"

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [({"nom": ""}, "Saisissez le nom"), ({"nom": "ab"}, "trois lettres"), ({}, "Saisissez le nom")],
    )
    def test_search_asks_for_a_name(self, client, medecin, typed, sentence):
        for ask in (client.post, client.get) if typed else (client.post,):
            answer = ask(f"{INDEX}confrere/", typed)
            assert answer.status_code == 422
            assert sentence in answer.text

    def test_period_is_prefilled_with_one_month(self, client, medecin, confrere):
        today = timezone.localdate()
        text = client.get(self.url(confrere)).text
        assert f'value="{today:%Y-%m-%d}"' in text
        assert f'value="{add_months(today, 1) - timedelta(days=1):%Y-%m-%d}"' in text

    def test_the_form_adds_a_delegation(self, client, medecin, confrere):
        today = timezone.localdate()
        answer = client.post(
            self.url(confrere), {"debut": today, "fin": today + timedelta(days=30)}, follow=True
        )
        assert "Délégation proposée par e-mail au Dr Gabriel Léon" in answer.text
        assert Delegation.objects.get().delegataire == confrere
        assert Message.objects.count() == 1

    @pytest.mark.parametrize(
        ("start", "end", "sentence"),
        [
            (10, 5, "La date de fin précède la date de début."),
            (0, 200, "Une délégation dure 6 mois au plus"),
            (-1, 5, "La délégation commence aujourd’hui ou plus tard."),
        ],
    )
    def test_refused_at_the_field_values_kept(self, client, medecin, confrere, start, end, sentence):
        today = timezone.localdate()
        typed = {"debut": today + timedelta(days=start), "fin": today + timedelta(days=end)}
        answer = client.post(self.url(confrere), typed)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert all(f'value="{day}"' in answer.text for day in typed.values())
        assert 'aria-invalid="true"' in answer.text
        assert not Delegation.objects.exists()

    @pytest.mark.parametrize("typed", ["", "31/02/2027", "demain", "2027-13-01"])
    def test_what_is_no_date(self, client, medecin, confrere, typed):
        answer = client.post(self.url(confrere), {"debut": typed, "fin": "2027-01-01"})
        assert answer.status_code == 422

    def test_french_dates_are_understood(self, client, medecin, confrere):
        today = timezone.localdate()
        client.post(self.url(confrere), {"debut": f"{today:%d/%m/%Y}", "fin": f"{today:%d/%m/%Y}"})
        assert Delegation.objects.get().fin == today

    def test_same_confrere_twice(self, client, medecin, confrere):
        today = timezone.localdate()
        typed = {"debut": today, "fin": today}
        client.post(self.url(confrere), typed)
        answer = client.post(self.url(confrere), typed)
        assert answer.status_code == 422
        assert "Vous avez déjà une délégation" in answer.text

    def test_forged_number(self, client, medecin):
        assert client.get(f"{INDEX}confrere/899999999999/").url == f"{INDEX}confrere/"
        assert client.get(f"{INDEX}confrere/1;drop/").status_code == 404


class TestManage:
    def test_stranger_s_delegation_is_not_found(self, client, medecin):
        other = DelegationFactory()
        for page in ("", "modifier/", "supprimer/"):
            assert client.get(f"{INDEX}{other.pk}/{page}").status_code == 404
        assert client.post(f"{INDEX}{other.pk}/supprimer/").status_code == 404
        other.refresh_from_db()
        assert other.revoked_at is None

    def test_the_delegate_does_not_manage_it_either(self, client):
        row = DelegationFactory()
        sign_in(client, row.delegataire)
        assert client.post(f"{INDEX}{row.pk}/supprimer/").status_code == 404

    def test_modify(self, client, medecin):
        row = DelegationFactory(delegant=medecin)
        fin = row.fin + timedelta(days=5)
        client.post(f"{INDEX}{row.pk}/modifier/", {"debut": row.debut, "fin": fin, "version": 1})
        row.refresh_from_db()
        assert (row.fin, row.version) == (fin, 2)

    def test_modified_tells_the_former_period(self, client, medecin):
        """DEL-4: nobody shortens it unawares."""
        row = DelegationFactory(delegant=medecin)
        fin = row.fin - timedelta(days=5)
        sent = {"debut": row.debut, "fin": fin, "version": 1}
        shown = client.post(f"{INDEX}{row.pk}/modifier/", sent, follow=True).text
        assert f"au {fin:%d/%m/%Y} (auparavant du {row.debut:%d/%m/%Y} au {row.fin:%d/%m/%Y})." in shown

    def test_stale_form_shows_both(self, client, medecin):
        row = DelegationFactory(delegant=medecin, version=3)
        fin = row.fin + timedelta(days=5)
        answer = client.post(f"{INDEX}{row.pk}/modifier/", {"debut": row.debut, "fin": fin, "version": 2})
        assert answer.status_code == 409
        assert f'value="{fin}"' in answer.text
        assert f"{row.fin:%d/%m/%Y}" in answer.text
        assert "modifiée entre-temps" in answer.text

    def test_delete_asks_then_cuts(self, client, medecin):
        row = DelegationFactory(delegant=medecin)
        assert (
            "n’aura plus accès à vos dossiers dès maintenant"
            in client.get(f"{INDEX}{row.pk}/supprimer/").text
        )
        client.post(f"{INDEX}{row.pk}/supprimer/")
        row.refresh_from_db()
        assert row.revoked_at

    def test_history(self, client, medecin):
        row = DelegationFactory(delegant=medecin)
        client.post(f"{INDEX}{row.pk}/supprimer/")
        text = words(client.get(f"{INDEX}historique/medecins/"))
        assert "Le médecin Christine Leclercq a supprimé la délégation du Dr" in text
        assert "Supprimée" in text


class TestReceived:
    @pytest.fixture
    def row(self, client):
        row = DelegationFactory(waiting=True, delegant__nom="Leclercq")
        sign_in(client, row.delegataire)
        return row

    def link(self, medecin, confrere):
        """The link of the mail, as sent."""
        client, today = sign_in(Client(), medecin), timezone.localdate()
        client.post(f"{INDEX}confrere/{confrere.login}/", {"debut": today, "fin": today})
        return re.search(r"/delegations/invitation/\S+", Message.objects.latest("pk").text)[0]

    def test_the_link_accepts_nothing_by_itself(self, medecin, confrere):
        link = self.link(medecin, confrere)
        scanner, reader = Client(), sign_in(Client(), confrere)
        assert scanner.get(link).url.startswith("/connexion/medecin/?suite=/delegations/invitation/")
        assert scanner.post(link, {"reponse": "accepter"}).status_code == 302
        assert "vous propose une délégation" in reader.get(link).text
        assert Delegation.objects.get().is_waiting
        assert reader.post(link, {"reponse": "accepter"}).url == RECEIVED
        assert Delegation.objects.get().accepted_at
        assert reader.get(link).status_code == 404, "dead once answered"

    def test_somebody_else_with_the_link(self, medecin, confrere):
        link = self.link(medecin, confrere)
        other = sign_in(Client(), MedecinFactory())
        assert other.get(link).status_code == other.post(link, {"reponse": "accepter"}).status_code == 404
        assert Delegation.objects.get().is_waiting

    def test_link_dies_with_deletion_and_change(self, client, medecin, confrere):
        link, row = self.link(medecin, confrere), Delegation.objects.get()
        fin = row.fin + timedelta(days=1)
        client.post(f"{INDEX}{row.pk}/modifier/", {"debut": row.debut, "fin": fin, "version": row.version})
        assert "n’est plus valable" in sign_in(Client(), confrere).get(link).text

    @pytest.mark.parametrize("token", ["x", "a:b:c", "é", "0" * 500])
    def test_forged_link(self, client, medecin, token):
        assert client.get(f"/delegations/invitation/{token}/").status_code == 404

    def test_accept_from_the_list(self, client, row):
        assert "Répondre" in client.get(RECEIVED).text
        client.post(f"{RECEIVED}{row.pk}/", {"reponse": "accepter"})
        assert "Travailler en son nom" in client.get(RECEIVED).text

    def test_refuse(self, client, row):
        client.post(f"{RECEIVED}{row.pk}/", {"reponse": "refuser"})
        row.refresh_from_db()
        assert row.refused_at
        assert f'data-id="{row.pk}"' not in client.get(RECEIVED).text

    def test_deleted_meanwhile(self, client, row):
        Delegation.objects.update(revoked_at=timezone.now())
        answer = client.post(f"{RECEIVED}{row.pk}/", {"reponse": "accepter"})
        assert answer.status_code == 403
        assert "supprimée ou a pris fin" in answer.text

    def test_other_people_s_row(self, client, row):
        assert client.get(f"{RECEIVED}{DelegationFactory(waiting=True).pk}/").status_code == 404


class TestActing:
    """DEL-5, DEL-7, «au nom de»."""

    @pytest.fixture
    def row(self, client):
        row = DelegationFactory(delegant__nom="Leclercq", delegant__prenom="Christine")
        sign_in(client, row.delegataire)
        return row

    def test_switch_shows_the_banner_everywhere_and_changes_the_key(self, client, row):
        before = client.session.session_key
        assert client.post(SWITCH, {"delegation": row.pk}).url == "/medecin/"
        assert client.session.session_key != before
        for page in ("/medecin/", "/dossiers/", "/assistance/", "/nulle-part/"):
            assert "Vous agissez au nom du" in client.get(page).text, page
        assert Entry.objects.get(event="delegation.taken_up").user == row.delegataire

    def test_own_pages_and_the_medecin_s_delegations_are_closed(self, client, row):
        client.post(SWITCH, {"delegation": row.pk})
        for page in (INDEX, RECEIVED, "/mon-compte/", f"{INDEX}confrere/"):
            assert client.get(page).status_code == 403, page

    def test_back_to_oneself(self, client, row):
        client.post(SWITCH, {"delegation": row.pk})
        client.post(SWITCH, {"delegation": "", "au_nom_de": row.delegant_id})
        assert client.get("/mon-compte/").status_code == 200
        assert Entry.objects.filter(event="delegation.laid_down").count() == 1

    @pytest.mark.parametrize("state", ["waiting", "revoked", "future", "over"])
    def test_not_in_force(self, client, row, state):
        other = DelegationFactory(delegataire=row.delegataire, **{state: True})
        assert client.post(SWITCH, {"delegation": other.pk}).status_code in (403, 404)
        assert "delegation" not in client.session

    def test_somebody_else_s(self, client, row):
        assert client.post(SWITCH, {"delegation": DelegationFactory().pk}).status_code == 404

    def test_deleted_the_delegate_is_out_at_his_next_click(self, client, row):
        """DEL-4."""
        client.post(SWITCH, {"delegation": row.pk})
        Delegation.objects.update(revoked_at=timezone.now())
        text = client.get("/medecin/").text
        assert "Vous agissez au nom du" not in text
        answer = client.post("/dossiers/creer/", {"nom": "Texte saisi", "au_nom_de": row.delegant_id})
        assert answer.status_code == 409
        assert "Texte saisi" in answer.text

    def test_form_of_the_other_tab_is_refused_and_kept(self, client, row):
        """Drawn in one's own name, sent while acting: 409, the typed text shown for copying."""
        client.post(SWITCH, {"delegation": row.pk})
        answer = client.post("/dossiers/creer/", {"nom": "Texte saisi", "au_nom_de": row.delegataire_id})
        assert answer.status_code == 409
        assert "Texte saisi" in answer.text

    def test_form_without_a_principal_is_refused_while_acting(self, client, row):
        client.post(SWITCH, {"delegation": row.pk})
        assert client.post("/dossiers/creer/", {"nom": "x"}).status_code == 409
