"""«Annuler ce changement»: exactly the former state, or a sentence (COM-11, docs/adr/0037)."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from annuaire.models import Lieu
from changements import actions as changements
from changements.models import UNDOABLE_FOR, Changement
from courrier.models import Message
from habilitations import actions, profils
from habilitations.models import DroitPersonnalise, Habilitation
from journal.models import Entry
from tests.changements.tables import dump
from tests.concurrency import at_once
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.actor import Actor
from viatraj.core.periods import add_months
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db


class Scene:
    """A référent, a person with three habilitations, one of them with rights of its own."""

    def __init__(self):
        self.etablissement = EtablissementFactory(nom="CH de Saint-Aubin")
        self.unite = UniteFactory(etablissement=self.etablissement, nom="Médecine A")
        self.by = as_professionnel(referent_of(self.etablissement))
        self.person = UserFactory(nom="Lacombe", prenom="Maëlle")
        today = timezone.localdate()
        self.row = HabilitationFactory(
            user=self.person, lieu=self.unite, profil="equipe_soignante", fin=add_months(today, 24)
        )
        DroitPersonnalise.objects.create(
            habilitation=self.row, domaine="sanitaire", droit="envoi", mode="oui"
        )
        self.other = HabilitationFactory(user=self.person, lieu=self.etablissement, fin=add_months(today, 6))
        self.later = HabilitationFactory(
            user=self.person,
            lieu=self.unite,
            debut=today + timedelta(days=40),
            fin=add_months(today, 12),
        )
        self.rows = [self.row, self.other, self.later]

    def versions(self):
        return {row.pk: Habilitation.objects.get(pk=row.pk).version for row in self.rows}

    def move(self, months):
        today = timezone.localdate()
        fin, version = add_months(today, months), self.versions()[self.row.pk]
        actions.change_end(self.row, fin=fin, version=version, today=today, by=self.by)

    def adjust(self):
        actions.adjust(self.row, droits={}, version=self.versions()[self.row.pk], by=self.by)

    def revoke(self):
        actions.revoke(self.row, now=timezone.now(), by=self.by)

    def prolong_all(self):
        today = timezone.localdate()
        actions.prolong_all(
            self.rows, fin=add_months(today, 36), versions=self.versions(), today=today, by=self.by
        )

    def revoke_all(self):
        actions.revoke_all(self.rows, now=timezone.now(), by=self.by)

    def depart(self):
        today = timezone.localdate()
        lieu = Lieu.of(self.etablissement)
        actions.depart(
            self.person, lieu=lieu, fin=today + timedelta(days=7), today=today, now=timezone.now(), by=self.by
        )

    def grant(self):
        today = timezone.localdate()
        actions.grant(
            users=[self.person],
            profil=profils.GESTIONNAIRE,
            lieux=[Lieu.of(self.etablissement)],
            debut=today,
            fin=add_months(today, 12),
            droits={},
            cle=uuid.uuid4(),
            today=today,
            by=self.by,
        )


VERBS = {
    "prolong": lambda scene: scene.move(36),
    "shorten": lambda scene: scene.move(6),
    "adjust": Scene.adjust,
    "revoke": Scene.revoke,
    "prolong_all": Scene.prolong_all,
    "revoke_all": Scene.revoke_all,
    "depart": Scene.depart,
}
ONE_ROW = ("prolong", "shorten", "adjust", "revoke")


@pytest.fixture
def scene():
    return Scene()


def undo(by, *, now=None, changement=None):
    changement = changement or Changement.objects.latest("pk")
    return changements.undo(changement, now=now or timezone.now(), by=by)


def late(letters):
    letters.update(state="sent", sent_at=timezone.now())


@pytest.mark.parametrize("verb", VERBS)
def test_equal_tables_before_and_after(scene, verb):
    """COM-11: exactly, but for the journal and versions."""
    before = dump()
    VERBS[verb](scene)
    assert dump() != before
    lines = Entry.objects.count()
    undo(scene.by)
    assert dump() == before
    rows = 1 if verb in ONE_ROW else 3
    told = Entry.objects.order_by("id")[lines:]
    assert [one.event for one in told] == ["habilitation.restored"] * rows + ["changement.undone"]
    assert "a annulé son changement du profil" in told[0].sentence


@pytest.mark.parametrize("verb", VERBS)
def test_one_letter_a_person_and_none_when_undone(scene, verb):
    """COM-11, HAB-6: a bulk act too is told once; undone in time, nothing leaves."""
    VERBS[verb](scene)
    letter = Message.objects.get()
    assert letter.to == scene.person.email
    assert letter.next_attempt_at - letter.created_at == timedelta(minutes=2)
    assert "CH de Saint-Aubin" in letter.text
    undo(scene.by)
    assert Message.objects.get().state == Message.State.WITHDRAWN


@pytest.mark.parametrize("verb", VERBS)
def test_who_was_told_is_told_again(scene, verb):
    """COM-11: undone once the letter has left, it is corrected, once a person."""
    VERBS[verb](scene)
    late(Message.objects.all())
    undo(scene.by)
    correction = Message.objects.get(state=Message.State.PENDING)
    assert correction.to == scene.person.email
    assert correction.subject == "Annulé : le changement de vos habilitations"
    assert correction.next_attempt_at <= timezone.now()
    assert f"CH de Saint-Aubin : du {scene.row.debut.day}" in correction.text.replace("1er", "1")


def test_what_was_given_goes_as_if_it_had_not_been(scene):
    """COM-11: on screen; its letter never leaves, and it may be given again."""
    before = dump()
    scene.grant()
    given = Habilitation.objects.latest("pk")
    letter = Message.objects.get()
    assert letter.next_attempt_at - letter.created_at == timedelta(minutes=2)
    undo(scene.by)
    assert dump() == before
    assert Message.objects.get().state == Message.State.WITHDRAWN
    told = [one.event for one in Entry.objects.order_by("-id")[:2]]
    assert told == ["changement.undone", "habilitation.withdrawn"]
    scene.grant()
    assert Habilitation.objects.latest("pk").pk != given.pk


def test_who_was_told_of_a_right_is_told_that_it_is_not_his(scene):
    scene.grant()
    late(Message.objects.all())
    undo(scene.by)
    correction = Message.objects.get(state=Message.State.PENDING)
    assert correction.to == scene.person.email
    assert "Cette habilitation ne vous est plus attribuée" in correction.text


@pytest.mark.parametrize("since", ["adjusted", "asked"])
def test_what_was_given_and_has_served_since_stays(scene, since):
    """Changed by somebody, or its holder asks that it be prolonged."""
    scene.grant()
    given, today = Habilitation.objects.latest("pk"), timezone.localdate()
    if since == "adjusted":
        actions.notify(given, wanted=True, by=scene.by)
    else:
        asked = {"fin": add_months(today, 30), "motif": "", "cle": None}
        by = as_professionnel(scene.person)
        actions.ask_prolongation(given, **asked, today=today, now=timezone.now(), by=by)
    with pytest.raises(ValidationError, match="Autre chose a été fait depuis sur l’habilitation de Maëlle"):
        undo(scene.by, changement=Changement.objects.earliest("pk"))
    assert Habilitation.objects.filter(pk=given.pk).exists()


def test_a_referent_told_of_it_is_told_that_it_is_void(scene):
    """COM-12: the coordination heard that a structure would be without référent."""
    above = referent_of(scene.etablissement.coordination)
    today = timezone.localdate()
    known = {"lieu": Lieu.of(scene.etablissement), "fin": today + timedelta(days=7), "today": today}
    other = as_professionnel(referent_of(scene.etablissement.coordination))
    actions.depart(scene.by.user, **known, now=timezone.now(), by=other, prevenir=True)
    assert set(Message.objects.values_list("to", flat=True)) == {above.email, scene.by.user.email}
    late(Message.objects.all())
    undo(other)
    told = {one.to: one.subject for one in Message.objects.filter(state="pending")}
    assert told.keys() == {above.email, scene.by.user.email}
    assert told[above.email].startswith("Annulé : ")
    assert "habilitations" in told[scene.by.user.email]


def test_the_letter_says_from_which_date_to_which(scene):
    """HAB-6: profile, unit and établissement."""
    scene.move(36)
    text = Message.objects.get().text
    assert "– Équipe soignante, Médecine A, CH de Saint-Aubin : prolongée jusqu’au" in text
    assert "au lieu du" in text


def test_a_bulk_act_writes_one_letter_to_each_person(scene):
    """HAB-6: three lines of one person and one of another are two letters."""
    neighbour = HabilitationFactory(lieu=scene.unite)
    scene.rows.append(neighbour)
    scene.revoke_all()
    assert set(Message.objects.values_list("to", flat=True)) == {scene.person.email, neighbour.user.email}
    assert Message.objects.count() == 2
    assert Message.objects.get(to=scene.person.email).text.count("\n– ") == 3


@pytest.mark.parametrize("verb", VERBS)
def test_after_ten_minutes_it_is_too_late(scene, verb):
    VERBS[verb](scene)
    done = dump()
    at = Changement.objects.get().at
    for now in (at + UNDOABLE_FOR, at + timedelta(days=1)):
        with pytest.raises(ValidationError, match="ce délai est passé"):
            undo(scene.by, now=now)
    assert dump() == done
    assert Message.objects.get().state == Message.State.PENDING
    undo(scene.by, now=at + UNDOABLE_FOR - timedelta(seconds=1))


def test_the_database_too_holds_the_ten_minutes(scene):
    scene.revoke()
    with pytest.raises(IntegrityError, match="in_time"), transaction.atomic():
        Changement.objects.update(undone_at=timezone.now() + timedelta(minutes=11))
    with pytest.raises(IntegrityError, match="of_something"), transaction.atomic():
        Changement.objects.update(rows=[])


def test_not_twice(scene):
    before = dump()
    scene.revoke()
    undo(scene.by)
    lines = Entry.objects.count()
    with pytest.raises(ValidationError, match="déjà annulé"):
        undo(scene.by)
    assert dump() == before
    assert Entry.objects.count() == lines


def test_not_somebody_else_s(scene):
    scene.revoke()
    others = (referent_of(scene.etablissement), scene.person, UserFactory(is_staff=True))
    done = dump()
    for other in others:
        with pytest.raises(Denied, match="qui a fait ce changement"):
            undo(as_professionnel(other))
    with pytest.raises(Denied):
        undo(Actor.system("test"))
    assert dump() == done


def test_not_without_the_right_any_more(scene):
    """The référent's own habilitation ended meanwhile."""
    scene.revoke()
    Habilitation.objects.filter(user=scene.by.user).update(revoked_at=timezone.now())
    with pytest.raises(Denied):
        undo(as_professionnel(scene.by.user))
    assert Changement.objects.get().undone_at is None


