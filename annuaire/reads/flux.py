"""How fresh is what each directory has said of an établissement and of its units (ANN-1)."""

from dataclasses import dataclass
from datetime import date

from annuaire.models import Element, Etablissement
from annuaire.origines import Origine


@dataclass(frozen=True)
class Flux:
    """`champs`: how many fields it has said last; `jour`: the newest of them, None when it has said none."""

    origine: Origine
    champs: int
    jour: date | None


def of(etablissement: Etablissement) -> list[Flux]:
    """Two statements: the units, and the items of lists."""
    said = [list(etablissement.origines.values())]
    said += [list(one.values()) for one in etablissement.unites.values_list("origines", flat=True)]
    pairs = [(origine, day) for fields in said for origine, day in fields]
    items = Element.objects.filter(unite__etablissement=etablissement).values_list("origine", "depuis")
    days = [(origine, day.isoformat()) for origine, day in items.distinct()]
    found = []
    for origine in (Origine.ROR, Origine.FINESS):
        known = [day for one, day in pairs if one == origine and day]
        latest = max([*known, *(day for one, day in days if one == origine)], default="")
        found.append(Flux(origine, len(known), date.fromisoformat(latest) if latest else None))
    return found
