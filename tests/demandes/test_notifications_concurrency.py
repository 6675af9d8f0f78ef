"""DOS-4: two sides of a notification at once, on PostgreSQL: one comes after the other, and reads it."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from courrier.models import Message
from demandes import actions
from demandes.handicap.statuts import Statut
from demandes.models import Decision, EtapeNotification, Notification
from habilitations.models import Habilitation
from habilitations.profils import MDPH
from tests.concurrency import at_once
from tests.demandes.factories import tell
from tests.demandes.handicap import Cas
from tests.dossiers.factories import professionnel
from viatraj.core.saving import act

pytestmark = pytest.mark.django_db(transaction=True)


def refusals(answers) -> list:
    return [one for one in answers if isinstance(one, ValidationError)]


def test_confirming_against_refusing_an_impossible_admission():
    """Two of the MDPH: one wins, the other is told what it is now; the ESMS gets one letter."""
    cas = Cas()
    row, colleague = cas.impossible(), professionnel(MDPH, cas.coordination)
    Habilitation.objects.update(emails=True)
    tell()
    Message.objects.all().delete()
    answers = at_once(
        lambda: cas.change(row, "46", by=cas.mdph, motif="122"),
        lambda: cas.change(row, "refus", by=colleague),
    )
    (refused,) = refusals(answers)
    assert "n’est plus possible" in str(refused)
    assert Notification.objects.get().statut in (Statut.ENTERINEE, Statut.ENVOYEE)
    assert EtapeNotification.objects.count() == 3
    tell(timezone.now() + timedelta(minutes=10))
    assert Message.objects.filter(to=cas.gestionnaire.user.email).count() == 1


def test_confirming_against_a_change_of_status():
    """The MDPH confirms, from an old page, while the ESMS is reactivated and goes on: none overwrites."""
    cas = Cas()
    row = cas.change(cas.notified(), Statut.ADMISSIBLE)
    shown = row.version
    answers = at_once(
        lambda: cas.change(row, Statut.IMPOSSIBLE, motif="122", version=shown),
        lambda: cas.change(row, Statut.ANNULEE, by=cas.mdph, motif="100", version=shown),
    )
    assert len(refusals(answers)) == 1
    fresh = Notification.objects.get()
    assert fresh.statut in (Statut.IMPOSSIBLE, Statut.ANNULEE)
    assert (fresh.version, EtapeNotification.objects.count()) == (shown + 1, shown + 1)


def test_the_decision_is_cancelled_while_two_esms_answer():
    """All end cancelled, whoever came first, and nobody waits for ever."""
    cas = Cas(notified=2)
    rows = cas.notify()
    at_once(
        lambda: act(actions.cancel_decision, cas.decision, now=cas.now, by=cas.mdph),
        *(
            lambda one=one, by=by: act(cas.change, one, Statut.ESSAI, by=by)
            for one, by in zip(rows, cas.gestionnaires, strict=True)
        ),
    )
    assert set(Notification.objects.values_list("statut", flat=True)) == {Statut.DECISION_ANNULEE}


def test_a_double_click_on_entering_a_decision():
    cas = Cas()
    cle = uuid.uuid4()
    one, other = at_once(*[lambda: cas.decide(numero="A-7", cle=cle)] * 2)
    assert one == other == Decision.objects.get(numero="A-7")


def test_notified_by_two_people_and_opened_by_two():
    cas = Cas()
    colleague = professionnel(MDPH, cas.coordination)
    at_once(cas.notify, lambda: cas.notify(by=colleague))
    row = Notification.objects.get()
    read = lambda: actions.read_notification(row, opens=True, now=cas.now, by=cas.gestionnaire)  # noqa: E731
    at_once(read, read, read)
    assert [one.after for one in row.etapes.order_by("version")] == ["39", "40"]