@pytest.mark.parametrize("verb", VERBS)
def test_refused_when_something_else_has_happened_since(scene, verb):
    """COM-11: on one of its rows is enough; the others stay as they are too."""
    VERBS[verb](scene)
    actions.notify(scene.row, wanted=True, by=scene.by)
    done = dump()
    with pytest.raises(ValidationError, match="Autre chose a été fait depuis sur l’habilitation de Maëlle"):
        undo(scene.by, changement=Changement.objects.earliest("pk"))
    assert dump() == done
    assert not Message.objects.filter(state=Message.State.WITHDRAWN).exists()


def test_refused_when_its_place_is_taken(scene):
    """The same profile was given again meanwhile: the constraint's own sentence."""
    scene.revoke()
    HabilitationFactory(user=scene.person, lieu=scene.unite, profil="equipe_soignante")
    done = dump()
    with pytest.raises(ValidationError, match="a déjà ce profil à cet endroit"):
        undo(scene.by)
    assert dump() == done


def test_the_last_first_then_the_one_before_is_refused(scene):
    """Undoing is something that has happened: an older change is not undone below a newer one."""
    before = dump()
    scene.move(36)
    first = Changement.objects.get()
    scene.move(6)
    undo(scene.by)
    with pytest.raises(ValidationError, match="Autre chose"):
        undo(scene.by, changement=first)
    assert Habilitation.objects.get(pk=scene.row.pk).fin == add_months(timezone.localdate(), 36)
    assert dump() != before


