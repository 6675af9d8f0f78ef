"""Structures held still, with all that lies there, while they move or close."""

from collections.abc import Iterable
from typing import Any

from annuaire.models import FILLED, MODELS, Etablissement, Guichet, Lieu, Unite, lying
from viatraj.core.droits import Niveau
from viatraj.core.locks import ORDER

STILL = (Niveau.ETABLISSEMENT, Niveau.UNITE, Niveau.GUICHET)  # in the order of locks


def hold_still(*structures) -> dict[str, Any]:
    """By `Lieu.key`: the rows as they are, locked with their keys: whoever adds a row there waits."""
    wanted = {Lieu.of(one).key: one for one in structures if one is not None}
    found = {}
    for niveau in STILL:
        pks = sorted(one.pk for one in wanted.values() if isinstance(one, MODELS[niveau]))
        if pks:
            rows = MODELS[niveau].objects.select_for_update(of=("self",))
            found |= {Lieu.of(row).key: row for row in rows.filter(pk__in=pks).order_by("pk")}
    return found


def above(structure) -> Etablissement | None:
    """Of a unit or of a guichet: held before it, as the trigger of every row at a place does."""
    return getattr(structure, "etablissement", None)


def hold_units(etablissement: Etablissement) -> list[Unite]:
    """Those that are open."""
    rows = etablissement.unites.select_for_update(of=("self",)).filter(closed_at=None)
    return list(rows.order_by("pk"))


def hold_guichets(*, of: Etablissement | None, units: Iterable[Unite]) -> list[Guichet]:
    """The open ones of an établissement, and those that gather one of these units."""
    doors = Guichet.unites.through.objects.filter(unite__in=[one.pk for one in units])
    pks = set(doors.values_list("guichet", flat=True))
    pks |= set(of.guichets.values_list("pk", flat=True)) if of else set()
    rows = Guichet.objects.select_for_update(of=("self",)).filter(pk__in=pks, closed_at=None)
    return list(rows.order_by("pk"))


def hold_rows(structure) -> None:
    """Those of every app at the structure and below, each table in its turn; then anything may be done."""
    for model in _lying():
        rows = model._base_manager.filter(**{structure.niveau: structure})
        locking = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
        list(locking.values_list("pk", flat=True))


def carry(structures: list) -> dict[str, int]:
    """The rows of each model at these, which are of one level and have the same place above them by now.

    Their triggers copy it; returns how many of each.
    """
    counts: dict[str, int] = {}
    if not structures:
        return counts
    lieu = Lieu.of(structures[0])
    above = {name: lieu.columns[f"{name}_id"] for name in FILLED[lieu.niveau] if name != lieu.niveau}
    for model in _lying():
        rows = model._base_manager.filter(**{f"{lieu.niveau}__in": [one.pk for one in structures]})
        pks = rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True)
        counts[model._meta.label] = model._base_manager.filter(pk__in=list(pks)).update(**above)
    return counts


def leave_guichets(doors: Iterable[Any]) -> list[int]:
    """Ids of the guichets that lose a unit which they may no longer gather; `doors`: rows unit by guichet."""
    left = [door for door in doors if not door.guichet.gathers(door.unite)]
    for door in left:
        door.delete()
    return [door.guichet_id for door in left]


def doors_of(units) -> Any:
    """Of which guichets these units are, loaded for `leave_guichets`."""
    doors = Guichet.unites.through.objects.filter(unite__in=units)
    return doors.select_related("guichet", "unite__etablissement").order_by("pk")


def _lying():
    return sorted(lying(), key=lambda model: ORDER.index(model._meta.db_table))
