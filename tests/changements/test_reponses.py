"""The answer to a request, undone: it waits again, exactly as before (COM-11)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annuaire.models import Lieu
from changements.models import Changement
from courrier.models import Message
from habilitations import actions
from habilitations.models import DemandeHabilitation, Habilitation
from habilitations.profils import PROFILS
from journal.models import Entry
from tests.changements.tables import dump
from tests.changements.test_annulation import late, undo
from tests.changements.test_views import BUTTON
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.actor import Actor
from viatraj.core.periods import add_months
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db


class Asked:
    """A new habilitation and a prolongation, asked of one référent."""

    def __init__(self):
        self.today, self.now = timezone.localdate(), timezone.now()
        self.etablissement = EtablissementFactory(nom="CH de Saint-Aubin")
        self.unite = UniteFactory(etablissement=self.etablissement, nom="Médecine A")
        self.referent = referent_of(self.etablissement)
        self.by = as_professionnel(self.referent)
        self.person = UserFactory(nom="Lacombe", prenom="Maëlle")
        self.row = HabilitationFactory(
            user=self.person, lieu=self.etablissement, fin=self.today + timedelta(days=20)
        )
        mine = as_professionnel(self.person)
        known = {"fin": add_months(self.today, 12), "motif": "Remplacement", "cle": None}
        known |= {"today": self.today, "now": self.now, "by": mine}
        soignant, here = PROFILS["equipe_soignante"], Lieu.of(self.unite)
        self.new = actions.ask(profil=soignant, lieu=here, **known)
        self.longer = actions.ask_prolongation(self.row, **known)

    def accept(self, demande):
        known = {"profil": demande.le_profil, "lieu": demande.lieu, "fin": demande.fin}
        return actions.accept(demande, today=self.today, now=self.now, by=self.by, **known)

    def refuse(self, demande):
        actions.refuse(demande, reponse="Sans objet", now=self.now, by=self.by)


ANSWERS = {
    "a new one accepted": lambda asked: asked.accept(asked.new),
    "a prolongation accepted": lambda asked: asked.accept(asked.longer),
    "refused": lambda asked: asked.refuse(asked.new),
}


@pytest.fixture
def asked():
    return Asked()


@pytest.mark.parametrize("answer", ANSWERS)
def test_equal_tables_before_and_after_and_no_letter(asked, answer):
    """COM-11: it waits again; its letter, which waited two minutes, never leaves."""
    before = dump()
    ANSWERS[answer](asked)
    letter = Message.objects.get()
    assert letter.next_attempt_at - letter.created_at == timedelta(minutes=2)
    undo(asked.by)
    assert dump() == before
    assert Message.objects.get().state == Message.State.WITHDRAWN
    assert DemandeHabilitation.objects.waiting().count() == 2
    assert Entry.objects.filter(event="demande_habilitation.reopened").get().user == asked.referent
    ANSWERS[answer](asked)  # and may be answered once more
    assert DemandeHabilitation.objects.waiting().count() == 1


@pytest.mark.parametrize("answer", ANSWERS)
def test_who_was_told_is_told_once_that_it_waits_again(asked, answer):
    ANSWERS[answer](asked)
    late(Message.objects.all())
    undo(asked.by)
    correction = Message.objects.get(state=Message.State.PENDING)
    assert correction.to == asked.person.email
    assert correction.subject == "La réponse à votre demande d’habilitation est annulée"
    assert "attend de nouveau" in correction.text


def test_what_was_given_and_has_changed_since_is_kept(asked):
    given = asked.accept(asked.new)
    made = Changement.objects.latest("pk")
    actions.change_end(
        given, fin=add_months(asked.today, 6), version=given.version, today=asked.today, by=asked.by
    )
    with pytest.raises(ValidationError, match="Autre chose a été fait depuis"):
        undo(asked.by, changement=made)
    assert DemandeHabilitation.objects.get(pk=asked.new.pk).state == "accepted"
    assert Habilitation.objects.filter(pk=given.pk).exists()


def test_not_by_another_nor_without_the_right(asked):
    asked.accept(asked.new)
    with pytest.raises(Denied):
        undo(as_professionnel(referent_of(asked.etablissement)))
    Habilitation.objects.of(asked.referent).update(revoked_at=timezone.now())
    with pytest.raises(Denied):
        undo(as_professionnel(asked.referent))
    assert DemandeHabilitation.objects.get(pk=asked.new.pk).state == "accepted"


def test_undone_twice_or_too_late_is_a_sentence(asked):
    asked.accept(asked.new)
    with pytest.raises(ValidationError, match="dix minutes"):
        undo(asked.by, now=timezone.now() + timedelta(minutes=10))
    undo(asked.by)
    with pytest.raises(ValidationError, match="déjà"):
        undo(asked.by)


def test_the_message_has_its_button(client, asked):
    sign_in(client, asked.referent)
    path = f"/administration/demandes/{asked.longer.pk}/"
    done = client.post(path, {"fin": str(asked.longer.fin)}, follow=True)
    (button,) = BUTTON.findall(done.text)
    assert client.post(button, {"retour": path}).url == path
    assert DemandeHabilitation.objects.get(pk=asked.longer.pk).is_waiting


def test_closed_by_itself_there_is_nothing_to_undo(asked):
    HabilitationFactory(user=asked.person, lieu=asked.unite, profil="equipe_soignante", fin=asked.new.fin)
    actions.close_satisfied(today=asked.today, now=asked.now, by=Actor.system("demandes"))
    assert DemandeHabilitation.objects.get(pk=asked.new.pk).state == "accepted"
    assert not Changement.objects.exists()
