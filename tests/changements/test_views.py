"""The button in the message of an act, and the page that says why not (COM-11)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changements.models import Changement
from changements.reads import FIRST
from habilitations.models import Habilitation
from tests.factories import EtablissementFactory, HabilitationFactory, referent_of, sign_in
from viatraj.core.periods import add_months

pytestmark = pytest.mark.django_db
ADMIN = "/administration/"
REVUE = f"{ADMIN}habilitations/revue/"
BUTTON = re.compile(r'action="(/changements/[0-9a-f-]{36}/annuler/)"')


@pytest.fixture
def row():
    return HabilitationFactory(lieu=EtablissementFactory(nom="CH de Saint-Aubin"))


@pytest.fixture
def referent(client, row):
    user = referent_of(row.etablissement)
    sign_in(client, user)
    return user


def button(page) -> str:
    (found,) = BUTTON.findall(page.text)
    return found


def living(row) -> bool:
    return Habilitation.objects.get(pk=row.pk).is_living


def test_one_click_and_back_where_one_was(client, referent, row):
    done = client.post(f"{ADMIN}habilitations/{row.pk}/supprimer/?retour=vue%3Dmois", follow=True)
    assert not living(row)
    assert f'name="retour" value="{REVUE}?vue=mois"' in done.text
    assert not BUTTON.search(client.get(f"{REVUE}?vue=mois").text), "said once"
    back = client.post(button(done), {"retour": f"{REVUE}?vue=mois"})
    assert back.url == f"{REVUE}?vue=mois"
    assert living(row)
    assert "Le changement est annulé\u00a0: tout est comme avant." in client.get(back.url).text


def test_each_act_has_its_button(client, referent, row):
    today = timezone.localdate()
    path, user = f"{ADMIN}habilitations/{row.pk}", f"{ADMIN}comptes/{row.user_id}"
    lot = {"choix": row.pk, "duree": "60", "fin": ""}
    for url, sent in (
        (f"{path}/fin/", {"duree": "12"}),
        (f"{path}/fin/", {"fin": str(today + timedelta(days=3)), "reduire": "on"}),
        (f"{ADMIN}habilitations/lot/prolonger/", lot),
        (f"{user}/depart/", {"choix": row.pk, "fin": str(today + timedelta(days=2))}),
        (f"{ADMIN}habilitations/lot/supprimer/", lot),
    ):
        version = Habilitation.objects.get(pk=row.pk).version
        done = client.post(url, {**sent, "version": version, f"version-{row.pk}": version}, follow=True)
        assert client.post(button(done), {"retour": user + "/"}).url == user + "/", url
    assert Habilitation.objects.get(pk=row.pk).fin == row.fin
    assert living(row)


def test_what_changed_nothing_has_no_button(client, referent, row):
    sent = {"fin": str(row.fin), "version": 1}
    done = client.post(f"{ADMIN}habilitations/{row.pk}/fin/", sent, follow=True)
    assert not BUTTON.search(done.text)


def test_too_late_twice_or_meanwhile_is_a_sentence(client, referent, row):
    """Bad input: the page keeps a way back, and nothing is half done."""
    url = button(client.post(f"{ADMIN}habilitations/{row.pk}/supprimer/", follow=True))
    Changement.objects.update(at=timezone.now() - timedelta(minutes=10))
    late = client.post(url, {"retour": REVUE})
    assert (late.status_code, living(row)) == (422, False)
    assert "ce délai est passé" in late.text
    assert f'href="{REVUE}"' in late.text
    Changement.objects.update(at=timezone.now())
    assert client.post(url).url == "/"
    twice = client.post(url)
    assert twice.status_code == 422
    assert "déjà annulé" in twice.text
    assert living(row)


def test_the_page_tells_what_was_done(client, referent, row):
    fin = add_months(timezone.localdate(), 12)
    sent = {"duree": "12", "version": 1}
    shown = client.get(button(client.post(f"{ADMIN}habilitations/{row.pk}/fin/", sent, follow=True)))
    assert shown.status_code == 200
    told = unescape(shown.text)
    assert (
        f"a prolongé jusqu’au {fin:%d/%m/%Y} le profil Prescripteur médical de {row.user.nom_complet}" in told
    )
    assert living(row)


def test_the_page_offers_what_it_can(client, referent, row):
    url = button(client.post(f"{ADMIN}habilitations/{row.pk}/supprimer/", follow=True))
    assert "Annuler ce changement</button>" in client.get(url).text
    Changement.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert "Annuler ce changement</button>" not in client.get(url).text
    assert "Ce délai est passé" in client.get(url).text
    Changement.objects.update(at=timezone.now(), undone_at=timezone.now())
    assert "Ce changement est déjà annulé" in client.get(url).text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "x", ""])
def test_back_leads_nowhere_else(client, referent, row, elsewhere):
    url = button(client.post(f"{ADMIN}habilitations/{row.pk}/supprimer/", follow=True))
    assert client.post(url, {"retour": elsewhere}).url == "/"


def test_somebody_else_s_is_refused_with_the_reason(client, referent, row):
    url = button(client.post(f"{ADMIN}habilitations/{row.pk}/supprimer/", follow=True))
    sign_in(client, referent_of(row.etablissement))
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code == 403
        assert "Seule la personne qui a fait ce changement" in answer.text
    assert not living(row)
    assert client.post(url.replace(url[13:21], "00000000")).status_code == 404


LATEST = "/changements/"


class TestLatest:
    """«Mes derniers changements»: the button does not live in the message alone."""

    def test_each_has_its_button_until_it_is_undone_or_too_late(self, client, referent, row):
        other = HabilitationFactory(lieu=row.etablissement)
        for one in (row, other):
            client.post(f"{ADMIN}habilitations/{one.pk}/supprimer/", follow=True)
        shown = client.get(LATEST).text
        newest, oldest = BUTTON.findall(shown)
        assert [
            str(one.cle) in path
            for one, path in zip(Changement.objects.order_by("-pk"), (newest, oldest), strict=True)
        ]
        assert f"de {row.user.nom_complet}" in shown  # by his name, not by his login
        back = client.post(newest, {"retour": LATEST}, follow=True)
        assert (back.redirect_chain[-1][0], living(other), living(row)) == (LATEST, True, False)
        assert BUTTON.findall(client.get(LATEST).text) == [oldest]
        Changement.objects.update(at=timezone.now() - timedelta(minutes=10))
        shown = client.get(LATEST).text
        assert "Aucun changement de ces dix dernières minutes" in shown
        assert not BUTTON.search(shown)

    def test_nobody_sees_somebody_else_s(self, client, referent, row):
        client.post(f"{ADMIN}habilitations/{row.pk}/supprimer/")
        sign_in(client, referent_of(row.etablissement))
        assert not BUTTON.search(client.get(LATEST).text)

    def test_a_great_lot_is_told_shortly_and_costs_the_same(self, client, referent, row):
        def cost() -> int:
            client.get(LATEST)
            with CaptureQueriesContext(connection) as seen:
                client.get(LATEST)
            return len(seen)

        client.post(f"{ADMIN}habilitations/{row.pk}/supprimer/")
        few = cost()
        rows = HabilitationFactory.create_batch(12, lieu=row.etablissement)
        client.post(f"{ADMIN}habilitations/lot/supprimer/", {"choix": [one.pk for one in rows]}, follow=True)
        shown = unescape(client.get(LATEST).text)
        assert "En tout, 12 lignes changées." in shown
        assert shown.count("a supprimé le profil") == 2 * FIRST
        assert cost() == few

    def test_the_message_leads_there(self, client, referent, row):
        done = client.post(f"{ADMIN}habilitations/{row.pk}/supprimer/", follow=True)
        assert f'href="{LATEST}"' in done.text
