"""Where a dossier lies: rows that its rule reads (`dossiers.regards`), filled by what is asked of whom."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from annuaire.models import Lieu, Professionnel
from annuaire.reads.lieux import refuse_closed
from dossiers import policies
from dossiers.models import Dossier, Presence, Role
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import locked, save_valid


def inscribe(
    dossier: Dossier, role: Role, *, lieu: Lieu | None = None, professionnel: Professionnel | None = None
) -> Presence:
    """A new presence, at a structure or in the space of a médecin."""
    if professionnel is not None:
        return save_valid(Presence(dossier=dossier, role=role, niveau="medecin", professionnel=professionnel))
    assert lieu is not None  # noqa: S101
    presence = save_valid(Presence(dossier=dossier, role=role, niveau=lieu.niveau, **lieu.columns))
    refuse_closed(lieu)
    return presence


@transaction.atomic
def present(dossier: Dossier, *, role: Role, lieu: Lieu, by: Actor) -> Presence:
    """To a receveur, by who sends; to a régulateur, by the deadline that has found no solution. Once."""
    dossier = locked(dossier)
    by = policies.present(by, dossier, role)
    known = dossier.presences.filter(role=role, lieu_key=lieu.key).first()
    if known:
        return known
    presence = inscribe(dossier, role, lieu=lieu)
    record("dossier.presented", by=by, target=dossier, role=role, lieu=str(lieu))
    return presence


@transaction.atomic
def withdraw(dossier: Dossier, *, role: Role, lieu: Lieu, by: Actor) -> None:
    """From a receveur or a régulateur, who sees it no more."""
    dossier = locked(dossier)
    by = policies.withdraw(by, dossier, role)
    if dossier.presences.filter(role=role, lieu_key=lieu.key).order_by("pk").delete()[0]:
        record("dossier.withdrawn", by=by, target=dossier, role=role, lieu=str(lieu))


def hold_received(dossiers: Iterable[Dossier]) -> None:
    """Part of an action that holds these dossiers: where they lie as received, or to be regulated, by
    ascending key."""
    there = (Role.RECEVEUR, Role.REGULATEUR)
    rows = Presence.objects.filter(dossier__in=[one.pk for one in dossiers], role__in=there)
    locking = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(locking.values_list("pk", flat=True))


def receive(dossier: Dossier, lieu: Lieu) -> None:
    """Part of an action that holds the dossier: whoever is there reads it as what he has received."""
    if not _received(dossier, lieu).exists():
        inscribe(dossier, Role.RECEVEUR, lieu=lieu)


def leave(dossier: Dossier, lieu: Lieu) -> None:
    """Part of an action that holds the dossier: nobody there reads it any more as what he has received."""
    _received(dossier, lieu).delete()


def admit(dossier: Dossier, lieu: Lieu, at: datetime | None) -> None:
    """Part of an action that holds the dossier: its patient is there since, or is not after all."""
    _received(dossier, lieu).update(admis_at=at)


def regulate(dossier: Dossier, lieu: Lieu | None, *, by: Actor) -> None:
    """Part of an action that holds the dossier: whoever regulates there sees it, and nobody elsewhere; None
    where it has a solution, or seeks none yet."""
    known = dossier.presences.filter(role=Role.REGULATEUR).with_lieu().order_by("pk")
    for one in known:
        if lieu is None or one.lieu_key != lieu.key:
            one.delete()
            record("dossier.withdrawn", by=by, target=dossier, role=one.role, lieu=str(one.lieu))
    if lieu is not None and not any(one.lieu_key == lieu.key for one in known):
        inscribe(dossier, Role.REGULATEUR, lieu=lieu)
        record("dossier.presented", by=by, target=dossier, role=Role.REGULATEUR, lieu=str(lieu))


def touch(dossier: Dossier, *, now: datetime) -> None:
    """Part of an action that holds the dossier: it has moved, and its author need not be recalled."""
    type(dossier)._base_manager.filter(pk=dossier.pk).update(modified_at=now)


def _received(dossier: Dossier, lieu: Lieu):
    return dossier.presences.filter(role=Role.RECEVEUR, lieu_key=lieu.key).order_by("pk")
