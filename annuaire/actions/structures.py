"""Structures opened, moved with all that lies there, their units shared out."""

from django.core.exceptions import ValidationError
from django.db import transaction

from annuaire import policies
from annuaire.actions.tenue import carry, doors_of, hold_rows, hold_still, leave_guichets
from annuaire.models import Etablissement, Lieu, Unite
from journal.models import record
from viatraj.core.saving import save_valid


@transaction.atomic
def open_structure(row, *, by):
    """A région, coordination, établissement, unit or guichet that no synchronisation brings."""
    policies.open_structure(by)
    row = save_valid(row)
    record("structure.opened", by=by, target=row, label=str(Lieu.of(row)))
    return row


@transaction.atomic
def move(structure, *, into, by):
    """A unit to another établissement, an établissement to another coordination, with all that lies there.

    Rows of every app follow, and an établissement's guichets; a unit leaves the guichets of its former place.
    """
    policies.move(by)
    both = (structure.etablissement, into) if isinstance(structure, Unite) else ()
    structure = hold_still(*both, structure)[Lieu.of(structure).key]
    above = "etablissement" if isinstance(structure, Unite) else "coordination"
    before = getattr(structure, above)
    if before == into:
        return structure
    if Lieu.of(into).is_closed:
        raise ValidationError(f"{into} est une structure fermée.")
    setattr(structure, above, into)
    save_valid(structure)
    if isinstance(structure, Etablissement):
        structure.guichets.update(coordination=into)
    units = [structure] if isinstance(structure, Unite) else structure.unites.all()
    left = leave_guichets(doors_of(units))
    tell_moved(structure, before, into, by=by, carried=carry([structure]), left=left)
    return structure


@transaction.atomic
def split(etablissement, *, unites, into, by) -> list[Unite]:
    """Some units of an établissement go to another, with all that lies there (ANN-7)."""
    by = policies.hand_over(by, etablissement, into)
    held = hold_still(etablissement, into, *unites)
    into = held[Lieu.of(into).key]
    policies.share(by, held[Lieu.of(etablissement).key])  # which may have closed meanwhile
    check_target(into, etablissement)
    units = [held[Lieu.of(one).key] for one in unites]
    if strangers := [str(one) for one in units if one.etablissement_id != etablissement.pk or one.closed_at]:
        raise ValidationError(
            {
                "unites": f"Ces unités ne sont pas, ou plus, dans cet établissement\u00a0: "
                f"{', '.join(strangers)}."
            }
        )
    relocate(units, into, by=by)
    return units


def relocate(units: list[Unite], into: Etablissement, *, by, hold: Etablissement | None = None) -> None:
    """Part of splitting, and of merging; the units are held still. `hold`: whose rows move besides theirs."""
    before = {one.pk: one.etablissement for one in units}
    for one in units:
        one.etablissement = into
        save_valid(one)
    left = leave_guichets(doors_of(units))
    if hold is not None:
        hold_rows(hold)
    carried = carry(units)
    for one in units:
        tell_moved(one, before[one.pk], into, by=by, carried=carried, left=left)


def check_target(into: Etablissement, etablissement: Etablissement) -> None:
    if into.pk == etablissement.pk:
        raise ValidationError({"into": "Choisissez un autre établissement."})
    if into.closed_at:
        raise ValidationError({"into": f"{into} est une structure fermée."})


def tell_moved(structure, before, into, *, by, carried, left) -> None:
    """`carried`, `left`: of all that one act moves."""
    record(
        "structure.moved",
        by=by,
        target=structure,
        label=str(structure),
        before=str(before),
        after=str(into),
        carried=carried,
        left=left,
    )
