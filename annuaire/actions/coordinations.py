"""How a coordination is reached, and what it has deployed."""

from collections.abc import Sequence

from django.db import transaction

from annuaire import policies
from annuaire.models import Coordination
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine
from viatraj.core.saving import Stale, locked, save_valid


@transaction.atomic
def edit_coordination(
    coordination: Coordination,
    *,
    telephone: str,
    email: str,
    adresse: str,
    horaires: str,
    modules: Sequence[str],
    version: int,
    by: Actor,
) -> Coordination:
    """By its référent. A module that is no longer deployed is given to nobody more; what is held stays."""
    coordination = locked(coordination)
    by = policies.edit_coordination(by, coordination)
    said = {"telephone": telephone, "email": email, "adresse": adresse, "horaires": horaires}
    said["modules"] = [one for one in Domaine if one in modules or one == Domaine.ADMINISTRATION]
    before = {name: getattr(coordination, name) for name in said}
    before["modules"] = [one for one in Domaine if one in coordination.modules]
    changed = [name for name, value in said.items() if before[name] != value]
    if not changed:
        return coordination
    if coordination.version != version:
        raise Stale(coordination)
    for name in changed:
        setattr(coordination, name, said[name])
    coordination.version += 1
    save_valid(coordination)
    record("coordination.modified", by=by, target=coordination, label=str(coordination), champs=changed)
    return coordination
