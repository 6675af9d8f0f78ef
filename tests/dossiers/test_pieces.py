"""Files joined to a volet: who adds, opens, takes away; once, at most twenty; what is journalled (DOS-3)."""

import hashlib
import uuid
from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone

from dossiers import actions, policies, tasks
from dossiers.actions import pieces
from dossiers.models import Dossier, PieceJointe
from journal.models import Entry
from tests.core.files import samples
from tests.dossiers.factories import LISTER, MEDICAL, READER, DossierFactory, join, lend, volet_of
from tests.factories import DelegationFactory, MedecinFactory, UserFactory, as_delegate, as_medecin
from viatraj.celery import app
from viatraj.core.actor import Actor
from viatraj.core.files import vault
from viatraj.core.files.content import Kind
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
NOW = timezone.now()
NAME = "Bertrand-Temoin Michel.pdf"


@pytest.fixture
def dossier():
    return DossierFactory(auteur=MedecinFactory(nom="Leclercq", prenom="Christine"))


@pytest.fixture
def volet(dossier):
    return volet_of(dossier, "medical")


@pytest.fixture
def by(dossier):
    return as_medecin(dossier.auteur)


@pytest.fixture
def kept(monkeypatch):
    """Names in the storage of what is there at last."""
    found = []
    keep, drop = vault.keep, vault.drop

    def kept(raw):
        made = keep(raw)
        found.append(made.name)
        return made

    monkeypatch.setattr(vault, "keep", kept)
    monkeypatch.setattr(vault, "drop", lambda name: (drop(name), found.remove(name)))
    return found


def add(volet, by, **known):
    known = {"nom": NAME, "kind": Kind.PDF, "raw": samples.pdf(), "cle": uuid.uuid4(), "now": NOW} | known
    return actions.add_piece(volet, by=by, **known)


# --- Who may --------------------------------------------------------------------------------------


@pytest.fixture
def actors(dossier):
    medecin, other = dossier.auteur, MedecinFactory()
    return {
        "médecin": as_medecin(medecin),
        "other médecin": as_medecin(other),
        "confrère acting": as_delegate(DelegationFactory(delegant=medecin)),
        "secretary": as_delegate(lend(medecin)),
        "reader": as_delegate(lend(medecin, droits=READER)),
        "medical assistant": as_delegate(lend(medecin, droits=MEDICAL)),
        "lister": as_delegate(lend(medecin, droits=LISTER)),
        "professional": Actor(user=UserFactory()),
        "nobody": Actor.anonymous("127.0.0.1"),
        "system": Actor.system("test"),
    }


WHOLE = {"médecin", "confrère acting"}
MAY = [
    ("administratif", "open_piece", WHOLE | {"secretary", "reader"}),
    ("administratif", "hide_piece", WHOLE | {"secretary"}),
    ("medical", "open_piece", WHOLE | {"medical assistant"}),
    ("medical", "hide_piece", WHOLE | {"medical assistant"}),
]


@pytest.mark.parametrize(("kind", "verb", "allowed"), MAY)
def test_who_may_on_a_piece_is_who_may_on_its_volet(kind, verb, allowed, actors, dossier):
    """And whoever may take one away may add one."""
    piece = join(volet_of(dossier, kind))
    assert {name for name, one in actors.items() if can(getattr(policies, verb), one, piece)} == allowed
    if verb == "hide_piece":
        adding = {name for name, one in actors.items() if can(policies.add_piece, one, dossier, kind)}
        assert adding == allowed


@pytest.mark.parametrize("known", [{"etat": "analyse"}, {"etat": "refusee", "motif": "Un virus."}])
def test_what_has_no_verdict_or_a_bad_one_is_opened_by_nobody(known, volet, by):
    with pytest.raises(Denied):
        actions.read_piece(join(volet, **known), by=by)


# --- Added --------------------------------------------------------------------------------------


