"""Where a dossier lies: rows that its rule reads (`dossiers.regards`), filled by what is asked of whom."""

from django.db import transaction

from annuaire.models import Lieu, Professionnel
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
    return save_valid(Presence(dossier=dossier, role=role, niveau=lieu.niveau, **lieu.columns))


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