def test_what_changes_nothing_is_no_change(scene):
    scene.move(24)
    assert not Changement.objects.exists()
    assert not Message.objects.exists()


def test_an_answered_request_is_told_once(scene):
    """HAB-6: the answer says it; no second letter for the same end."""
    today = timezone.localdate()
    demande = actions.ask_prolongation(
        scene.row,
        fin=add_months(today, 30),
        motif="",
        cle=None,
        today=today,
        now=timezone.now(),
        by=as_professionnel(scene.person),
    )
    actions.accept(
        demande,
        profil=scene.row.le_profil,
        lieu=scene.row.lieu,
        fin=add_months(today, 30),
        today=today,
        now=timezone.now(),
        by=scene.by,
    )
    assert [one.subject for one in Message.objects.all()] == ["Votre demande d’habilitation est acceptée"]


def test_purged_after_a_day(scene):
    scene.revoke()
    now, by = timezone.now(), Actor.system("purge")
    assert changements.purge(now=now, by=by) == 0
    assert changements.purge(now=now + timedelta(days=1, minutes=1), by=by) == 1
    with pytest.raises(Denied):
        changements.purge(now=now, by=scene.by)


@pytest.mark.django_db(transaction=True)
def test_raced_with_another_change():
    """COM-11: either the other finds its page stale, or the undoing is refused; never a mixture."""
    for _ in range(5):
        scene = Scene()
        scene.revoke_all()
        changement = Changement.objects.latest("pk")
        done = dump()
        answers = at_once(
            lambda scene=scene, one=changement: undo(scene.by, changement=one),
            lambda scene=scene: actions.notify(scene.other, wanted=True, by=scene.by),
        )
        undone = not isinstance(answers[0], ValidationError)
        Habilitation.objects.filter(pk=scene.other.pk).update(emails=False)
        living = Habilitation.objects.filter(pk__in=[row.pk for row in scene.rows]).living().count()
        assert living == (3 if undone else 0)
        assert undone or dump() == done


@pytest.mark.django_db(transaction=True)
def test_raced_with_a_prolongation():
    for _ in range(5):
        scene = Scene()
        scene.move(36)
        changement, version = Changement.objects.latest("pk"), scene.versions()[scene.row.pk]
        today = timezone.localdate()
        answers = at_once(
            lambda scene=scene, one=changement: undo(scene.by, changement=one),
            lambda scene=scene, version=version, today=today: actions.change_end(
                scene.row, fin=add_months(today, 48), version=version, today=today, by=scene.by
            ),
        )
        refused = [isinstance(one, ValidationError) for one in answers]
        assert sorted(refused) == [False, True], answers
        months = 48 if refused[0] else 24
        assert isinstance(answers[1], Stale) is not refused[0]
        assert Habilitation.objects.get(pk=scene.row.pk).fin == add_months(today, months)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_undo_once():
    scene = Scene()
    before = dump()
    scene.depart()
    changement = Changement.objects.get()
    answers = at_once(*[lambda: undo(scene.by, changement=changement)] * 2)
    (refused,) = [one for one in answers if isinstance(one, ValidationError)]
    assert refused.messages == ["Ce changement est déjà annulé."]
    assert dump() == before
    assert Entry.objects.filter(event="changement.undone").count() == 1
