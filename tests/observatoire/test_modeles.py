"""An order kept under a name, and sent each month while its person may (OBS-3)."""

from datetime import datetime
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
from tests.factories import as_professionnel, day, referent_of
from tests.observatoire.rig import SYSTEM, ordered
from viatraj.core.policies import Denied

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
