"""Who a patient is, corrected; the journal gets the names of fields (DOS-5)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from dossiers import attaches, policies
from dossiers.models import LABELS, Dossier, Volet
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import Stale, locked, save_valid


@transaction.atomic
def edit_identite(
    dossier: Dossier, *, version: int, now: datetime, by: Actor, **identite: Any
) -> list[Volet]:
    """Stale when somebody changed it meanwhile. Returns the validated volets that must be validated again."""
    dossier = locked(dossier)
    by = policies.edit_identite(by, dossier)
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
    again = [_to_validate_again(volet, by=by) for volet in _validated(dossier)]
    attaches.note(dossier, now=now, by=by)
    return again


def _validated(dossier: Dossier) -> list[Volet]:
    volets = dossier.volets.select_for_update(of=("self",), no_key=True).order_by("pk")
    return [volet for volet in volets if volet.validated_at]


def _to_validate_again(volet: Volet, *, by: Actor) -> Volet:
    volet.validated_at = volet.validated_by = volet.validated_for = None
    volet.a_revalider = True
    volet.version += 1
    save_valid(volet)
    record("volet.reopened", by=by, target=volet.dossier, volet=volet.get_kind_display())
    return volet
