"""An import undone: what it gave goes, with the accounts that it opened, unless they have served (COM-11)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

import accounts.actions
from accounts.models import User
from changements import actions as changements
from changements.actions.annulables import by_model
from changements.models import Changement
from courrier.models import Message
from habilitations import actions as verbs
from habilitations.imports import actions, reader
from habilitations.models import DemandeHabilitation, Habilitation, Import
from journal.models import Entry
from tests.changements.tables import dump
from tests.concurrency import at_once
from tests.factories import EtablissementFactory, UserFactory, as_professionnel, referent_of, sign_in
from tests.habilitations.imports import line, xlsx
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
WORKER = Actor.system("imports")
KNOWN = {"nom": "Lebrun", "prenom": "Paul", "email": "paul.lebrun@ch.example"}


class Scene:
    """A file of three lines: a new person with two profiles, and one who has an account."""

    def __init__(self):
        self.hopital = EtablissementFactory(finess="990000017", nom="Centre hospitalier d’Essai")
        self.by = as_professionnel(referent_of(self.hopital))
        self.known = UserFactory(**KNOWN)
        self.now, self.today = timezone.now(), timezone.localdate()

    def deposit(self):
        cells = {"fin": self.today + timedelta(days=300)}
        rows = [cells, {**cells, "profil": "Gestionnaire administratif et social"}, {**cells, **KNOWN}]
        lines = reader.read(xlsx(*(line(**one) for one in rows)))
        upload = actions.deposit(lines=lines, file_name="a.xlsx", cle=uuid4(), now=timezone.now(), by=self.by)
        return self.proceed(upload)

    def proceed(self, upload):
        actions.proceed(upload.pk, today=self.today, now=timezone.now(), by=WORKER)
        upload.refresh_from_db()
        return upload

    def done(self):
        upload = self.deposit()
        self.before = dump()
        actions.confirm(upload, now=timezone.now(), by=self.by)
        upload = self.proceed(upload)
        assert upload.state == Import.State.DONE, upload.report
        return upload

    def undo(self, upload, *, now=None, by=None):
        changement = Changement.objects.get(cle=upload.cle)
        return changements.undo(changement, now=now or timezone.now(), by=by or self.by)

    @property
    def new(self):
        return User.objects.get(email="maelle.lacombe@ch.example")


@pytest.fixture
def scene():
    return Scene()


def rest(tables):
    """All but the import's own row, which tells that it was undone."""
    return {name: rows for name, rows in tables.items() if name != "habilitations_import"}


def test_equal_tables_before_and_after(scene):
    upload = scene.done()
    assert rest(dump()) != rest(scene.before)
    scene.undo(upload)
    assert rest(dump()) == rest(scene.before)
    upload.refresh_from_db()
    assert upload.state == Import.State.UNDONE
    events = list(Entry.objects.order_by("-id").values_list("event", flat=True)[:6])[::-1]
    assert events == [
        "import.undone",
        *["habilitation.withdrawn"] * 3,
        "compte.withdrawn",
        "changement.undone",
    ]


def test_the_corrected_file_opens_the_same_accounts_again(scene):
    scene.undo(scene.done())
    assert scene.done().state == Import.State.DONE
    assert scene.new.login == "mlacombe"


def test_no_letter_leaves_before_two_minutes_nor_when_undone(scene):
    upload = scene.done()
    assert {one.next_attempt_at - one.created_at for one in Message.objects.all()} == {timedelta(minutes=2)}
    scene.undo(upload)
    assert set(Message.objects.values_list("state", flat=True)) == {Message.State.WITHDRAWN}
    assert not Message.objects.exclude(secret_body=None).exists()


def test_who_was_told_is_told_once_again(scene):
    upload = scene.done()
    letters = Message.objects.count()
    for letter in Message.objects.all():
        Message.objects.filter(pk=letter.pk).update(state="sent", sent_at=scene.now, secret_body=None)
    scene.undo(upload)
    told = {one.to: one for one in Message.objects.filter(state="pending")}
    assert Message.objects.count() == letters + 2
    assert told.keys() == {KNOWN["email"], "maelle.lacombe@ch.example"}
    assert "ce compte n’existe plus" in told["maelle.lacombe@ch.example"].text
    assert "ne vous est plus attribuée" in told[KNOWN["email"]].text


def test_refused_once_an_account_has_served(scene):
    upload = scene.done()
    User.objects.filter(pk=scene.new.pk).update(password_changed_at=timezone.now())
    done = dump()
    with pytest.raises(Denied, match="mlacombe a déjà servi"):
        scene.undo(upload)
    assert dump() == done


def test_refused_once_one_of_them_was_changed(scene):
    upload = scene.done()
    verbs.revoke(Habilitation.objects.of(scene.known).get(), now=timezone.now(), by=scene.by)
    done = dump()
    with pytest.raises(ValidationError, match="Autre chose a été fait depuis sur l’habilitation de Paul"):
        scene.undo(upload)
    assert dump() == done


