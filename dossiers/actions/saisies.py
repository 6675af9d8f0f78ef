"""What was being typed when a session ended: kept once, sealed, for that account and that volet (DOS-3)."""

import json
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from dossiers import policies, timbres
from dossiers.models import Brouillon, Volet
from dossiers.models.brouillons import AN_ACCOUNT, LONGEST
from dossiers.reads.saisies import purpose
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.policies import system
from viatraj.core.saving import by_slices, locked, save_valid
from viatraj.core.sealing import digest, digests, seal


@transaction.atomic
def keep_typed(*, timbre: str, typed: dict[str, list[str]], now: datetime, by: Actor) -> Volet | None:
    """The volet it is of, once its text is kept; None when the stamp, or what is sent, is not taken."""
    told = timbres.read(timbre, now=now)
    plain = json.dumps(typed).encode()
    volet = Volet.objects.filter(pk=told.volet_id).select_related("dossier").first() if told else None
    if told is None or volet is None or len(plain) > LONGEST:
        return None
    if Brouillon.objects.filter(empreinte__in=digests("dossiers.timbre", timbre)).exists():
        return volet  # sent twice: the first one stands
    if Brouillon.objects.living(now).filter(user=told.user_id).count() >= AN_ACCOUNT:
        return None
    kept = Brouillon(
        user_id=told.user_id,
        volet=volet,
        empreinte=digest("dossiers.timbre", timbre),
        sealed=seal(purpose(told.user_id, volet.pk), plain),
        kept_at=now,
    )
    try:
        save_valid(kept)
    except ValidationError:
        return volet  # the same one, sent twice at once
    record("saisie.kept", by=by, target=volet)
    return volet


@transaction.atomic
def forget_typed(volet: Volet, *, by: Actor) -> None:
    """By who does not want it any more."""
    volet = locked(volet)
    by = policies.edit_volet(by, volet)
    if erase(volet, by=by):
        record("saisie.erased", by=by, target=volet)


def erase(volet: Volet, *, by: Actor) -> int:
    """What this person was typing in it: the stamp is remembered, so that it serves no more."""
    mine = Brouillon.objects.filter(user=by.user, volet=volet).exclude(sealed=b"")
    return mine.update(sealed=b"")


def purge_typed(*, now: datetime, by: Actor) -> int:
    """After a day, whether or not somebody came back for it."""
    system(by)

    def purge(part):
        Brouillon.objects.filter(pk__in=[one.pk for one in part]).delete()
        record("saisies.purged", by=by, ended=len(part))

    return by_slices(Brouillon.objects.over(now), purge, size=500)
