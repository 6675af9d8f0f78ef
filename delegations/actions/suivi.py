"""What the médecin does with a délégation that stands, and what its last days ask for."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from delegations import emails, policies, rights
from delegations.actions.parts import change, check_droits, check_period, invite_key, lend, words
from delegations.models import Delegation
from journal.models import record
from viatraj.core.saving import by_slices, locked, save_valid
from viatraj.core.typography import short_day

TOLD_BEFORE = timedelta(days=7)  # for délégations of two weeks or more; the day before, for shorter ones

IDENTITY = {"nom": "nom corrigé", "prenom": "prénom corrigé", "email": "adresse e-mail corrigée"}


@transaction.atomic
def modify(delegation, *, debut, fin, version, today, now, by):
    """DEL-4: the period; at once, and the delegate is told. Returns what has changed, in words."""
    delegation = locked(delegation, version=version)
    policies.modify(by, delegation)
    if told := _change_period(delegation, debut, fin, today=today):
        _save(delegation, told, now=now, by=by)
    return told


@transaction.atomic
def modify_assistant(delegation, *, debut, fin, droits, version, today, now, by, identity=None):  # noqa: PLR0913, the form's fields
    """DEL-4: period and rights; `identity` (nom, prénom, e-mail) while nobody has shown a card for it.

    Returns what has changed, in words.
    """
    delegation = locked(delegation, version=version)
    policies.modify(by, delegation)
    check_droits(droits)
    before = rights.lent(delegation)
    told = _correct(delegation, identity) if identity else []
    told += _change_period(delegation, debut, fin, today=today)
    told += rights.changes(before, droits)
    if told:
        lend(delegation, droits)
        _save(delegation, told, now=now, by=by)
    return told


def _correct(delegation, identity) -> list[str]:
    """Correct the name and address of an invitation; nothing once somebody has answered it."""
    if delegation.delegataire_id is not None:
        return []
    told = [label for name, label in IDENTITY.items() if getattr(delegation, name) != identity[name]]
    for name in IDENTITY:
        setattr(delegation, name, identity[name])
    delegation.delegataire_key = invite_key(delegation.nom, delegation.prenom, delegation.email)
    return told


def _change_period(delegation, debut, fin, *, today) -> list[str]:
    if (debut, fin) == (delegation.debut, delegation.fin):
        return []
    check_period(debut, fin, today=today, kind=delegation.kind, former_debut=delegation.debut)
    former = f"du {short_day(delegation.debut)} au {short_day(delegation.fin)}"
    delegation.debut, delegation.fin = debut, fin
    return [f"période du {short_day(debut)} au {short_day(fin)} (auparavant {former})"]


def _save(delegation, told, *, now, by):
    """Save; if not yet accepted, send it again, since the former mail has the former dates and rights."""
    if delegation.is_waiting:
        delegation.invited_at = now
    change(delegation)
    changed = "\u202f; ".join(told)
    record("delegation.modified", by=by, target=delegation, changements=changed, **words(delegation))
    emails.granted(delegation) if delegation.is_waiting else emails.modified(delegation, told)


@transaction.atomic
def revoke(delegation, *, now, by):
    """DEL-4: the delegate is out at his next click; deleting twice is deleting once."""
    delegation = locked(delegation)
    policies.manage(by, delegation)
    if not delegation.is_living:
        return
    delegation.revoked_at = now
    change(delegation)
    record("delegation.revoked", by=by, target=delegation, **words(delegation))
    emails.revoked(delegation)


@transaction.atomic
def export_activity(*, count, by):
    """An export leaves a line in the journal (TRC-1)."""
    policies.own_delegations(by)
    record("activite.exported", by=by, target=by.user, lignes=count)


def tell_endings(*, today, by) -> int:
    """Tell both people once that a délégation soon ends; again if its end changes. Returns how many."""
    policies.system(by)
    short = Q(fin__lt=F("debut") + 2 * TOLD_BEFORE, fin__lte=today + timedelta(days=1))
    long = Q(fin__gte=F("debut") + 2 * TOLD_BEFORE, fin__lte=today + TOLD_BEFORE)
    ending = Delegation.objects.in_force(today).filter(short | long).exclude(end_told=F("fin"))

    def tell(part):
        for delegation in part:
            delegation.end_told = delegation.fin
            save_valid(delegation)
            record("delegation.end_told", by=by, target=delegation, **words(delegation))
            emails.ending(delegation)

    return by_slices(ending.select_related("delegant", "delegataire"), tell)
