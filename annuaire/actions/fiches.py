"""Values of sheets written: by a référent, or by a feeder, each with its origin and its history (ANN-2)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Value
from django.utils import timezone

from annuaire import fiches, origines, policies
from annuaire.fiches import Donnee, Regle, Stock
from annuaire.finess import COMPARES
from annuaire.models import Cle, Commune, Ecart, Element, Etablissement, Lieu, Modification, Unite
from annuaire.origines import Origine
from annuaire.reads import fiches as reads
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale, locked, save_valid

Structure = Etablissement | Unite
UNKNOWN = "Cette fiche n’a pas ce champ : rouvrez la page."


@transaction.atomic
def modify(
    structure: Structure, *, values: Mapping[str, Any], version: int, now: datetime, by: Actor
) -> Structure:
    """By hand: `values` by code of field, as the fields keep them; what they leave out stays as it is.

    Raises Denied when it is not one’s own or when a greyed value is not the one that is kept, and Stale when
    the sheet has changed since it was read.
    """
    structure = _locked(structure)
    by = policies.edit_fiche(by, structure)
    before = reads.values(structure)
    changed = {code: value for code, value in values.items() if before.get(code) != value}
    if not changed:
        return structure
    if structure.version != version:
        raise Stale(structure)
    for donnee in map(_of(structure), changed):
        _refuse_greyed(structure, donnee, changed[donnee.code])
    _refuse_unknown(changed.get("cog"))
    _put(structure, before, changed, origine=Origine.LOCAL, now=now, by=by)
    record("fiche.modified", by=by, target=structure, label=str(Lieu.of(structure)), champs=sorted(changed))
    return structure


@transaction.atomic
def feed(
    structure: Structure,
    *,
    values: Mapping[str, Any],
    origine: Origine,
    flux: str,
    now: datetime,
    by: Actor,
    libelles: Mapping[str, str] | None = None,
) -> list[str]:
    """By a feeder, as far as `origines.overwrites` lets it; returns the codes of the fields that changed.

    `flux`: the run, as the history names it. `libelles`: of items, by «TRE_R212:098».
    """
    policies.feed(by)
    structure = _locked(structure)
    before, changed = reads.values(structure), {}
    for donnee, said in zip(map(_of(structure), values), values.values(), strict=True):
        if not origines.overwrites(origine, structure.origine(donnee.code), structure, donnee):
            continue
        value = _kept(structure, donnee, said, origine)
        if before.get(donnee.code) != value:
            changed[donnee.code] = value
    if changed:
        _put(structure, before, changed, origine=origine, now=now, by=by, flux=flux, libelles=libelles or {})
        record("fiche.fed", by=by, target=structure, label=str(Lieu.of(structure)), champs=sorted(changed))
    return sorted(changed)


def feed_ror(
    structure: Structure,
    valeurs: Mapping[str, Any],
    libelles: Mapping[str, str],
    *,
    flux: str,
    now: datetime,
    by: Actor,
) -> list[str]:
    """All that the ROR says of it; a commune that we do not know is left as it was."""
    known = {one.code for one in fiches.donnees(structure.niveau)}
    values = {code: value for code, value in valeurs.items() if code in known}
    if values.get("cog") and not Commune.objects.filter(pk=values["cog"]).exists():
        del values["cog"]
    told = {"libelles": libelles, "flux": flux, "now": now, "by": by}
    return feed(structure, values=values, origine=Origine.ROR, **told)


def as_it_was(structure: Structure) -> dict[str, Any]:
    """What the ROR is about to write over, to be put back one day: values, and who had said them."""
    fed = [one for one in fiches.donnees(structure.niveau) if one.regle in (Regle.FLUX, Regle.ELEMENT)]
    held = reads.values(structure)
    return {
        "valeurs": {one.code: held.get(one.code) for one in fed},
        "origines": {one.code: structure.origines[one.code] for one in fed if one.code in structure.origines},
    }


def put_back(structure: Structure, avant: Mapping[str, Any], *, now: datetime, by: Actor) -> list[str]:
    """Of an undone join: what the ROR has said last is again what it was; what people have said stays."""
    before = reads.values(structure)
    changed = {
        code: value
        for code, value in avant["valeurs"].items()
        if structure.origine(code) == Origine.ROR and before.get(code) != value
    }
    if changed:
        _put(structure, before, changed, origine=Origine.LOCAL, now=now, by=by)
    for code in avant["valeurs"]:
        if code in avant["origines"] and (code in changed or structure.origine(code) == Origine.ROR):
            structure.origines[code] = avant["origines"][code]
        elif code in changed or structure.origine(code) == Origine.ROR:
            structure.origines.pop(code, None)
    save_valid(structure)
    return sorted(changed)


@transaction.atomic
def verify(structure: Structure, *, now: datetime, by: Actor) -> Structure:
    """«Fiche vérifiée le … par …»: all that it says is so, whoever has written it."""
    structure = _locked(structure)
    by = policies.edit_fiche(by, structure)
    structure.verifiee_le, structure.verifiee_par = now, by.user
    save_valid(structure)
    record("fiche.verified", by=by, target=structure, label=str(Lieu.of(structure)))
    return structure


def _locked(structure: Structure) -> Structure:
    """Its établissement first: it says whether the ROR feeds the sheet."""
    above = locked(structure.etablissement) if isinstance(structure, Unite) else None
    structure = locked(structure)
    if above is not None and isinstance(structure, Unite):
        structure.etablissement = above
    return structure


def _of(structure: Structure):
    """A field of the sheet; what has rows of its own has an action of its own as well."""
    known = {one.code: one for one in fiches.donnees(structure.niveau) if one.stock != Stock.LIGNES}

    def donnee(code: str) -> Donnee:
        if code not in known:
            raise ValidationError(UNKNOWN)
        return known[code]

    return donnee


def _refuse_greyed(structure: Structure, donnee: Donnee, value: Any) -> None:
    """Of a list, each item that would come or go is asked by its own origin."""
    if donnee.stock != Stock.ELEMENTS:
        origins: Iterable[str] = [structure.origine(donnee.code)]
    else:
        held = {one.valeur: one.origine for one in reads.by_champ(structure).get(donnee.code, ())}
        origins = [held.get(one, "") for one in held.keys() ^ set(value or ())]
    for origin in origins:
        if reason := origines.greyed(structure, donnee, origin):
            raise Denied(f"{donnee.label} : {reason}")


def _refuse_unknown(cog: str | None) -> None:
    """The database would say it at the end of the transaction only, without a word for the person."""
    if cog and not Commune.objects.filter(pk=cog).exists():
        raise ValidationError("Cette commune ne figure pas dans le fichier des communes.", code="cog")


def _kept(structure: Structure, donnee: Donnee, value: Any, origine: Origine) -> Any:
    """A feeder says the items that are its own; those of people stay beside them."""
    if donnee.stock != Stock.ELEMENTS:
        return value
    others = [one.valeur for one in structure.elements.filter(champ=donnee.code).exclude(origine=origine)]
    return sorted({*(value or ()), *others}) or None


def _put(
    structure: Structure,
    before: Mapping[str, Any],
    changed: Mapping[str, Any],
    *,
    origine: Origine,
    now: datetime,
    by: Actor,
    flux: str = "",
    libelles: Mapping[str, str] | None = None,
) -> None:
    today = timezone.localdate(now)
    if isinstance(structure, Etablissement):
        _compare(structure, before, changed, origine)
    for donnee in map(_of(structure), changed):
        value = changed[donnee.code]
        if donnee.stock == Stock.COLONNE:
            _put_column(structure, donnee.code, value)
        elif donnee.stock == Stock.ELEMENTS:
            _put_elements(structure, donnee.code, set(value or ()), origine, today, libelles or {})
        elif value is None:
            structure.fiche.pop(donnee.code, None)
        else:
            structure.fiche[donnee.code] = value
        structure.origines[donnee.code] = [origine, today.isoformat()]
    structure.version += 1
    save_valid(structure)
    Modification.objects.bulk_create(
        Modification(
            **{structure.niveau: structure},
            champ=code,
            avant=before.get(code),
            apres=value,
            origine=origine,
            le=now,
            par=by.user,
            flux=flux,
        )
        for code, value in changed.items()
    )


def _compare(structure, before, changed, origine) -> None:
    """What is written over FINESS is astray until it says the same again, as an import compares them."""
    for code in (one for one in COMPARES if one in changed):
        if structure.origine(code) == Origine.FINESS != origine and before.get(code):
            Ecart.objects.get_or_create(etablissement=structure, champ=code, defaults={"dit": before[code]})
        said = Cle(Value(changed[code] or ""))
        structure.ecarts.filter(champ=code).alias(cle=Cle("dit")).filter(cle=said).delete()


def _put_column(structure: Structure, code: str, value: Any) -> None:
    name = reads.COLUMNS.get(code, code)
    nothing = None if structure._meta.get_field(name).null else ""
    setattr(structure, name, nothing if value is None else value)


def _put_elements(structure, champ, wanted, origine, today, libelles) -> None:
    rows = {one.valeur: one for one in structure.elements.filter(champ=champ)}
    gone = [one.pk for valeur, one in rows.items() if valeur not in wanted]
    structure.elements.filter(pk__in=gone).delete()
    new = []
    for valeur in sorted(wanted - rows.keys()):
        nomenclature, _, code = valeur.partition(":")
        new.append(
            Element(
                **{structure.niveau: structure},
                champ=champ,
                nomenclature=nomenclature,
                code=code,
                libelle=libelles.get(valeur, "")[:300],
                origine=origine,
                depuis=today,
            )
        )
    Element.objects.bulk_create(new)
