"""DOS-4: pages of demandes: choose, check, send, read, answer; what each side sees, and no more."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from demandes.etats import Cote, Etat, Verbe
from demandes.models import Demande
from habilitations.profils import (
    ADRESSEUR_TND,
    MEDECIN_COORDONNATEUR,
    PCO_SECRETARIAT,
    RESPONSABLE_ADMISSIONS,
    RESPONSABLE_ADMISSIONS_GA,
)
from tests.demandes.factories import Cas
from tests.dossiers.factories import professionnel
from tests.factories import UniteFactory, sign_in

pytestmark = pytest.mark.django_db
CANARY = "Zygomatique"  # nobody else is called so


@pytest.fixture
def cas():
    return Cas(nom=CANARY)


def words_of(response) -> str:
    return " ".join(unescape(strip_tags(response.text.replace("<", " <"))).split())


def open_page(client, by, demande, **headers):
    return sign_in(client, by.user).get(f"/demandes/{demande.pk}/", headers=headers)


def post(client, by, demande, verbe, **typed):
    sign_in(client, by.user)
    version = Demande.objects.get(pk=demande.pk).version
    data = {"au_nom_de": by.user.pk, "version": version} | typed
    return client.post(f"/demandes/{demande.pk}/{verbe}/", data)


class TestSending:
    def test_chosen_checked_sent(self, client, cas):
        base = f"/demandes/dossier/{cas.dossier.numero}"
        sign_in(client, cas.demandeur.user)
        assert "Ouvrir les demandes" in client.get(f"/dossiers/{cas.dossier.numero}/").text
        # The receiving units are of other départements: the list is of one’s own.
        near = UniteFactory(etablissement=cas.unite.etablissement, nom="SMR voisin")
        assert "SMR voisin" in client.get(f"{base}/choisir/").text
        assert "SMR voisin" not in client.get(f"{base}/choisir/", {"mot": "gériatrie"}).text
        said = {"au_nom_de": cas.demandeur.user.pk}
        chosen = client.post(f"{base}/choisir/", said | {"lieux": f"unite:{near.pk}"})
        assert chosen.headers["Location"] == f"{base}/envoyer/"
        assert "Rien à signaler" in words_of(client.get(f"{base}/envoyer/"))
        key = Demande.objects.get().pk
        sent = client.post(f"{base}/envoyer/", said | {"demandes": key})
        assert sent.headers["Location"] == f"{base}/"
        assert "1 demande envoyée" in (shown := words_of(client.get(f"{base}/")))
        assert "SMR voisin" in shown

    def test_what_blocks_is_said_and_nothing_leaves(self, client, cas):
        cas.select()
        cas.dossier.volets.filter(kind="medical").update(
            validated_at=None, validated_by=None, a_revalider=True
        )
        sign_in(client, cas.demandeur.user)
        url = f"/demandes/dossier/{cas.dossier.numero}/envoyer/"
        assert "volet médical est à revalider" in words_of(client.get(url))
        said = {"au_nom_de": cas.demandeur.user.pk, "demandes": Demande.objects.get().pk}
        refused = client.post(url, said)
        assert refused.status_code == 422
        assert Demande.objects.get().etat == Etat.SELECTIONNEE

    def test_a_refusal_there_is_recalled_with_what_has_changed(self, client, cas):
        later = cas.now - timedelta(days=2)
        cas.now, now = later, cas.now
        cas.act(cas.sent(), Verbe.REFUSER, motif="place")
        cas.dossier.volets.update(updated_at=later - timedelta(days=1))
        cas.dossier.volets.filter(kind="medical").update(updated_at=now)
        cas.select()
        sign_in(client, cas.demandeur.user)
        shown = words_of(client.get(f"/demandes/dossier/{cas.dossier.numero}/envoyer/"))
        assert "2e demande à cette structure" in shown.replace("\xa0", " ")
        assert "pas de place disponible" in shown
        assert re.search(r"Ont changé depuis\s: volet médical\.", shown)

    def test_forged_places_are_refused(self, client, cas):
        sign_in(client, cas.demandeur.user)
        for lieux in ("unite:999999", "coordination:1", "x"):
            said = {"au_nom_de": cas.demandeur.user.pk, "lieux": lieux}
            assert client.post(f"/demandes/dossier/{cas.dossier.numero}/choisir/", said).status_code == 422
        assert not Demande.objects.exists()


class TestOpening:
    """DOS-4: the one GET that writes: the first opening by who receives, with his name."""

    @pytest.mark.parametrize(
        "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Relecture": "oui"}]
    )
    def test_neither_guessed_nor_read_again_by_itself(self, client, cas, headers):
        demande = cas.sent()
        assert open_page(client, cas.receveur, demande, **headers).status_code == 200
        sign_in(client, cas.receveur.user).head(f"/demandes/{demande.pk}/")
        assert Demande.objects.get().etat == Etat.ENVOYEE

    def test_opened_once_by_whoever_comes_first(self, client, cas):
        demande = cas.sent()
        shown = words_of(open_page(client, cas.receveur, demande))
        assert f"par {cas.receveur.user.titre}" in shown
        assert Demande.objects.get().etat == Etat.CONSULTEE
        assert CANARY in shown


class TestEachSide:
    def test_mode_anonyme_names_nobody(self, client, cas):
        """DOS-4."""
        demande = cas.sent()
        cas.act(demande, Verbe.QUESTIONNER, texte=f"Où est {CANARY} ?")
        by = professionnel(RESPONSABLE_ADMISSIONS, cas.unites[0], tableau_receveur="anonyme")
        page = open_page(client, by, demande)
        shown = words_of(page)
        assert "Identité masquée" in shown
        assert (CANARY in page.text, cas.receveur.user.nom in page.text) == (False, False)
        assert "69 ans" in shown or "68 ans" in shown

    def test_the_other_unit_is_not_there(self, client):
        """DOS-4: neither its name, nor its answer, nor by whom or where the patient was admitted."""
        cas = Cas(receiving=2, nom=CANARY)
        mine, theirs = cas.send()
        cas.admit(cas.accept(theirs, by=cas.receveurs[1]), by=cas.receveurs[1])
        page = open_page(client, cas.receveurs[0], mine)
        assert "admis ailleurs" in page.text
        assert cas.unites[1].nom not in page.text
        assert cas.receveurs[1].user.nom not in page.text
        assert sign_in(client, cas.receveurs[0].user).get(f"/demandes/{theirs.pk}/").status_code == 404
        for path in ("", "historique/"):
            assert client.get(f"/dossiers/{cas.dossier.numero}/{path}").status_code == 404
        assert client.get(f"/demandes/dossier/{cas.dossier.numero}/").status_code == 404

    def test_who_reads_a_dossier_elsewhere_is_not_told_to_a_receveur(self, client):
        """DOS-4: «Qui a consulté ce dossier» names who asks, and one’s own colleagues."""
        cas = Cas(receiving=2)
        cas.send()
        for by in (*cas.receveurs, cas.demandeur):
            sign_in(client, by.user).get(f"/dossiers/{cas.dossier.numero}/")
        client = sign_in(client, cas.receveurs[0].user)
        for path in ("", "historique/", "historique/imprimer/"):
            page = client.get(f"/dossiers/{cas.dossier.numero}/{path}")
            assert page.status_code == 200
            assert cas.receveurs[1].user.nom not in page.text
            assert cas.unites[1].nom not in page.text
        assert cas.demandeur.user.nom in client.get(f"/dossiers/{cas.dossier.numero}/historique/").text
        asking = sign_in(client, cas.demandeur.user).get(f"/dossiers/{cas.dossier.numero}/historique/")
        assert cas.receveurs[1].user.nom in asking.text

    def test_closed_it_names_the_patient_for_thirty_days(self, client, cas):
        """DOS-4."""
        demande = cas.sent()
        cas.act(demande, Verbe.QUESTIONNER, texte="Quel traitement ?")
        cas.act(demande, Verbe.REFUSER, motif="place")
        page = open_page(client, cas.receveur, demande)
        assert CANARY in page.text
        assert "Quel traitement" not in page.text
        assert "Ouvrir le dossier" not in page.text
        old = timezone.now() - timedelta(days=30, minutes=1)
        Demande.objects.update(depuis=old)
        assert CANARY not in open_page(client, cas.receveur, demande).text
        assert CANARY in open_page(client, cas.demandeur, demande).text

    def test_an_avis_and_a_rank_stay_with_who_receives(self, client):
        cas = Cas(orientation="grand_age", receveur=RESPONSABLE_ADMISSIONS_GA)
        demande = cas.sent()
        medecin = professionnel(MEDECIN_COORDONNATEUR, cas.unites[0])
        cas.act(demande, Verbe.DONNER_AVIS, by=medecin, cote=Cote.MEDECIN, texte="Plutôt favorable.")
        cas.act(demande, Verbe.PATIENTER)
        received = words_of(open_page(client, cas.receveur, demande))
        asked = words_of(open_page(client, cas.demandeur, demande))
        for told in ("Plutôt favorable.", "Rang sur la liste d’attente 1"):
            assert (told in received, told in asked) == (True, False)
        history = words_of(client.get(f"/dossiers/{cas.dossier.numero}/historique/"))
        assert "a envoyé la demande" in history
        assert "a donné un avis" not in history


class TestVerbs:
    def test_both_sides_by_their_pages(self, client, cas):
        today = timezone.localdate()
        demande = cas.sent()
        assert "Refuser" in words_of(open_page(client, cas.receveur, demande))
        assert post(client, cas.receveur, demande, "questionner", texte="Poids ?").status_code == 302
        assert "Poids ?" in open_page(client, cas.demandeur, demande).text
        assert post(client, cas.demandeur, demande, "repondre", texte="60 kg").status_code == 302
        dates = {"date_proposee": today, "valable_jusqu": today + timedelta(days=2)}
        assert post(client, cas.receveur, demande, "accepter", **dates).status_code == 302
        assert post(client, cas.demandeur, demande, "confirmer").status_code == 302
        assert post(client, cas.receveur, demande, "admettre", date_admission=today).status_code == 302
        assert Demande.objects.get().etat == Etat.ADMIS

    @pytest.mark.parametrize(
        ("verbe", "typed", "status", "sentence"),
        [
            ("refuser", {}, 422, "Choisissez un motif de la liste."),
            ("refuser", {"motif": "zut"}, 422, "Choisissez un motif de la liste."),
            ("refuser", {"motif": "autre"}, 422, "Écrivez ce qu’il faut préciser."),
            ("accepter", {"date_proposee": "2020-01-01", "valable_jusqu": "2020-01-01"}, 422, "est passée"),
            ("accepter", {"date_proposee": "31/02/2027", "valable_jusqu": "x"}, 422, "date"),
            ("transmettre", {"unite": "9999999"}, 422, "Choisissez une unité de la liste."),
            ("etudier", {"version": 1}, 409, "a changé"),
            ("etudier", {"version": "x"}, 422, ""),
        ],
    )
    def test_bad_input_is_a_sentence_where_it_was_typed(self, client, cas, verbe, typed, status, sentence):
        demande = cas.sent()
        answer = post(client, cas.receveur, demande, verbe, **typed)
        assert answer.status_code == status
        assert sentence in words_of(answer)
        assert Demande.objects.get().etat == Etat.ENVOYEE

    def test_a_state_that_has_moved_on(self, client, cas):
        """Two tabs: a page that no longer serves leads back; what it sends is refused with its reason."""
        demande = cas.sent()
        cas.act(demande, Verbe.REFUSER, motif="place")
        client = sign_in(client, cas.receveur.user)
        asked = client.get(f"/demandes/{demande.pk}/etudier/", follow=True)
        assert "La demande est maintenant" in words_of(asked)
        answer = post(client, cas.receveur, demande, "etudier")
        assert answer.status_code == 422
        assert "La demande est maintenant" in words_of(answer)

    @pytest.mark.parametrize("verbe", ["accepter", "clore", "selectionner", "zut"])
    def test_no_verb_of_another_side(self, client, cas, verbe):
        demande = cas.sent()
        assert post(client, cas.demandeur, demande, verbe).status_code in (403, 404)


def test_whoever_knows_no_name_checks_before_sending(client):
    """DOS-4: of a child, whose age is looked at; the page is there, and names nobody."""
    known = {"orientation": "tnd", "date_naissance": "2022-01-05", "nom": CANARY}
    cas = Cas(demandeur=ADRESSEUR_TND, receveur=PCO_SECRETARIAT, **known)
    cas.select()
    sign_in(client, professionnel(ADRESSEUR_TND, cas.unite, tableau_demandeur="anonyme").user)
    answer = client.get(f"/demandes/dossier/{cas.dossier.numero}/envoyer/")
    assert answer.status_code == 200
    assert CANARY not in answer.text