def test_refused_once_somebody_hangs_on_one_of_them(scene):
    """A prolongation asked for, or another habilitation of the account that was opened."""
    upload = scene.done()
    held = Habilitation.objects.of(scene.known).get()
    verbs.ask_prolongation(
        held,
        fin=held.fin + timedelta(days=30),
        motif="",
        cle=None,
        today=scene.today,
        now=timezone.now(),
        by=as_professionnel(scene.known),
    )
    with pytest.raises(ValidationError, match="Autre chose"):
        scene.undo(upload)
    assert Habilitation.objects.filter(pk=held.pk).exists()


def test_refused_once_a_request_was_answered_by_one_of_them(scene):
    """It refers to it by a relation that Django hides."""
    upload = scene.done()
    held = Habilitation.objects.of(scene.known).get()
    DemandeHabilitation.objects.create(
        user=scene.known,
        profil=held.profil,
        niveau=held.niveau,
        fin=held.fin,
        state="accepted",
        accorde=held,
        asked_at=scene.now,
        closed_at=scene.now,
        closed_by=scene.by.user,
        **held.lieu.columns,
    )
    with pytest.raises(ValidationError, match="Autre chose a été fait depuis sur l’habilitation de Paul"):
        scene.undo(upload)


def test_every_reference_is_known():
    """Also those without a name from the other side: nothing is left to the last instant."""
    habilitations, users = by_model()[Habilitation], by_model()[User]
    assert (DemandeHabilitation, "accorde_id") in set(habilitations.referring())
    assert {(Habilitation, "granted_by_id"), (Entry, "user_id")} <= set(users.referring())


def test_refused_late_twice_or_to_somebody_else(scene):
    upload = scene.done()
    with pytest.raises(ValidationError, match="délai"):
        scene.undo(upload, now=timezone.now() + timedelta(minutes=11))
    with pytest.raises(Denied):
        scene.undo(upload, by=as_professionnel(referent_of(scene.hopital)))
    scene.undo(upload)
    with pytest.raises(ValidationError, match="déjà"):
        scene.undo(upload)


def test_a_row_that_was_changed_before_the_import_ended_is_seen(scene):
    """It is made at version 1, whatever it is when the last line is written."""
    upload = scene.done()
    Changement.objects.all().delete()
    Habilitation.objects.of(scene.known).update(version=2)
    actions._keep(upload)
    with pytest.raises(ValidationError, match="Autre chose"):
        scene.undo(upload)


@pytest.mark.parametrize("_", range(3))
@pytest.mark.django_db(transaction=True)
def test_raced_with_a_change_of_an_account_that_goes(_):
    """Either the account stays as it was changed, with the import, or it is gone and cannot be changed."""
    scene = Scene()
    upload, new = scene.done(), scene.new
    known = {"nom": new.nom, "prenom": new.prenom, "profession_label": "Infirmière", "telephone": ""}
    answers = at_once(
        lambda: scene.undo(upload),
        lambda: accounts.actions.correct(new, **known, version=1, now=timezone.now(), by=scene.by),
    )
    refused = [isinstance(one, ValidationError | Denied) for one in answers]
    assert sorted(refused) == [False, True], answers
    assert User.objects.filter(pk=new.pk).exists() is refused[0]


@pytest.mark.parametrize("_", range(3))
@pytest.mark.django_db(transaction=True)
def test_raced_with_somebody_who_refers_to_what_goes(_):
    """A prolongation is asked for at the same instant: one of both is refused, by a sentence."""
    scene = Scene()
    upload = scene.done()
    held = Habilitation.objects.of(scene.known).get()
    fin, asking = held.fin + timedelta(days=30), as_professionnel(scene.known)
    known = {"fin": fin, "motif": "", "cle": None, "today": scene.today, "now": timezone.now()}
    answers = at_once(lambda: scene.undo(upload), lambda: verbs.ask_prolongation(held, **known, by=asking))
    refused = [isinstance(one, ValidationError | Denied) for one in answers]
    assert sorted(refused) == [False, True], answers
    assert Habilitation.objects.filter(pk=held.pk).exists() is refused[0]


def test_its_page_offers_it_for_ten_minutes(client, scene):
    upload = scene.done()
    sign_in(client, scene.by.user)
    url = f"/administration/imports/{upload.pk}/"
    assert "Annuler cet import" in client.get(url).text
    done = client.post(f"/changements/{upload.cle}/annuler/", {"retour": url}, follow=True)
    assert "Cet import est annulé" in done.text
    assert "Annuler cet import" not in done.text
    assert client.get(f"{url}compte-rendu/").status_code == 200
