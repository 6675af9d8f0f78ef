"""An order kept under a name, and sent each month while its person may (OBS-3)."""

from datetime import datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from courrier.models import Message
from habilitations.models import Habilitation
from observatoire import actions, rapports
from observatoire.calendrier import Periode
from observatoire.models import Commande, ModeleCommande
from observatoire.rapports import Critere
from observatoire.reads import arrets
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    as_professionnel,
    day,
    referent_of,
    sign_in,
)
from tests.observatoire import rig
from tests.observatoire.rig import SYSTEM, ordered
from viatraj.core.periods import add_months
from viatraj.core.policies import Denied
from viatraj.core.typography import short_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("essai", "folder")]


def at(iso: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(iso))


def saved(by, *, jour=None, titre="Chaque mois", today="2026-11-15", **changed) -> ModeleCommande:
    commande = ordered(
        by, now=at(f"{today}T08:00"), commentaire="Comité", criteres={"lignes": ["3"]}, cle=uuid4()
    )
    known = {"titre": titre, "periode": Periode.MOIS, "jour": jour, "today": day(today), "by": by}
    return actions.save_model(commande, **known | changed)


@pytest.fixture
def held(by):
    """He held his right long before these tests' months."""
    Habilitation.objects.filter(user=by.user).update(debut=day("2020-01-01"), fin=day("2032-01-01"))
    return as_professionnel(by.user)


def test_it_keeps_what_was_asked(held):
    modele = saved(held)
    assert (modele.rapport, modele.criteres, modele.commentaire) == ("SAN-99", {"lignes": ["3"]}, "Comité")
    assert modele.prochaine is None
    with pytest.raises(ValidationError, match="déjà ce nom"):
        saved(held, titre="CHAQUE mois")


def test_each_month_its_period_moves_on(held):
    modele = saved(held, jour=31)
    assert modele.prochaine == day("2026-11-30")
    before = Commande.objects.count()
    sent = []
    for now in (
        "2026-11-29T23:59",
        "2026-11-30T05:00",
        "2026-11-30T06:00",
        "2026-12-31T05:00",
        "2027-02-28T05:00",
    ):
        actions.order_due(now=at(now), by=SYSTEM)
        sent.append(Commande.objects.count() - before)
    assert sent == [0, 1, 1, 2, 3]
    periods = Commande.objects.filter(modele=modele).order_by("pk").values_list("debut", "fin")
    assert list(periods) == [
        (day("2026-10-01"), day("2026-10-31")),
        (day("2026-11-01"), day("2026-11-30")),
        (day("2027-01-01"), day("2027-01-31")),
    ]
    modele.refresh_from_db()
    assert modele.prochaine == day("2027-03-31")
    assert Commande.objects.latest("pk").commentaire == "Comité"


@pytest.mark.parametrize("end", ["right", "account", "report"])
def test_it_stops_and_tells_its_person(held, monkeypatch, end):
    """Near miss: the day before, it is sent."""
    modele = saved(held, jour=16)
    actions.order_due(now=at("2026-11-16T05:00"), by=SYSTEM)
    assert Commande.objects.filter(modele=modele).count() == 1
    if end == "right":
        Habilitation.objects.filter(user=held.user).update(fin=day("2026-12-15"))
    elif end == "account":
        User.objects.filter(pk=held.user.pk).update(disabled_at=at("2026-12-01T08:00"))
    else:
        monkeypatch.delitem(rapports.CATALOGUE, "SAN-99")
    for _ in range(2):
        actions.order_due(now=at("2026-12-16T05:00"), by=SYSTEM)
    modele.refresh_from_db()
    assert (modele.prochaine, bool(modele.arret)) == (None, True)
    assert Commande.objects.filter(modele=modele).count() == 1
    (letter,) = Message.objects.filter(key__startswith="commande-mensuelle")
    assert modele.arret in letter.text
    assert modele.arrete_le == day("2026-12-16")


def test_a_criterion_that_is_offered_no_more_stops_it(held, client, monkeypatch):
    """OBS-3: rather than a file that holds nothing and does not say why; the page says it too."""
    modele = saved(held, jour=16)
    other = rig.essai(criteres=(Critere("lignes", "Combien", lambda perimetre: [("5000", "Beaucoup")]),))
    page = f"/observatoire/commander/sanitaire/san-99/?modele={modele.pk}"
    web = sign_in(client, held.user)
    assert "Des critères ne sont pas repris" not in web.get(page).text
    monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", other)
    assert "Des critères ne sont pas repris" in web.get(page).text
    actions.order_due(now=at("2026-11-16T05:00"), by=SYSTEM)
    modele.refresh_from_db()
    assert modele.arret == "Le critère «\u00a0Combien\u00a0» demande une valeur qui n’est plus proposée."
    assert not Commande.objects.filter(modele=modele).exists()