def test_a_piece_is_added(volet, by):
    piece = add(volet, by)
    piece = PieceJointe.objects.get(pk=piece.pk)
    assert (piece.nom, piece.kind, piece.taille) == (NAME, "pdf", len(samples.pdf()))
    assert (piece.etat, piece.added_by, piece.on_behalf_of) == ("acceptee", by.user, None)
    assert actions.read_piece(piece, by=by) == samples.pdf()


def test_in_whose_name_is_kept(volet, dossier):
    by = as_delegate(lend(dossier.auteur, droits=MEDICAL))
    piece = add(volet, by)
    assert (piece.added_by, piece.on_behalf_of) == (by.user, dossier.auteur)


def test_the_journal_says_volet_format_and_size_never_the_name(volet, by):
    """DOS-5, TRC-1: nor does the row's own text, which an error may write."""
    piece = add(volet, by)
    actions.read_piece(piece, by=by)
    actions.hide_piece(piece, now=NOW, by=by)
    entries = list(Entry.objects.about(volet.dossier).order_by("pk"))
    assert [entry.event for entry in entries] == ["piece.added", "piece.read", "piece.hidden"]
    size = f"{round(len(samples.pdf()) / 1024)}\u00a0ko"
    for entry in entries:
        assert entry.data == {"volet": "volet médical", "piece": piece.pk, "format": "PDF", "taille": size}
    assert "a ajouté une pièce jointe au volet médical (PDF, 1\u00a0ko)" in str(entries[0].sentence)
    assert "Temoin" not in str(piece)
    assert "Temoin" not in piece.download_name


def test_the_same_key_twice_is_one_piece(volet, by, kept):
    cle = uuid.uuid4()
    assert add(volet, by, cle=cle) == add(volet, by, cle=cle)
    assert (PieceJointe.objects.count(), Entry.objects.count(), len(kept)) == (1, 1, 1)


@pytest.mark.parametrize("other", [{"raw": samples.png()}, {"volet": "administratif"}])
def test_the_same_key_for_another_file_or_volet_is_refused(other, volet, by, dossier, kept):
    cle = uuid.uuid4()
    add(volet, by, cle=cle)
    elsewhere = volet_of(dossier, other["volet"]) if "volet" in other else volet
    with pytest.raises(ValidationError, match="déjà servi"):
        add(elsewhere, by, cle=cle, raw=other.get("raw", samples.pdf()))
    assert len(kept) == 1


def test_a_dossier_has_twenty_at_most(volet, by, dossier, settings, kept):
    """Of all its volets; what was refused or taken away leaves its place."""
    settings.PIECES_A_DOSSIER = 3
    join(volet_of(dossier))
    join(volet, etat="refusee", motif="Un virus.")
    join(volet, hidden_at=NOW, hidden_by=by.user)
    join(volet_of(DossierFactory(auteur=dossier.auteur)))
    last = add(volet, by)
    add(volet, by)
    before = len(kept)
    with pytest.raises(ValidationError, match="déjà 3 pièces"):
        add(volet, by)
    assert len(kept) == before
    actions.hide_piece(last, now=NOW, by=by)
    add(volet, by)


def test_the_settings_are_those_of_the_requirement(settings):
    assert (settings.PIECE_MAX_BYTES, settings.PIECES_A_DOSSIER) == (10 << 20, 20)


def test_who_may_not_add_keeps_nothing(volet, dossier, kept):
    with pytest.raises(Denied):
        add(volet, as_delegate(lend(dossier.auteur)))
    assert kept == []


def test_a_storage_that_fails_is_told_and_nothing_is_kept(volet, by, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(storages["pieces"]), "save", full)
    with pytest.raises(ValidationError, match="indisponibles"):
        add(volet, by)
    assert (PieceJointe.objects.count(), Entry.objects.count()) == (0, 0)


