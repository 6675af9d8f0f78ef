"""COM-11, HAB-11: lines of a campaign entrusted by hand go back to who had them, for ten minutes."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from changements import actions as changements
from changements.models import Changement
from courrier.models import Message
from habilitations import actions
from habilitations.models import Habilitation
from journal.models import Entry
from tests.changements.tables import dump
from tests.factories import as_professionnel, sign_in
from tests.habilitations.campagnes import decide, follow
from tests.habilitations.test_partage import House
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    """Its first letters are not of this story."""
    house = House()
    Message.objects.all().delete()
    return house


def letters(user):
    return Message.objects.filter(to=user.email).order_by("pk")


def undo(house, *, now=None, by=None, changement=None):
    changement = changement or Changement.objects.latest("pk")
    by = as_professionnel(by or house.coordination)
    return changements.undo(changement, now=now or timezone.now(), by=by)


@pytest.mark.parametrize("to", ["second", "above"])
def test_undone_equal_tables_before_and_after(house, to):
    """Also where the line had gone up to another desk."""
    house.entrust(house.second)
    before = dump()
    house.entrust(house.beside if to == "above" else house.first, house.line(house.habilitation))
    assert dump() != before
    undo(house)
    assert dump() == before
    told = Entry.objects.order_by("id").last()
    assert Entry.objects.filter(event="examen.taken_back").count() == 1
    assert told.event == "changement.undone"
    assert house.lists() == {house.second}


def test_the_letter_waits_and_does_not_leave_when_it_is_undone(house):
    house.entrust(house.above)
    letter = letters(house.above).get()
    assert letter.next_attempt_at - letter.created_at == timedelta(minutes=2)
    undo(house)
    letter.refresh_from_db()
    assert letter.state == Message.State.WITHDRAWN


def test_whom_the_letter_has_reached_is_told_that_it_is_void(house):
    house.entrust(house.above)
    letters(house.above).update(state=Message.State.SENT, sent_at=timezone.now())
    undo(house)
    assert letters(house.above).last().subject.startswith("Annulé")


@pytest.mark.parametrize("since", ["decided", "entrusted", "left", "ended", "closed"])
def test_undone_only_while_nothing_else_has_happened(house, since):
    house.entrust(house.above)
    if since == "decided":
        decide(house.examen, house.above)
    elif since == "entrusted":
        house.entrust(house.beside, house.line(house.habilitation))
    elif since == "left":
        Habilitation.objects.filter(user=house.above).update(revoked_at=timezone.now())
        follow(house.campagne)
    elif since == "ended":
        Habilitation.objects.filter(pk=house.habilitation.pk).update(revoked_at=timezone.now())
        follow(house.campagne)
    else:
        actions.close_campagne(house.campagne, now=timezone.now(), by=as_professionnel(house.coordination))
    before = dump()
    with pytest.raises(ValidationError, match="close" if since == "closed" else "Autre chose a été fait"):
        undo(house, changement=Changement.objects.order_by("pk").first())
    assert dump() == before


def test_not_by_another_nor_too_late_nor_without_the_perimeter(house):
    house.entrust(house.above)
    with pytest.raises(Denied):
        undo(house, by=house.above)
    with pytest.raises(ValidationError, match="délai est passé"):
        undo(house, now=timezone.now() + timedelta(minutes=10, seconds=1))
    Habilitation.objects.filter(user=house.coordination).update(revoked_at=timezone.now())
    with pytest.raises(Denied):
        undo(house)


def test_a_reviewer_whose_page_is_older_is_told_that_the_line_moved(house):
    """Nobody decided: it was only entrusted to him meanwhile."""
    house.entrust(house.first)
    with pytest.raises(ValidationError, match="a changé entre-temps"):
        decide(house.examen, house.first, version=house.examen.version)


def test_the_message_has_its_button(house, client):
    sign_in(client, house.coordination)
    page = f"/administration/campagnes/{house.campagne.pk}/confier/unite:{house.unite.pk}/"
    answer = client.post(page, {"lignes": [house.examen.pk], "relecteur": house.above.pk}, follow=True)
    assert f"/changements/{Changement.objects.get().cle}/annuler/" in answer.text
