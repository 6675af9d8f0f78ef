"""What can be done with dossiers; the journal gets numbers and names of fields, never a value (DOS-5)."""

import uuid
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from dossiers import policies
from dossiers.models import LABELS, Dossier, DossierQuerySet, Volet, draw_numero
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import Stale, locked, save_valid


@transaction.atomic
def create(*, orientation: str, by: Actor, cle: uuid.UUID | None = None, **identite: Any) -> Dossier:
    """In the space of the médecin one acts for; the same `cle` twice is one dossier.

    `identite` are fields of `dossiers.models.Identite`.
    """
    policies.create(by, orientation)
    asked = Dossier(orientation=orientation, auteur=by.principal, cle=cle or uuid.uuid4(), **identite)
    try:
        dossier = _save_numbered(asked)
    except ValidationError as error:
        if done := _already_created(asked, error):
            return done
        raise
    for kind in Volet.Kind:
        save_valid(Volet(dossier=dossier, kind=kind))
    record("dossier.created", by=by, target=dossier, orientation=orientation)
    return dossier


def _save_numbered(dossier: Dossier) -> Dossier:
    """Save with a number; another is drawn when it is taken, even by somebody else at the same time."""
    while True:
        try:
            return save_valid(dossier)
        except ValidationError as error:
            if set(error.message_dict) != {"numero"}:
                raise
            dossier.numero = draw_numero()


def _already_created(asked: Dossier, error: ValidationError) -> Dossier | None:
    """The dossier made by an earlier click of the same form; None when the patient differs."""
    if "cle" not in error.message_dict:
        return None
    asked_for = ("auteur_id", "orientation", "cle", *LABELS)
    return Dossier.objects.filter(**{name: getattr(asked, name) for name in asked_for}).first()


@transaction.atomic
def edit_identite(dossier: Dossier, *, version: int, by: Actor, **identite: Any) -> list[Volet]:
    """Stale when somebody changed it meanwhile. Returns the validated volets that must be validated again."""
    dossier = locked(dossier)
    policies.edit_identite(by, dossier)
    changed = [name for name, value in identite.items() if getattr(dossier, name) != value]
    if not changed:
        return []
    if dossier.version != version:
        raise Stale(dossier)
    for name in changed:
        setattr(dossier, name, identite[name])
    dossier.version += 1
    save_valid(dossier)
    record(
        "identite.updated",
        by=by,
        target=dossier,
        champs=[LABELS[name] for name in changed],
        statut=dossier.get_statut_display(),
        piece=dossier.get_piece_display(),
    )
    return [_to_validate_again(volet, by=by) for volet in _validated(dossier)]


def _validated(dossier: Dossier) -> list[Volet]:
    volets = dossier.volets.select_for_update(of=("self",), no_key=True).order_by("pk")
    return [volet for volet in volets if volet.validated_at]


def _to_validate_again(volet: Volet, *, by: Actor) -> Volet:
    volet.validated_at = volet.validated_by = None
    volet.version += 1
    save_valid(volet)
    record("volet.reopened", by=by, target=volet.dossier, volet=volet.get_kind_display())
    return volet


@transaction.atomic
def read(dossier: Dossier, *, by: Actor) -> None:
    """Every display of a nominative dossier leaves a line (DOS-5)."""
    policies.read(by, dossier)
    record("dossier.read", by=by, target=dossier)


@transaction.atomic
def edit_volet(volet: Volet, *, texte: str, version: int, now: datetime, by: Actor) -> Volet:
    """Stale when somebody wrote another text meanwhile. A volet that was changed must be validated again."""
    volet = locked(volet)
    policies.edit_volet(by, volet)
    if volet.texte == texte:
        return volet
    if volet.version != version:
        raise Stale(volet)
    volet.texte = texte
    volet.version += 1
    volet.updated_at = now
    volet.validated_at = volet.validated_by = None
    save_valid(volet)
    record("volet.updated", by=by, target=volet.dossier, volet=volet.get_kind_display(), champs=["texte"])
    return volet


@transaction.atomic
def validate_volet(volet: Volet, *, texte: str, version: int, now: datetime, by: Actor) -> Volet:
    """Save the text sent and validate it together: one validates what one has read (DOS-3)."""
    volet = locked(volet)
    policies.validate_volet(by, volet)
    volet = edit_volet(volet, texte=texte, version=version, now=now, by=by)
    if volet.validated_at:
        return volet
    volet.validated_at, volet.validated_by = now, by.user
    save_valid(volet)
    record("volet.validated", by=by, target=volet.dossier, volet=volet.get_kind_display())
    return volet


@transaction.atomic
def search(*, nom: str, prenom: str, by: Actor) -> DossierQuerySet:
    """Patients of the space, in all orientations. The journal notes the search, not the name (TRC-1)."""
    policies.index(by)
    record("patient.searched", by=by)
    return Dossier.objects.visible_to(by).named(nom, prenom).by_patient()
