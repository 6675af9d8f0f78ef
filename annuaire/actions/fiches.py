"""Values of sheets written: by a référent, or by a feeder, each with its origin and its history (ANN-2)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from annuaire import fiches, origines, policies
from annuaire.actions.valeurs import Feuille, Structure, known, known_communes, of_the_ror, put
from annuaire.fiches import Donnee, Regle, Stock
from annuaire.models import Commune, Lieu, Unite
from annuaire.origines import Origine
from annuaire.reads import fiches as reads
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale, locked, save_valid


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
    feuille = Feuille.of(structure)
    changed = {code: value for code, value in values.items() if feuille.avant.get(code) != value}
    if not changed:
        return structure
    if structure.version != version:
        raise Stale(structure)
    for code, value in changed.items():
        _refuse_greyed(feuille, known(structure, code), value)
    _refuse_unknown(changed.get("cog"))
    feuille.apres = changed
    _put(feuille, origine=Origine.LOCAL, now=now, by=by)
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
    feuille = Feuille.of(structure)
    feuille.libelles = libelles or {}
    feuille.hear(values, origine)
    changed = sorted(feuille.apres)
    if changed:
        _put(feuille, origine=origine, now=now, by=by, flux=flux)
        record("fiche.fed", by=by, target=structure, label=str(Lieu.of(structure)), champs=changed)
    return changed


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
    values = of_the_ror(structure, valeurs, known_communes([valeurs]))
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
    feuille = Feuille.of(structure)
    feuille.apres = changed = {
        code: value
        for code, value in avant["valeurs"].items()
        if structure.origine(code) == Origine.ROR and feuille.avant.get(code) != value
    }
    if changed:
        _put(feuille, origine=Origine.LOCAL, now=now, by=by)
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


def _refuse_greyed(feuille: Feuille, donnee: Donnee, value: Any) -> None:
    """Of a list, each item that would come or go is asked by its own origin."""
    structure = feuille.structure
    if donnee.stock != Stock.ELEMENTS:
        origins: Iterable[str] = [structure.origine(donnee.code)]
    else:
        held = {one.valeur: one.origine for one in feuille.listed.get(donnee.code, ())}
        origins = [held.get(one, "") for one in held.keys() ^ set(value or ())]
    for origin in origins:
        if reason := origines.greyed(structure, donnee, origin):
            raise Denied(f"{donnee.label} : {reason}")


def _refuse_unknown(cog: str | None) -> None:
    """The database would say it at the end of the transaction only, without a word for the person."""
    if cog and not Commune.objects.filter(pk=cog).exists():
        raise ValidationError("Cette commune ne figure pas dans le fichier des communes.", code="cog")


def _put(feuille: Feuille, *, origine: Origine, now: datetime, by: Actor, flux: str = "") -> None:
    put([feuille], origine=origine, now=now, by=by, flux=flux)
    save_valid(feuille.structure)
