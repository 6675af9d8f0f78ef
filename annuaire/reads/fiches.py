"""The values of a sheet, wherever they are kept (`annuaire.fiches`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from annuaire import fiches
from annuaire.fiches import Stock
from annuaire.fiches.communes import LIBRE
from annuaire.models import Element, Etablissement, Unite


def values(
    structure: Etablissement | Unite, listed: Mapping[str, list[Element]] | None = None
) -> dict[str, Any]:
    """By code of field, as the fields keep them; those that say nothing are absent.

    `listed`: `by_champ` of it, else one query.
    """
    found: dict[str, Any] = {}
    listed = by_champ(structure) if listed is None else listed
    for donnee in fiches.donnees(structure.niveau):
        if donnee.stock == Stock.COLONNE:
            value = column(structure, donnee.code)
        elif donnee.stock == Stock.ELEMENTS:
            value = [one.valeur for one in listed.get(donnee.code, ())]
        else:
            value = structure.fiche.get(donnee.code)
        if value not in (None, "", []):
            found[donnee.code] = value
    return found


def by_champ(structure: Etablissement | Unite) -> dict[str, list[Element]]:
    """The items of each list of a sheet, in the order of their codes."""
    found: dict[str, list[Element]] = {}
    for one in sorted(structure.elements.all(), key=lambda one: one.valeur):
        found.setdefault(one.champ, []).append(one)
    return found


COLUMNS = {"cog": "cog_id", "fermeture": "closed_at"}


def column(structure: Etablissement | Unite, code: str) -> Any:
    value = getattr(structure, COLUMNS.get(code, code))
    return timezone.localdate(value).isoformat() if isinstance(value, datetime) else value


def public_values(structure: Etablissement | Unite) -> dict[str, Any]:
    """What everybody may know of a sheet: of contacts, those that are for all."""
    known = values(structure)
    free_ones = [one.code for one in fiches.donnees(structure.niveau) if one.publique]
    shown = {code: known[code] for code in free_ones if code in known}
    if contacts := shown.pop("contacts", None):
        free = [row for row in contacts if row.get("confidentialite") == LIBRE]
        shown |= {"contacts": free} if free else {}
    return shown