def test_what_fails_after_the_file_is_written_leaves_none(volet, by, kept, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(pieces, "record", fail)
    with pytest.raises(RuntimeError):
        add(volet, by)
    assert kept == []
    assert PieceJointe.objects.count() == 0


# --- Opened, taken away ---------------------------------------------------------------------------


def test_what_is_damaged_is_not_handed_out(volet, by):
    piece = join(volet)
    storages["pieces"].delete(piece.stored_as)
    with pytest.raises(ValidationError, match="indisponibles"):
        actions.read_piece(piece, by=by)
    assert Entry.objects.count() == 0


def test_what_is_taken_away_stays_and_opens_to_nobody(volet, by):
    piece = join(volet)
    actions.hide_piece(piece, now=NOW, by=by)
    actions.hide_piece(piece, now=NOW, by=by)
    piece.refresh_from_db()
    assert (piece.hidden_at, piece.hidden_by) == (NOW, by.user)
    assert list(PieceJointe.objects.shown()) == []
    assert storages["pieces"].exists(piece.stored_as)
    assert Entry.objects.count() == 1
    with pytest.raises(Denied):
        actions.read_piece(piece, by=by)


@pytest.mark.parametrize("decision", [{"decision": "annule", "motif": "deces"}, {"decision": "archive"}])
def test_nothing_is_joined_to_what_is_over_nor_taken_away(decision, volet, by, kept):
    """What is there still opens."""
    piece = join(volet)
    Dossier.objects.filter(pk=volet.dossier_id).update(**decision, decided_at=NOW, decided_by=by.user)
    volet.refresh_from_db()
    piece.refresh_from_db()
    with pytest.raises(Denied, match="Ce dossier est"):
        add(volet, by)
    with pytest.raises(Denied, match="Ce dossier est"):
        actions.hide_piece(piece, now=NOW, by=by)
    assert kept == [piece.stored_as]
    assert actions.read_piece(piece, by=by) == samples.pdf()


def test_joining_and_taking_away_are_changes_of_the_dossier(volet, by):
    """Its clock begins anew; an opening leaves it."""
    earlier = NOW - timedelta(days=170)
    for act in (lambda: add(volet, by), lambda: actions.hide_piece(join(volet), now=NOW, by=by)):
        Dossier.objects.filter(pk=volet.dossier_id).update(modified_at=earlier)
        act()
        assert Dossier.objects.get(pk=volet.dossier_id).modified_at == NOW
    piece = join(volet)
    Dossier.objects.filter(pk=volet.dossier_id).update(modified_at=earlier)
    actions.read_piece(piece, by=by)
    assert Dossier.objects.get(pk=volet.dossier_id).modified_at == earlier


# --- Destroyed ------------------------------------------------------------------------------------

SYSTEM = Actor.system("purge")
DUE = timedelta(days=30)


def hidden(volet, by, *, at=NOW - DUE - timedelta(seconds=1)) -> PieceJointe:
    piece = join(volet)
    actions.hide_piece(piece, now=at, by=by)
    return piece


def erase() -> int:
    return actions.erase_hidden(now=NOW, by=SYSTEM)


def test_what_was_taken_away_is_destroyed_after_a_month(volet, by):
    """DOS-3: its row stays, with its digest; the journal says so once, without a name."""
    piece, raw = hidden(volet, by), samples.pdf()
    name = piece.stored_as
    assert (erase(), erase()) == (1, 0)
    piece.refresh_from_db()
    assert (piece.erased_at, piece.stored_as, piece.sealed_key) == (NOW, None, None)
    assert (piece.empreinte, piece.taille) == (hashlib.sha256(raw).hexdigest(), len(raw))
    assert not storages["pieces"].exists(name)
    line = Entry.objects.get(event="piece.erased")
    assert (line.system, line.data["volet"]) == ("purge", "volet médical")
    assert piece.nom not in str(line.data)
    with pytest.raises(Denied):
        actions.read_piece(piece, by=by)


def test_what_is_there_or_was_just_taken_away_stays(volet, by):
    """DOS-3, near misses: the last second of the thirty days, a file that nobody took away."""
    fresh, shown = hidden(volet, by, at=NOW - DUE), join(volet)
    assert erase() == 0
    assert all(storages["pieces"].exists(one.stored_as) for one in (fresh, shown))


def test_the_days_are_a_setting(volet, by, settings):
    hidden(volet, by, at=NOW - timedelta(days=2))
    settings.PIECES_HIDDEN_DAYS = 1
    assert erase() == 1


def test_only_the_clock_destroys(volet, by):
    hidden(volet, by)
    with pytest.raises(Denied):
        actions.erase_hidden(now=NOW, by=by)


@pytest.mark.parametrize("error", [OSError, SystemExit], ids=["storage down", "killed"])
def test_what_stops_midway_is_finished_by_the_next_run(volet, by, monkeypatch, error):
    """DOS-3: in between no row names a file that it could open; nothing is told twice."""
    pieces = [hidden(volet, by) for _ in range(3)]
    with monkeypatch.context() as patch:
        patch.setattr(storages["pieces"].__class__, "delete", stopping_at(2, error))
        with suppress(SystemExit):
            erase()
    left = [PieceJointe.objects.get(pk=one.pk) for one in pieces]
    assert all(one.erased_at and one.sealed_key is None for one in left)
    assert any(storages["pieces"].exists(one.stored_as) for one in pieces)
    assert erase() == 0
    assert not any(storages["pieces"].exists(one.stored_as) for one in pieces)
    assert not PieceJointe.objects.left_over().exists()
    assert Entry.objects.filter(event="piece.erased").count() == 3


def stopping_at(time: int, error):
    """The storage's way to delete, which fails the second time."""
    delete, times = storages["pieces"].__class__.delete, count(1)

    def stopping(self, name):
        if next(times) == time:
            raise error
        delete(self, name)

    return stopping


def test_what_waits_for_a_verdict_is_not_asked_once_destroyed(volet, by):
    piece = join(volet, etat="analyse")
    actions.hide_piece(piece, now=NOW - DUE - timedelta(seconds=1), by=by)
    assert PieceJointe.objects.to_analyse().exists()
    erase()
    assert not PieceJointe.objects.to_analyse().exists()


def test_each_night_by_the_beat(volet, by):
    hidden(volet, by)
    assert app.conf.beat_schedule["erase-pieces"]["task"] == tasks.erase_pieces.name
    with time_machine.travel(NOW, tick=False):
        tasks.erase_pieces()
    assert PieceJointe.objects.get().erased_at


# --- What the database holds -----------------------------------------------------------------------

BROKEN = {
    "nom": ({"nom": ""}, "Donnez un nom"),
    "kind": ({"kind": "exe"}, "image JPEG"),
    "taille": ({"taille": 0}, "vide"),
    "empreinte": ({"empreinte": "zz"}, "hexadécimaux"),
    "refused_with_reason": ({"etat": "refusee"}, "motif"),
    "refused_with_reason, the other way": ({"motif": "Un virus."}, "motif"),
    "refused_with_reason, no state": ({"etat": "ailleurs"}, "motif"),
    "hidden_by_somebody": ({"hidden_at": NOW}, "par quelqu’un"),
    "erased_once_hidden": ({"erased_at": NOW, "sealed_key": None}, "après son retrait"),
    "erased_once_hidden, the key alone": ({"sealed_key": None}, "après son retrait"),
    "erased_once_hidden, the bytes alone": ({"stored_as": None}, "après son retrait"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_constraints(name, volet):
    changed, sentence = BROKEN[name]
    piece = join(volet)
    for field, value in changed.items():
        setattr(piece, field, value)
    with pytest.raises(IntegrityError) as broken, transaction.atomic():
        piece.save()
    constraint = f"dossiers_piecejointe_{name.partition(',')[0]}"
    assert constraint in str(broken.value)
    with pytest.raises(ValidationError) as refused:
        piece.validate_constraints()
    assert sentence in str(refused.value)
