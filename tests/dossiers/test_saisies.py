"""A session that ends while somebody types: his text waits for him, and for nobody else (DOS-3)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from dossiers import actions, timbres
from dossiers.models import Brouillon, Volet
from dossiers.models.brouillons import AN_ACCOUNT, KEPT
from dossiers.reads import saisies
from dossiers.tasks import purge_typed
from journal.models import Entry
from tests.dossiers.factories import MEDICAL, READER, DossierFactory, lend, volet_of
from tests.factories import MedecinFactory, as_medecin, sign_in
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
TYPED = "Fracture du col, opérée le 12."


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def volet(medecin):
    return volet_of(DossierFactory(auteur=medecin), "medical")


def path_of(volet) -> str:
    return f"/dossiers/{volet.dossier.numero}/volets/{volet.kind}/modifier/"


def form_of(client, volet) -> dict:
    """What the page of this volet sends, but for what is typed."""
    shown = client.get(path_of(volet)).text
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown)
    return {name: value for name, value in hidden if name != "csrfmiddlewaretoken"}


def end_session():
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def typing(client, volet, **typed) -> dict:
    return form_of(client, volet) | {"histoire": TYPED} | typed


class TestComingBack:
    def test_it_is_there_after_signing_in_again(self, client, medecin, volet):
        """Without script: a plain form, a redirection to the door, then the same page filled."""
        sent = typing(sign_in(client, medecin), volet, antecedents=["renal", "cancer"], dialyse="oui")
        end_session()
        gone = client.post(path_of(volet), sent)
        assert gone.url == f"/?garde=oui&suite={path_of(volet)}"
        assert "Ce que vous saisissiez est conservé" in client.get(gone.url).text
        shown = sign_in(client, medecin).get(path_of(volet)).text
        assert "Votre saisie est conservée" in shown
        assert f">\n{TYPED}</textarea>" in shown
        for checked in ('value="renal"', 'value="cancer"', 'value="oui"'):
            assert re.search(rf"{checked}[^>]*checked", shown)
        assert volet_of(volet.dossier, "medical").values == {}

    def test_the_dossier_says_that_something_waits(self, client, medecin, volet):
        sent = typing(sign_in(client, medecin), volet)
        end_session()
        client.post(path_of(volet), sent)
        assert "Saisie conservée" in sign_in(client, medecin).get(volet.dossier.get_absolute_url()).text

    def test_saving_erases_it(self, client, medecin, volet):
        sent = typing(sign_in(client, medecin), volet)
        end_session()
        client.post(path_of(volet), sent)
        again = typing(sign_in(client, medecin), volet)
        assert client.post(path_of(volet), again).status_code == 302
        assert Brouillon.objects.get().sealed == b""
        assert "Votre saisie est conservée" not in client.get(path_of(volet)).text

    def test_somebody_wrote_meanwhile_both_texts_are_shown(self, client, medecin, volet):
        """The version that was read then comes back with the text."""
        sent = typing(sign_in(client, medecin), volet)
        end_session()
        client.post(path_of(volet), sent)
        contenu = {"histoire": "Écrit entre-temps."}
        Volet.objects.filter(pk=volet.pk).update(version=2, contenu=contenu, formulaire=1)
        again = typing(sign_in(client, medecin), volet)
        assert again["version"] == "1"
        answer = client.post(path_of(volet), again)
        assert answer.status_code == 409
        assert "Enregistré&nbsp;: Écrit entre-temps." in answer.text
        assert f"Votre saisie&nbsp;: {TYPED}" in answer.text

    def test_one_may_start_from_what_is_recorded(self, client, medecin, volet):
        sent = typing(sign_in(client, medecin), volet)
        end_session()
        client.post(path_of(volet), sent)
        sign_in(client, medecin)
        assert TYPED not in client.get(path_of(volet), {"repartir": "oui"}).text
        assert TYPED in client.get(path_of(volet)).text, "it is still kept"
        client.post(path_of(volet).replace("modifier", "saisie/effacer"))
        assert TYPED not in client.get(path_of(volet)).text
        assert Entry.objects.filter(event="saisie.erased").count() == 1

    def test_signed_in_again_in_another_tab(self, medecin, volet):
        """The token of the page is no more the session's: its text is kept all the same."""
        client = Client(enforce_csrf_checks=True)
        sent = typing(sign_in(client, medecin), volet)
        answer = client.post(path_of(volet), sent | {"csrfmiddlewaretoken": "x" * 64})
        assert (answer.status_code, answer.url) == (302, path_of(volet))
        assert TYPED in client.get(path_of(volet)).text
        refused = client.post(path_of(volet), {"histoire": TYPED, "csrfmiddlewaretoken": "x" * 64})
        assert refused.status_code == 403

    def test_nothing_is_kept_where_the_session_lives(self, client, medecin, volet):
        sent = typing(sign_in(client, medecin), volet, appui="forged")
        assert client.post(path_of(volet), sent).status_code == 422
        assert not Brouillon.objects.exists()


