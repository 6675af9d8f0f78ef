"""DOS-4: what falls due is done once, late rather than never, and not to whom has answered meanwhile."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError

import dossiers.actions
from demandes import actions, policies, tasks
from demandes.etats import Etat, Verbe
from demandes.models import Demande, Reglage, Transition
from habilitations.profils import (
    ADRESSEUR_TND,
    REFERENT_COORDINATION,
    REFERENT_STRUCTURE,
    RESPONSABLE_ADMISSIONS_GA,
)
from journal.models import Entry
from tests.concurrency import at_once
from tests.demandes.factories import Cas, D
from tests.dossiers.factories import professionnel
from tests.factories import CoordinationFactory
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("echeances")
# A Thursday; Friday 1 May is a holiday, so that working days are Thursday, Monday, Tuesday…
SENT = datetime(2026, 4, 30, 10, tzinfo=UTC)


def cas_of(orientation="sanitaire", sent=SENT, **known) -> Cas:
    cas = Cas(orientation=orientation, **known)
    cas.now = sent
    return cas


def run(at) -> list[str]:
    """What the service has done by then, whatever ran before."""
    with time_machine.travel(at, tick=False):
        tasks.follow_deadlines()
    return list(
        Transition.objects.filter(cote="systeme").order_by("version", "at").values_list("verbe", flat=True)
    )


def hours(count) -> datetime:
    return SENT + timedelta(hours=count)


class TestReminders:
    def test_each_once_then_higher_up(self):
        cas_of().sent()
        assert run(hours(23.9)) == []
        assert run(hours(24)) == run(hours(47)) == ["rappeler"]
        assert run(hours(48)) == run(hours(500)) == ["rappeler", "escalader"]

    def test_asleep_for_three_days(self):
        """Each once, late."""
        cas_of().sent()
        assert run(hours(96)) == run(hours(97)) == ["rappeler", "escalader"]

    def test_none_for_what_was_answered_meanwhile(self):
        cas = cas_of()
        cas.act(cas.sent(), Verbe.QUESTIONNER, texte="Quel traitement ?", now=hours(23))
        assert run(hours(40)) == []
        assert run(hours(47)) == ["rappeler"]  # of who asks, who owes a precision since

    def test_to_study_is_no_answer(self):
        cas = cas_of()
        cas.act(cas.sent(), Verbe.ETUDIER, now=hours(20))
        assert run(hours(24)) == ["rappeler"]

    def test_who_has_just_got_it_has_the_whole_delay(self):
        cas = cas_of()
        asked = cas.act(cas.sent(), Verbe.QUESTIONNER, texte="?", now=hours(1))
        cas.act(asked, Verbe.REPONDRE, cote=D, texte="Non.", now=hours(20))
        assert run(hours(43)) == []
        assert run(hours(44)) == ["rappeler"]

    @pytest.mark.parametrize(
        ("orientation", "people", "last"),
        [
            # Since the 1st and the 8th are holidays: 4, 5, 6, 7, 11, 12, 13 May; then 15, 18 and 19, as
            # the 14th is one too.
            ("grand_age", {"receveur": RESPONSABLE_ADMISSIONS_GA}, datetime(2026, 5, 13, 22, tzinfo=UTC)),
            (
                "tnd",
                {"demandeur": ADRESSEUR_TND, "date_naissance": date(2021, 1, 5)},
                datetime(2026, 5, 19, 22, tzinfo=UTC),
            ),
        ],
    )
    def test_working_days_elsewhere(self, orientation, people, last):
        """Seven of them, or ten."""
        cas_of(orientation, **people).sent()
        assert run(last - timedelta(seconds=1)) == []
        assert run(last) == ["rappeler"]

    def test_nobody_is_reminded_while_the_person_waits(self):
        """DOS-3: suspended; resumed, what is due is told."""
        cas = cas_of("grand_age", receveur=RESPONSABLE_ADMISSIONS_GA)
        cas.sent()
        dossiers.actions.suspend(cas.dossier, now=hours(1), by=cas.demandeur)
        assert run(hours(24 * 30)) == []
        dossiers.actions.resume(cas.dossier, now=hours(24 * 30), by=cas.demandeur)
        assert run(hours(24 * 30 + 1)) == ["rappeler", "escalader"]


class TestOthers:
    def test_a_proposal_lapses_at_the_midnight_of_where_it_is_received(self):
        cas = cas_of()
        cas.accept(cas.sent())
        midnight = datetime(2026, 5, 3, 22, tzinfo=UTC)  # valid until 3 May included
        assert run(midnight - timedelta(seconds=1)) == []
        assert run(midnight) == ["echoir"]
        assert Demande.objects.get().etat == Etat.ETUDE

    def test_confirmed_both_are_reminded_once_the_day_is_over(self):
        cas = cas_of()
        cas.act(cas.accept(cas.sent()), Verbe.CONFIRMER, cote=D)
        assert run(datetime(2026, 4, 30, 22, tzinfo=UTC)) == run(hours(900)) == ["rappeler"]

    def test_a_death_nobody_has_denied(self):
        cas = cas_of()
        cas.act(cas.accept(cas.sent()), Verbe.CONFIRMER, cote=D)
        cas.act(Demande.objects.get(), Verbe.SIGNALER_DECES, now=hours(24 * 7))
        assert run(hours(24 * 37 - 1)) == ["rappeler"]
        assert run(hours(24 * 37)) == ["rappeler", "confirmer-deces"]
        assert Demande.objects.get().echeance_at is None

    def test_who_does_not_know_has_answered(self):
        cas = cas_of()
        told = cas.act(cas.sent(), Verbe.SIGNALER_DECES, now=hours(24 * 7))
        cas.act(told, Verbe.IGNORER_DECES, cote=D, now=hours(24 * 8))
        assert "confirmer-deces" not in run(hours(24 * 100))

    def test_closed_nothing_falls_due(self):
        cas = cas_of()
        cas.act(cas.sent(), Verbe.REFUSER, motif="place")
        assert run(hours(900)) == []
        with pytest.raises(DatabaseError, match="demandes_demande_echeance"):
            Demande.objects.update(echeance_at=SENT)


class TestDelays:
    def test_of_a_coordination(self):
        """Longer or shorter, also for what waits already."""
        cas = cas_of()
        demande = cas.sent()
        rappel, known = ("sanitaire", "rappel"), {"now": SENT, "by": SYSTEM}
        actions.set_delays(demande.coordination, nombres={rappel: 48}, **known)
        assert run(hours(47)) == []
        actions.set_delays(demande.coordination, nombres={rappel: 12}, **known)
        assert run(hours(47)) == ["rappeler", "escalader"]
        assert Reglage.objects.get().nombre == 12

    def test_escalation_apart(self):
        """Told of higher up when the coordination says so; as the country does, once it says nothing."""
        cas = cas_of()
        demande = cas.sent()
        escalade, known = ("sanitaire", "escalade"), {"now": SENT, "by": SYSTEM}
        actions.set_delays(demande.coordination, nombres={escalade: 100}, **known)
        assert run(hours(99)) == ["rappeler"]
        actions.set_delays(demande.coordination, nombres={escalade: None}, **known)
        assert run(hours(99)) == ["rappeler", "escalader"]

    @pytest.mark.parametrize(
        "nombres",
        [
            {("sanitaire", "rappel"): 0},
            {("sanitaire", "rappel"): 401},
            {("sanitaire", "deces"): 7},
            {("tnd", "sans_solution"): 7},
            {("sanitaire", "escalade"): 24},
            {("sanitaire", "rappel"): 30, ("sanitaire", "escalade"): 30},
        ],
    )
    def test_absurd_ones(self, nombres):
        coordination = Cas().unites[0].etablissement.coordination
        with pytest.raises(ValidationError):
            actions.set_delays(coordination, nombres=nombres, now=SENT, by=SYSTEM)
        assert not Reglage.objects.exists()

    def test_whose_they_are(self):
        """Réglés by who answers for the coordination; near misses: another one, one of its structures."""
        cas = cas_of()
        coordination = cas.unites[0].etablissement.coordination
        nombres = {("sanitaire", "rappel"): 36}
        for actor, may in (
            (professionnel(REFERENT_COORDINATION, coordination), True),
            (professionnel(REFERENT_COORDINATION, CoordinationFactory()), False),
            (professionnel(REFERENT_STRUCTURE, cas.unites[0].etablissement), False),
            (cas.receveur, False),
        ):
            known = {"nombres": nombres, "now": SENT, "by": actor}
            assert can(policies.set_delays, actor, coordination) is may
            if may:
                assert len(actions.set_delays(coordination, **known)) == 1
                assert actions.set_delays(coordination, **known) == []  # twice is once
            else:
                with pytest.raises(Denied):
                    actions.set_delays(coordination, **known)
        (entry,) = Entry.objects.filter(event="demande.delay_set")
        assert "36\u00a0h" in entry.data["delais"]

    def test_is_the_service_s(self):
        cas = cas_of()
        demande = cas.sent()
        with pytest.raises(Denied):
            actions.fall_due(demande, now=hours(30), by=cas.receveur)
        with pytest.raises(Denied):
            actions.follow_delays(now=SENT, by=cas.receveur)


@pytest.mark.django_db(transaction=True)
def test_two_beats_and_an_answer_at_once():
    """DOS-4: one reminder at most, and none once it is answered."""
    cas = cas_of()
    demande = cas.sent()
    due = lambda: actions.fall_due(demande, now=hours(30), by=SYSTEM)  # noqa: E731
    at_once(due, due, lambda: cas.act(demande, Verbe.REFUSER, motif="place", now=hours(30)))
    steps = list(demande.transitions.order_by("version").values_list("verbe", flat=True))
    assert steps[-1] == "refuser"
    assert steps.count("rappeler") <= 1
    assert "escalader" not in steps
