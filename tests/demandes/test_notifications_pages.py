"""DOS-4: pages of notifications, of the MDPH and of the ESMS; what each shows, and what bad input gets."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from annuaire.natures import Nature
from demandes.handicap.statuts import Statut
from demandes.models import Decision, Notification
from habilitations.profils import ESMS, MDPH, MDPH_CONSULTATION
from tests.demandes.handicap import Cas, esms
from tests.dossiers.factories import professionnel
from tests.factories import UniteFactory, sign_in

pytestmark = pytest.mark.django_db
CANARY = "Zygomatique"  # nobody else is called so


@pytest.fixture
def cas():
    return Cas(nom=CANARY)


def words_of(response) -> str:
    return " ".join(unescape(strip_tags(response.text.replace("<", " <"))).split())


def post(client, by, url, **typed):
    sign_in(client, by.user)
    return client.post(url, {"au_nom_de": by.user.pk} | typed)


def decided(**known) -> dict:
    today = timezone.localdate()
    said = {
        "cle": "",
        "numero": "2026/118",
        "nom": "Lacaze",
        "prenom": "Inès",
        "date_naissance": "18/02/2014",
        "sexe": "F",
        "categorie": "48",
        "debut": today.isoformat(),
        "fin": (today + timedelta(days=60)).isoformat(),
    }
    return said | known


class TestOfTheMdph:
    def test_from_the_landing_page_to_the_notification(self, client, cas):
        """COM-9: the board stands there with its counter; a decision is entered, then ESMS chosen."""
        cas.impossible()
        sign_in(client, cas.mdph.user)
        home = client.get("/professionnel/", follow=True)
        assert "Notifications de la MDPH" in words_of(home)
        assert "Admissions impossibles : 1" in words_of(home)
        assert client.get("/tableaux/").headers["Location"] == "/tableaux/mdph/"
        assert "Enregistrer une décision" in words_of(client.get("/tableaux/mdph/"))
        said = decided(mdph=cas.coordination.pk)
        made = post(client, cas.mdph, "/notifications/decisions/nouvelle/", **said)
        decision = Decision.objects.get(numero="2026/118")
        assert made.headers["Location"] == f"/notifications/decisions/{decision.pk}/notifier/"
        listed = client.get(made.headers["Location"], {"departement": "", "nom": "IME"})
        assert "IME 0" in words_of(listed)
        sent = post(client, cas.mdph, made.headers["Location"], etablissements=cas.esms[0].pk)
        shown = words_of(client.get(sent.headers["Location"]))
        assert "1 notification envoyée" in shown
        assert "Lacaze" in shown
        assert "Notification envoyée" in shown
        assert "Échoit dans 60 jours" in shown

    @pytest.mark.parametrize(
        ("field", "typed", "sentence"),
        [
            ("numero", "n° 12", "vingt caractères"),
            ("date_naissance", "31/02/2014", "n’existe pas"),
            ("fin", "2020-01-01", "passée"),
            ("categorie", "20", "Choisissez l’orientation"),
            ("nom", "", "Indiquez le nom"),
            ("mdph", "999999", "Choisissez la MDPH"),
        ],
    )
    def test_what_is_wrong_is_said_there_and_what_was_typed_stays(self, client, cas, field, typed, sentence):
        known = {"mdph": cas.coordination.pk, field: typed}
        count = Decision.objects.count()
        answer = post(client, cas.mdph, "/notifications/decisions/nouvelle/", **decided(**known))
        assert (answer.status_code, Decision.objects.count()) == (422, count)
        assert sentence in words_of(answer)
        assert "Inès" in answer.text

    def test_a_forged_esms_is_refused(self, client, cas):
        url = f"/notifications/decisions/{cas.decision.pk}/notifier/"
        for forged in (esms("40").pk, UniteFactory().etablissement_id, 999_999_999, "zut"):
            answer = post(client, cas.mdph, url, etablissements=forged)
            assert answer.status_code == 422
            assert "n’accueille pas cette orientation" in words_of(answer)
        assert post(client, cas.mdph, url).status_code == 422
        assert not Notification.objects.exists()

    def test_confirming_what_the_esms_has_said(self, client, cas):
        row = cas.impossible("114")
        sign_in(client, cas.mdph.user)
        shown = client.get(f"/notifications/{row.pk}/")
        assert re.findall(r"\?vers=(\w+)", shown.text) == ["46", "refus", "49"]
        asked = client.get(f"/notifications/{row.pk}/statut/", {"vers": "46"})
        assert "<h1>Entériner l’admission impossible</h1>" in asked.text
        assert re.search(r'<option value="114" selected', asked.text)
        today = timezone.localdate().isoformat()
        said = {"version": row.version, "statut": "46", "motif": "114", "date": today}
        answer = post(client, cas.mdph, f"/notifications/{row.pk}/statut/", **said)
        assert answer.status_code == 302
        assert Notification.objects.get().statut == Statut.ENTERINEE

    def test_the_decision_is_cancelled_and_restored(self, client, cas):
        cas.notified()
        url = f"/notifications/decisions/{cas.decision.pk}/"
        version = Decision.objects.get(pk=cas.decision.pk).version
        answer = post(client, cas.mdph, f"{url}annuler/", version=version, motif="86")
        assert answer.status_code == 422
        assert post(client, cas.mdph, f"{url}annuler/", version=version + 4).status_code == 409
        assert post(client, cas.mdph, f"{url}annuler/", version=version, motif="173").status_code == 302
        assert "Décision annulée" in words_of(client.get(url))
        assert "changement de statut" in words_of(
            client.get(f"/notifications/{Notification.objects.get().pk}/statut/", follow=True)
        )
        assert post(client, cas.mdph, f"{url}retablir/", version=version + 1).status_code == 302
        assert Notification.objects.get().statut == Statut.REACTIVEE

    def test_who_only_reads(self, client, cas):
        row = cas.impossible()
        sign_in(client, professionnel(MDPH_CONSULTATION, cas.coordination).user)
        assert "Enregistrer une décision" not in words_of(client.get("/tableaux/mdph/"))
        assert "Entériner" not in words_of(client.get(f"/notifications/{row.pk}/"))
        assert client.get("/notifications/decisions/nouvelle/").status_code == 403
        assert client.get(f"/notifications/decisions/{cas.decision.pk}/annuler/").status_code == 403


class TestOfTheEsms:
    def test_reading_it_opens_it_once_and_a_glimpse_does_not(self, client, cas):
        row = cas.notified()
        sign_in(client, cas.gestionnaire.user)
        client.head(f"/notifications/{row.pk}/")
        client.get(f"/notifications/{row.pk}/", headers={"Sec-Purpose": "prefetch"})
        assert Notification.objects.get().statut == Statut.ENVOYEE
        shown = words_of(client.get(f"/notifications/{row.pk}/"))
        assert CANARY in shown
        assert "Notification lue" in shown
        client.get(f"/notifications/{row.pk}/")
        assert row.etapes.count() == 2

    def test_the_status_is_changed(self, client, cas):
        row = cas.notified()
        url = f"/notifications/{row.pk}/statut/"
        sign_in(client, cas.gestionnaire.user)
        asked = client.get(url)
        assert 'label="Admission impossible signalée"' in asked.text
        today = timezone.localdate()
        said = {"version": row.version, "statut": "45", "date": today.isoformat()}
        for typed, code, sentence in (
            ({}, 422, "Choisissez un motif"),
            ({"motif": "150"}, 422, "n’est pas de ceux du statut"),
            ({"motif": "zut"}, 422, "n’est pas de ceux du statut"),
            ({"statut": "zut", "motif": "114"}, 422, "Choisissez un statut"),
            ({"statut": "46", "motif": "114"}, 403, "Vous n’avez pas le droit"),
            ({"date": (today + timedelta(days=1)).isoformat(), "motif": "114"}, 422, "à venir"),
            ({"date": "2020-01-01", "motif": "114"}, 422, "précède la notification"),
            ({"version": row.version + 3, "motif": "114"}, 409, "a changé"),
        ):
            answer = post(client, cas.gestionnaire, url, **said | typed)
            assert (answer.status_code, sentence in words_of(answer)) == (code, True), typed
        assert Notification.objects.get().statut == Statut.ENVOYEE
        assert post(client, cas.gestionnaire, url, **said, motif="114").status_code == 302
        assert "Les ressources de l’ESMS ne sont pas suffisantes" in words_of(
            client.get(f"/notifications/{row.pk}/")
        )
        assert post(client, cas.gestionnaire, url, **said, motif="114").status_code == 302  # a click twice
        assert row.etapes.count() == 2
        earlier = (today - timedelta(days=1)).isoformat()
        for old in ({"statut": "43"}, {"motif": "114", "date": earlier}):
            answer = post(client, cas.gestionnaire, url, **said | old)
            assert (answer.status_code, "a changé depuis l’affichage" in words_of(answer)) == (409, True)

    def test_given_to_a_unit(self, client, cas):
        row = cas.notified()
        url = f"/notifications/{row.pk}/unite/"
        sign_in(client, cas.gestionnaire.user)
        assert "Internat" in client.get(url).text
        said = {
            "version": row.version,
            "unite": cas.unite.pk,
            "statut": "183",
            "mode": "46",
            "date": timezone.localdate().isoformat(),
        }
        assert post(client, cas.gestionnaire, url, **said | {"unite": UniteFactory().pk}).status_code == 422
        assert post(client, cas.gestionnaire, url, **said | {"mode": "49"}).status_code == 422
        assert post(client, cas.gestionnaire, url, **said).status_code == 302
        assert post(client, cas.gestionnaire, url, **said).status_code == 302  # a click twice
        assert post(client, cas.gestionnaire, url, **said | {"mode": "47"}).status_code == 409
        assert row.etapes.count() == 2
        shown = words_of(client.get(f"/notifications/{row.pk}/"))
        assert "Admissible dans l’unité" in shown
        assert "Hébergement (accueil jour et nuit)" in shown

    def test_given_to_another_unit_it_begins_anew(self, client, cas):
        """As the action does; where there is no other unit, only what follows is listed."""
        row = cas.place(cas.notified(), "186")
        url = f"/notifications/{row.pk}/unite/"
        sign_in(client, cas.gestionnaire.user)

        def listed() -> list[str]:
            chosen = re.search(r'<select name="statut".*?</select>', client.get(url).text, re.DOTALL)[0]
            return re.findall(r'<option value="(\d+)"', chosen)

        assert listed() == ["187", "188"]
        other = UniteFactory(etablissement=cas.esms[0], nature=Nature.ESMS, nom="Service à domicile")
        assert "184" in listed()
        said = {"version": row.version, "unite": other.pk, "statut": "184", "mode": "46"}
        today = timezone.localdate().isoformat()
        assert post(client, cas.gestionnaire, url, **said, date=today).status_code == 302
        row.refresh_from_db()
        assert (row.unite, row.statut_unite) == (other, "184")

    def test_somebody_else_has_taken_the_person_in(self, client):
        """Told to the other ESMS, which learns neither where, nor to whom else it was notified."""
        cas = Cas(notified=2, nom=CANARY)
        first, second = cas.notify()
        sign_in(client, cas.gestionnaire.user)
        assert "dans un autre établissement" not in words_of(client.get(f"/notifications/{first.pk}/"))
        cas.change(second, Statut.ESSAI, by=cas.gestionnaires[1])
        shown = words_of(client.get(f"/notifications/{first.pk}/"))
        assert "dans un autre établissement" in shown
        assert "IME 1" not in shown
        assert client.get(f"/notifications/{second.pk}/").status_code == 404
        assert client.get(f"/notifications/decisions/{cas.decision.pk}/").status_code == 404

    def test_nothing_of_another_s(self, client, cas):
        """An ESMS that is not notified, the MDPH of its département: neither list, nor detail, nor search."""
        row = cas.notified()
        for by, board in (
            (professionnel(ESMS, esms()), "esms"),
            (professionnel(MDPH, cas.esms[0].coordination), "mdph"),
        ):
            sign_in(client, by.user)
            for vue in ("", "non-lues", "closes"):
                assert CANARY not in client.get(f"/tableaux/{board}/", {"vue": vue}).text
            other = "mdph" if board == "esms" else "esms"
            assert client.get(f"/tableaux/{other}/").status_code == 403
            for path in ("", "statut/", "unite/"):
                assert client.get(f"/notifications/{row.pk}/{path}").status_code == 404
            for path in ("", "notifier/", "annuler/"):
                assert client.get(f"/notifications/decisions/{cas.decision.pk}/{path}").status_code == 404
            found = post(client, by, "/notifications/recherche/", nom=CANARY, prenom="")
            shown = client.get(found.headers["Location"])
            assert "Aucune notification" in words_of(shown)

    def test_a_search_names_nobody_in_its_address(self, client, cas):
        row = cas.notified()
        found = post(client, cas.gestionnaire, "/notifications/recherche/", nom="zygo", prenom="")
        assert "zygo" not in found.headers["Location"].lower()
        assert f"/notifications/{row.pk}/" in client.get(found.headers["Location"]).text
        assert post(client, cas.gestionnaire, "/notifications/recherche/", nom="z").status_code == 422
        gone = client.get("/notifications/recherche/AAAAAAAAAAAAAAAAAAAAAA/")
        assert "n’est plus disponible" in words_of(gone)