class TestAttacks:
    def sent_without_session(self, client, volet, timbre, **typed):
        sent = {"timbre": timbre, "formulaire": "1", "version": "1", "histoire": TYPED, **typed}
        return client.post(path_of(volet), sent)

    def stamp(self, medecin, volet, **ago):
        return timbres.stamp(medecin.pk, volet.pk, now=timezone.now() - timedelta(**ago))

    def test_a_forged_stamp_keeps_nothing(self, client, medecin, volet):
        real = self.stamp(medecin, volet)
        other = signing.Signer(salt="other").sign_object([medecin.pk, volet.pk, 1, "x"])
        for timbre in ("", "x", real[:-1], real.swapcase(), f"{real}x", other, ":", "é:é"):
            answer = self.sent_without_session(client, volet, timbre)
            assert answer.url == "/?perdu=envoi"
        assert not Brouillon.objects.exists()

    @pytest.mark.parametrize(
        ("ago", "kept"), [({"hours": 7, "minutes": 59}, 1), ({"hours": 8, "minutes": 1}, 0)]
    )
    def test_a_stamp_serves_for_eight_hours(self, client, medecin, volet, ago, kept):
        self.sent_without_session(client, volet, self.stamp(medecin, volet, **ago))
        assert Brouillon.objects.count() == kept

    def test_a_stamp_serves_once(self, client, medecin, volet):
        """Who finds the page on a shared computer replaces nothing, neither before nor after it is saved."""
        timbre = self.stamp(medecin, volet)
        self.sent_without_session(client, volet, timbre)
        self.sent_without_session(client, volet, timbre, histoire="Autre chose.")
        kept_at, typed = saisies.kept(medecin, volet, now=timezone.now())
        assert typed["histoire"] == TYPED
        again = typing(sign_in(client, medecin), volet)
        client.post(path_of(volet), again)
        client.logout()
        self.sent_without_session(client, volet, timbre, histoire="Autre chose.")
        assert saisies.kept(medecin, volet, now=timezone.now()) is None
        assert "Autre chose." not in sign_in(client, medecin).get(path_of(volet)).text
        assert kept_at

    def test_nobody_else_sees_it(self, client, medecin, volet):
        """Even who writes the same volet; even the médecin, of what his assistant was typing."""
        assistant = lend(medecin, droits=MEDICAL)
        self.sent_without_session(client, volet, self.stamp(assistant.delegataire, volet))
        assert TYPED not in sign_in(client, medecin).get(path_of(volet)).text
        acting = sign_in(client, assistant.delegataire, acting=assistant)
        assert TYPED in acting.get(path_of(volet)).text

    def test_not_even_its_author_once_his_right_has_ended(self, client, medecin, volet):
        reader = lend(medecin, droits=READER)
        self.sent_without_session(client, volet, self.stamp(reader.delegataire, volet))
        answer = sign_in(client, reader.delegataire, acting=reader).get(path_of(volet))
        assert answer.status_code == 403
        assert TYPED not in answer.text

    def test_what_is_sealed_for_one_is_not_read_for_another(self, client, medecin, volet):
        """A row whose owner or volet were changed in the database opens for nobody."""
        self.sent_without_session(client, volet, self.stamp(medecin, volet))
        other, elsewhere = MedecinFactory(), volet_of(volet.dossier)
        assert TYPED.encode() not in bytes(Brouillon.objects.get().sealed)
        Brouillon.objects.update(user=other)
        assert saisies.kept(other, volet, now=timezone.now()) is None
        Brouillon.objects.update(user=medecin, volet=elsewhere)
        assert saisies.kept(medecin, elsewhere, now=timezone.now()) is None

    @pytest.mark.parametrize(("length", "kept"), [(150_000, 1), (200_001, 0)])
    def test_not_more_than_200_kb(self, client, medecin, volet, length, kept):
        self.sent_without_session(client, volet, self.stamp(medecin, volet), consignes="a" * length)
        assert Brouillon.objects.count() == kept

    def test_no_file(self, client, medecin, volet):
        piece = SimpleUploadedFile("a.pdf", b"%PDF")
        self.sent_without_session(client, volet, self.stamp(medecin, volet), piece=piece)
        assert not Brouillon.objects.exists()

    def test_not_more_than_so_many_of_one_account(self, client, medecin, volet):
        for _ in range(AN_ACCOUNT + 2):
            self.sent_without_session(client, volet, self.stamp(medecin, volet))
        assert Brouillon.objects.count() == AN_ACCOUNT

    def test_no_other_page_keeps_anything(self, client, medecin, volet):
        sent = {"timbre": self.stamp(medecin, volet), "nom": "Garricou"}
        for path in (
            "/dossiers/creer/",
            f"/dossiers/{volet.dossier.numero}/identite/",
            "/dossiers/recherche/",
        ):
            client.post(path, sent)
        assert not Brouillon.objects.exists()

    def test_the_journal_tells_that_it_was_kept_and_not_what(self, client, medecin, volet):
        self.sent_without_session(client, volet, self.stamp(medecin, volet))
        entry = Entry.objects.get(event="saisie.kept")
        assert TYPED not in str(vars(entry))
        assert not Entry.objects.about(volet.dossier).filter(event="saisie.kept").exists()


class TestEnd:
    def keep(self, medecin, volet, *, now):
        timbre = timbres.stamp(medecin.pk, volet.pk, now=now)
        by = Actor.anonymous("127.0.0.1")
        actions.keep_typed(timbre=timbre, typed={"histoire": [TYPED]}, now=now, by=by)

    def test_after_a_day_it_is_shown_no_more_then_erased(self, medecin, volet):
        now = timezone.now()
        self.keep(medecin, volet, now=now - KEPT - timedelta(seconds=1))
        self.keep(medecin, volet, now=now - KEPT + timedelta(minutes=1))
        assert Brouillon.objects.living(now).count() == 1
        assert actions.purge_typed(now=now, by=Actor.system("purge")) == 1
        assert Brouillon.objects.count() == 1
        assert Entry.objects.get(event="saisies.purged").data == {"ended": 1}

    def test_the_task_purges(self, medecin, volet):
        now = timezone.now()
        self.keep(medecin, volet, now=now)
        with time_machine.travel(now + KEPT + timedelta(minutes=1), tick=False):
            purge_typed()
        assert not Brouillon.objects.exists()

    def test_nobody_purges_by_a_page(self, medecin):
        with pytest.raises(Denied):
            actions.purge_typed(now=timezone.now(), by=as_medecin(medecin))
