"""A file joined to a volet, opened, taken away, then destroyed; analysed, where there is an antivirus.

The journal gets volet, format and size, never a name: people call files after patients (DOS-5, TRC-1).
"""

import uuid
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from dossiers import attaches, policies
from dossiers.models import Dossier, PieceJointe, Volet
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.files import antivirus, vault
from viatraj.core.files.content import Kind
from viatraj.core.policies import system
from viatraj.core.saving import by_slices, locked, save_valid
from viatraj.core.typography import file_size

GONE = "Les pièces jointes sont indisponibles pour l’instant. Réessayez dans quelques minutes."
TOO_MANY = "Ce dossier a déjà {} pièces jointes. Retirez-en une avant d’en ajouter."
INFECTED = "L’antivirus y a reconnu un programme malveillant."


@transaction.atomic
def add_piece(
    volet: Volet, *, nom: str, kind: Kind, raw: bytes, now: datetime, by: Actor, cle: uuid.UUID | None = None
) -> PieceJointe:
    """The same `cle` twice is one pièce. The file is written before any row is locked."""
    policies.add_piece(by, volet.dossier, volet.kind)
    kept = _keep(raw)
    try:
        with transaction.atomic():
            return _added(
                volet, kept, nom=nom, kind=kind, taille=len(raw), cle=cle or uuid.uuid4(), now=now, by=by
            )
    except BaseException as error:
        vault.drop(kept.name)
        if isinstance(error, ValidationError) and (done := _already_added(volet, kept, cle, error)):
            return done
        raise


def _added(volet: Volet, kept: vault.Kept, *, now: datetime, by: Actor, **known) -> PieceJointe:
    volet.dossier = locked(volet.dossier)  # two who add the last one meet here
    by = policies.add_piece(by, volet.dossier, volet.kind)
    most, pieces = settings.PIECES_A_DOSSIER, PieceJointe.objects.of(volet.dossier)
    if pieces.counted().exclude(cle=known["cle"]).count() >= most:
        raise ValidationError(TOO_MANY.format(most))
    piece = save_valid(
        PieceJointe(
            volet=volet,
            stored_as=kept.name,
            sealed_key=kept.key,
            empreinte=kept.digest,
            etat=PieceJointe.Etat.ANALYSE if antivirus.is_on() else PieceJointe.Etat.ACCEPTEE,
            added_by=by.user,
            on_behalf_of=by.on_behalf_of,
            **known,
        )
    )
    _modified(volet.dossier, now)
    record("piece.added", by=by, target=volet.dossier, **_told(piece))
    attaches.note(volet.dossier, now=now, by=by)
    return piece


def _modified(dossier: Dossier, now: datetime) -> None:
    """Its clock begins anew: what waits unchanged for too long is archived."""
    dossier.modified_at = now
    save_valid(dossier)


def _already_added(volet, kept, cle, error) -> PieceJointe | None:
    """The pièce made by an earlier click of the same form; None when the file or the volet differs."""
    if "cle" not in getattr(error, "error_dict", {}):
        return None
    return PieceJointe.objects.filter(cle=cle, volet=volet, empreinte=kept.digest).first()


@transaction.atomic
def read_piece(piece: PieceJointe, *, by: Actor) -> bytes:
    """Each opening leaves a line (DOS-5)."""
    by = policies.open_piece(by, piece)
    raw = _fetch(piece)
    record("piece.read", by=by, target=piece.volet.dossier, **_told(piece))
    return raw


@transaction.atomic
def hide_piece(piece: PieceJointe, *, now: datetime, by: Actor) -> None:
    """Nobody opens it any more; the row stays, as the rest of the dossier does, and its file for a while."""
    dossier = locked(piece.volet.dossier)
    piece = locked(piece)
    by = policies.hide_piece(by, piece)
    if piece.hidden_at:
        return
    piece.hidden_at, piece.hidden_by = now, by.user
    save_valid(piece)
    _modified(dossier, now)
    record("piece.hidden", by=by, target=dossier, **_told(piece))


def erase_hidden(*, now: datetime, by: Actor) -> int:
    """The files of what was taken away long enough ago; returns how many.

    First the key, with the line of the journal: what is left is noise that no row opens. Then the bytes,
    again at each run until the storage has let go of them.
    """
    system(by)

    def forget(part):
        for piece in part:
            piece.sealed_key, piece.erased_at = None, now
            save_valid(piece)
            record("piece.erased", by=by, target=piece.volet.dossier, **_told(piece))

    before = now - timedelta(days=settings.PIECES_HIDDEN_DAYS)
    count = by_slices(PieceJointe.objects.to_erase(before).select_related("volet__dossier"), forget)
    by_slices(PieceJointe.objects.left_over(), _destroy)
    return count


def _destroy(part: list[PieceJointe]) -> None:
    for piece in part:
        if vault.drop(piece.stored_as):
            piece.stored_as = None
            save_valid(piece)


@transaction.atomic
def analyse_piece(piece: PieceJointe, *, by: Actor) -> None:
    """What the antivirus says of it; what it refuses is destroyed.

    `antivirus.Unreachable`: nothing has changed, to be asked again.

    Where there is none any more, what waited is taken as all else is. No row is locked while it is asked.
    """
    system(by)
    found = antivirus.scan(_fetch(piece)) if antivirus.is_on() else ""
    piece = locked(piece)
    if piece.etat != PieceJointe.Etat.ANALYSE:
        return
    piece.etat = PieceJointe.Etat.REFUSEE if found else PieceJointe.Etat.ACCEPTEE
    piece.motif = INFECTED if found else ""
    save_valid(piece)
    dossier = piece.volet.dossier
    if not found:
        record("piece.accepted", by=by, target=dossier, **_told(piece))
        return
    record("piece.refused", by=by, target=dossier, signature=found, **_told(piece))
    transaction.on_commit(partial(vault.drop, piece.stored_as))


def _keep(raw: bytes) -> vault.Kept:
    try:
        return vault.keep(raw)
    except vault.Unavailable as error:
        raise ValidationError(GONE) from error


def _fetch(piece: PieceJointe) -> bytes:
    try:
        return vault.fetch(piece.kept)
    except vault.Unavailable as error:
        raise ValidationError(GONE) from error


def _told(piece: PieceJointe) -> dict:
    return {
        "volet": piece.volet.get_kind_display(),
        "piece": piece.pk,
        "format": piece.get_kind_display(),
        "taille": file_size(piece.taille),
    }