def test_a_report_that_is_no_more_is_said_and_queues_nothing(held, client, monkeypatch):
    modele, before = saved(held), Commande.objects.count()
    monkeypatch.delitem(rapports.CATALOGUE, "SAN-99")
    web = sign_in(client, held.user)
    html = web.get("/observatoire/modeles/").text
    assert "n’existe plus dans le catalogue" in html
    assert f"?modele={modele.pk}" not in html
    page = f"/observatoire/commander/sanitaire/san-99/?modele={modele.pk}"
    assert web.post(page, {"au_nom_de": "", "periode": "mois"}).status_code == 404
    assert Commande.objects.count() == before


class TestStopped:
    """OBS-3: what has stopped is listed for the référents of its person, without his words."""

    PAGE, HOME = "/observatoire/arrets/", "/professionnel/"

    @pytest.fixture
    def modele(self, held):
        now = timezone.now()
        modele = saved(held, jour=16, titre="Bilan secret", today=f"{timezone.localdate(now)}")
        Habilitation.objects.filter(user=held.user).update(revoked_at=now + timedelta(days=1))
        actions.order_due(now=now + timedelta(days=31), by=SYSTEM)
        modele.refresh_from_db()
        return modele

    @pytest.fixture
    def elsewhere(self):
        return referent_of(EtablissementFactory())

    def test_who_sees_it(self, modele, held, hopital, elsewhere):
        today = timezone.localdate()
        above = referent_of(hopital.coordination)
        seen = {
            user: list(arrets.visible_to(as_professionnel(user), today=today))
            for user in (referent_of(hopital), above, elsewhere, held.user)
        }
        assert list(seen.values()) == [[modele], [modele], [], []]
        counted = [arrets.how_many(as_professionnel(user), today=today) for user in seen]
        assert counted == [1, 1, 0, 0]

    def test_whose_right_was_elsewhere_or_before_is_not_his(self, modele, held, hopital):
        """Near misses: the account had left this place before the order began; a year has gone by."""
        colleague = as_professionnel(referent_of(hopital))
        last = add_months(modele.arrete_le, arrets.MONTHS)
        assert arrets.visible_to(colleague, today=last).count() == arrets.how_many(colleague, today=last) == 1
        assert arrets.visible_to(colleague, today=last + timedelta(days=1)).count() == 0
        assert arrets.how_many(colleague, today=last + timedelta(days=1)) == 0
        Habilitation.objects.filter(user=held.user).update(revoked_at=timezone.now() - timedelta(days=1))
        assert arrets.visible_to(colleague, today=timezone.localdate()).count() == 0

    def test_its_page_says_who_what_and_why(self, client, modele, hopital):
        web = sign_in(client, referent_of(hopital))
        html = unescape(web.get(self.PAGE).text)
        for words in (modele.user.nom, "Fichier d’essai", modele.arret, short_day(modele.arrete_le)):
            assert words in html
        for words in ("Bilan secret", "Comité"):
            assert words not in html
        assert "<strong>1</strong> commande mensuelle de statistiques arrêtée" in web.get(self.HOME).text

    def test_for_nobody_else(self, client, modele, hopital, elsewhere):
        assert "Aucune commande mensuelle ne s’est arrêtée" in sign_in(client, elsewhere).get(self.PAGE).text
        plain = HabilitationFactory(lieu=hopital).user
        assert sign_in(client, plain).get(self.PAGE).status_code == 403


def test_it_is_stopped_and_removed_by_its_person_alone(held, hopital):
    modele, colleague = saved(held, jour=16), as_professionnel(referent_of(hopital))
    for act in (actions.unschedule, actions.remove_model):
        with pytest.raises(Denied):
            act(modele, by=colleague)
    actions.unschedule(modele, by=held)
    actions.unschedule(modele, by=held)
    actions.order_due(now=at("2026-12-16T05:00"), by=SYSTEM)
    assert not Commande.objects.filter(modele=modele).exists()
    actions.remove_model(modele, by=held)
    actions.remove_model(modele, by=held)
    assert Commande.objects.count() == 1, "orders stay"
