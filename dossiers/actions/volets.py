"""A volet written, validated; the journal gets the names of fields (DOS-5)."""

from datetime import datetime

from django.db import transaction

from dossiers import policies
from dossiers.models import Volet
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import Stale, locked, save_valid


@transaction.atomic
def edit_volet(volet: Volet, *, texte: str, version: int, now: datetime, by: Actor) -> Volet:
    """Stale when somebody wrote another text meanwhile. A volet that was changed must be validated again."""
    volet = locked(volet)
    by = policies.edit_volet(by, volet)
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
    allowed = policies.validate_volet(by, volet)
    volet = edit_volet(volet, texte=texte, version=version, now=now, by=by)
    if volet.validated_at:
        return volet
    volet.validated_at, volet.validated_by = now, by.user
    save_valid(volet)
    record("volet.validated", by=allowed, target=volet.dossier, volet=volet.get_kind_display())
    return volet
