"""Values put into sheets that are held, each with its origin and its history (ANN-2): of one, or of many."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, Value
from django.utils import timezone

from annuaire import fiches, origines
from annuaire.fiches import Donnee, Stock
from annuaire.finess import COMPARES
from annuaire.models import Cle, Commune, Ecart, Element, Etablissement, Modification, Unite
from annuaire.origines import Origine
from annuaire.reads import fiches as reads
from viatraj.core.actor import Actor

Structure = Etablissement | Unite
UNKNOWN = "Cette fiche n’a pas ce champ\u00a0: rouvrez la page."


@dataclass
class Feuille:
    """A sheet that is held: its items by list and its values as they stand, by code; what changes of them.

    `libelles`: of items, by «TRE_R212:098».
    """

    structure: Structure
    listed: Mapping[str, list[Element]]
    avant: Mapping[str, Any]
    apres: dict[str, Any] = field(default_factory=dict)
    libelles: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, structure: Structure) -> "Feuille":
        listed = reads.by_champ(structure)
        return cls(structure, listed, reads.values(structure, listed))

    def hear(self, said: Mapping[str, Any], origine: Origine) -> None:
        """What a feeder says, as far as `origines.overwrites` lets it; all else stays as it is."""
        here = self.structure
        for code, value in said.items():
            donnee = known(here, code)
            if origines.overwrites(origine, here.origine(code), here, donnee):
                kept = self._kept(donnee, value, origine)
                if self.avant.get(code) != kept:
                    self.apres[code] = kept

    def _kept(self, donnee: Donnee, value: Any, origine: Origine) -> Any:
        """A feeder says the items that are its own; those of people stay beside them."""
        if donnee.stock != Stock.ELEMENTS:
            return value
        others = [one.valeur for one in self.listed.get(donnee.code, ()) if one.origine != origine]
        return sorted({*(value or ()), *others}) or None


def known(structure: Structure, code: str) -> Donnee:
    """A field of the sheet; what has rows of its own has an action of its own as well."""
    donnee = _known(structure.niveau).get(code)
    if donnee is None:
        raise ValidationError(UNKNOWN)
    return donnee


@cache
def _known(niveau: str) -> Mapping[str, Donnee]:
    return {one.code: one for one in fiches.donnees(niveau) if one.stock != Stock.LIGNES}


def of_the_ror(structure: Structure, valeurs: Mapping[str, Any], communes: Collection[str]) -> dict[str, Any]:
    """Fields that our sheets have; a commune that we do not know is left as it was."""
    fields = _every(structure.niveau)
    values = {code: value for code, value in valeurs.items() if code in fields}
    if values.get("cog") and values["cog"] not in communes:
        del values["cog"]
    return values


@cache
def _every(niveau: str) -> frozenset[str]:
    return frozenset(one.code for one in fiches.donnees(niveau))


def known_communes(valeurs: Collection[Mapping[str, Any]]) -> set[str]:
    """Those that are named, and that we know."""
    named = {one["cog"] for one in valeurs if one.get("cog")}
    return set(Commune.objects.filter(pk__in=named).values_list("pk", flat=True)) if named else set()


def put(feuilles: Collection[Feuille], *, origine: Origine, now: datetime, by: Actor, flux: str = "") -> None:
    """Part of every verb that holds these sheets, which then saves their own rows.

    Statements do not grow with how many they are.
    """
    today = timezone.localdate(now)
    _compare([one for one in feuilles if isinstance(one.structure, Etablissement)], origine)
    gone: list[int] = []
    new: list[Element] = []
    history: list[Modification] = []
    for one in feuilles:
        here = one.structure
        about = {here.niveau: here}
        for code, value in one.apres.items():
            donnee = known(here, code)
            if donnee.stock == Stock.COLONNE:
                _put_column(here, code, value)
            elif donnee.stock == Stock.ELEMENTS:
                rows, wanted = {item.valeur: item for item in one.listed.get(code, ())}, set(value or ())
                gone += [item.pk for valeur, item in rows.items() if valeur not in wanted]
                come = sorted(wanted - rows.keys())
                new += [_element(one, code, valeur, origine, today) for valeur in come]
            elif value is None:
                here.fiche.pop(code, None)
            else:
                here.fiche[code] = value
            here.origines[code] = [origine, today.isoformat()]
            said = {"avant": one.avant.get(code), "apres": value, "origine": origine}
            history.append(Modification(**about, champ=code, **said, le=now, par=by.user, flux=flux))
        here.version += 1
    if gone:
        Element.objects.filter(pk__in=gone).delete()
    Element.objects.bulk_create(new)
    Modification.objects.bulk_create(history)


def _element(one: Feuille, champ: str, valeur: str, origine: Origine, today: date) -> Element:
    nomenclature, _, code = valeur.partition(":")
    return Element(
        **{one.structure.niveau: one.structure},
        champ=champ,
        nomenclature=nomenclature,
        code=code,
        libelle=one.libelles.get(valeur, "")[:300],
        origine=origine,
        depuis=today,
    )


def _put_column(structure: Structure, code: str, value: Any) -> None:
    name = reads.COLUMNS.get(code, code)
    nothing = None if structure._meta.get_field(name).null else ""
    setattr(structure, name, nothing if value is None else value)


def _compare(feuilles: Collection[Feuille], origine: Origine) -> None:
    """What is written over FINESS is astray until it says the same again, as an import compares them."""
    compared = [(one, code) for one in feuilles for code in COMPARES if code in one.apres]
    Ecart.objects.bulk_create(
        [
            Ecart(etablissement=one.structure, champ=code, dit=one.avant[code])
            for one, code in compared
            if one.structure.origine(code) == Origine.FINESS != origine and one.avant.get(code)
        ],
        ignore_conflicts=True,
    )
    said = {(one.structure.pk, code): one.apres[code] or "" for one, code in compared}
    known = Ecart.objects.filter(etablissement__in={pk for pk, _ in said})
    there = [pair for pair in known.values_list("etablissement", "champ") if pair in said] if said else []
    if there:
        same = Q()
        for pk, code in there:
            same |= Q(etablissement=pk, champ=code, cle=Cle(Value(said[pk, code])))
        Ecart.objects.alias(cle=Cle("dit")).filter(same).delete()
