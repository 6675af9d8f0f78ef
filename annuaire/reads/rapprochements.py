"""How an établissement stands with what the ROR says of it: what a person has still to decide (ANN-1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from annuaire import fiches
from annuaire.fiches import Donnee, Stock
from annuaire.models import Etablissement, Offre, Rapprochement, SiteRor, Synchronisation, Unite
from annuaire.origines import Origine, overwrites
from annuaire.reads import fiches as reads
from annuaire.reads import termes
from annuaire.ror import matching
from annuaire.ror.matching import Paire, Trait

# Of what is left out the ROR's own follow-up says that it is not concerned (TRE_R66).
HORS_ROR = frozenset(
    (
        "463 340 359 214 165 180 219 258 403 442 464 461 462 124 132 126 294 213 347 439 433 695 699 422 "
        "230 268 603 197 228 606 696 697 190 354"
    ).split()
)


def site_of(etablissement: Etablissement) -> SiteRor | None:
    if not etablissement.finess:
        return None
    return SiteRor.objects.filter(finess=etablissement.finess).first()


def open_offres(site: SiteRor):
    return site.offres.filter(fermee_le=None, absences=0)


def undecided_offres(site: SiteRor):
    standing = Rapprochement.objects.standing().filter(offre__isnull=False)
    return open_offres(site).exclude(pk__in=standing.values("offre"))


def undecided_unites(etablissement: Etablissement):
    standing = Rapprochement.objects.standing().filter(unite__isnull=False)
    return etablissement.unites.filter(closed_at=None).exclude(pk__in=standing.values("unite"))


def standing(etablissement: Etablissement):
    rows = Rapprochement.objects.standing().filter(etablissement=etablissement)
    return rows.select_related("offre", "unite", "par").order_by("-le", "-pk")


def joined(etablissement: Etablissement):
    """Decisions that join an offer to a unit, in the order of the units' keys."""
    rows = Rapprochement.objects.standing().filter(etablissement=etablissement, offre__isnull=False)
    return (
        rows.filter(unite__isnull=False, unite__closed_at=None).select_related("offre").order_by("unite_id")
    )


def etat_of(etablissement: Etablissement, site: SiteRor | None) -> Synchronisation:
    """Of one that is not synchronised: who is synchronised stays so until a person leaves."""
    if etablissement.is_synchronised:
        return Synchronisation(etablissement.synchronisation)
    return etat_apart(etablissement, site)


def etat_apart(etablissement: Etablissement, site: SiteRor | None) -> Synchronisation:
    """As it stands once it is not synchronised."""
    there = site is not None and open_offres(site).exists()
    waits = there and (undecided_offres(site).exists() or undecided_unites(etablissement).exists())
    return _etat(etablissement, there, waits)


def etats_of(
    etablissements: Mapping[str, Etablissement], offres: Iterable[Offre]
) -> dict[str, Synchronisation]:
    """The same by FINESS number, of some that are not synchronised; `offres`: all of theirs. Two queries."""
    there = [one for one in offres if one.fermee_le is None and one.absences == 0]
    standing = Rapprochement.objects.standing()
    decided = set(standing.filter(offre__in=[one.pk for one in there]).values_list("offre_id", flat=True))
    offered = {one.site.finess for one in there}
    waiting = {one.site.finess for one in there if one.pk not in decided}
    units = Unite.objects.filter(etablissement__in=etablissements.values(), closed_at=None)
    undecided = units.exclude(pk__in=standing.filter(unite__isnull=False).values("unite"))
    waiting |= set(undecided.values_list("etablissement__finess", flat=True))
    return {
        finess: _etat(one, finess in offered, finess in waiting) for finess, one in etablissements.items()
    }


def _etat(etablissement: Etablissement, there: bool, waits: bool) -> Synchronisation:
    """`there`: the ROR has open offers of it; `waits`: one of them, or a unit, has still to be decided of."""
    if not there:
        concerned = etablissement.categorie not in HORS_ROR
        return Synchronisation.NON_SYNCHRONISE if concerned else Synchronisation.NON_CONCERNE
    return Synchronisation.A_RAPPROCHER if waits else Synchronisation.RAPPROCHE


@dataclass(frozen=True)
class Changements:
    """What the ROR would write over in one sheet: (field, before, after), in words."""

    structure: Etablissement | Unite
    champs: list[tuple[Donnee, list[str], list[str]]]

    @property
    def id(self) -> str:
        """Of its table on the page."""
        return f"{self.structure.niveau}-{self.structure.pk}"


class Proposition:
    """An offer to decide of, with its best units."""

    def __init__(self, offre: Offre, paires: list[Paire], unites: dict[int, Unite]):
        self.offre = offre
        self.paires = [(unites[one.unite], one) for one in paires]

    @cached_property
    def exacte(self) -> Unite | None:
        return next((unite for unite, one in self.paires if one.exacte), None)


def propositions(site: SiteRor, etablissement: Etablissement) -> tuple[list[Proposition], list[Unite]]:
    """Offers to decide of, by name, with what may be proposed; the units still to be decided of."""
    offres = list(undecided_offres(site).order_by("nom", "pk"))
    unites = list(undecided_unites(etablissement).prefetch_related("elements").order_by("nom", "pk"))
    above = {code: reads.column(etablissement, code) for code in ("adresse", "code_postal")}
    mine = [Trait.of(one.pk, {**above, **reads.values(one)}) for one in unites]
    found = matching.propose([Trait.of(one.pk, one.valeurs) for one in offres], mine)
    by_pk = {one.pk: one for one in unites}
    return [Proposition(one, found[one.pk], by_pk) for one in offres], unites


def would_change(structure: Etablissement | Unite, valeurs: dict[str, Any]) -> list[tuple[Donnee, Any, Any]]:
    """(field, before, after), as if it were fed today, in the order of the sheet; nothing is written."""
    before, listed, found = reads.values(structure), reads.by_champ(structure), []
    for donnee in fiches.donnees(structure.niveau):
        code = donnee.code
        if code not in valeurs or not overwrites(Origine.ROR, structure.origine(code), Fed(), donnee):
            continue
        value = valeurs[code]
        if donnee.stock == Stock.ELEMENTS:  # those of people stay beside
            own = {one.valeur for one in listed.get(code, ()) if one.origine != Origine.ROR}
            value = sorted({*(value or ()), *own}) or None
        if before.get(code) != value:
            found.append((donnee, before.get(code), value))
    return found


def changes(site: SiteRor, etablissement: Etablissement, joined: list[Rapprochement]) -> list[Changements]:
    """«Ce qui va changer», field by field; of the établissement, then of its units by name."""
    units = {one.pk: one for one in _units_of(joined)}
    pairs: list[tuple[Etablissement | Unite, Any]] = [(etablissement, site)]
    pairs += sorted(((units[one.unite_id], one.offre) for one in joined), key=lambda pair: pair[0].nom)
    found = [(structure, said.libelles, would_change(structure, said.valeurs)) for structure, said in pairs]
    asked = {
        code
        for _, _, rows in found
        for donnee, avant, apres in rows
        for value in (avant, apres)
        for code in termes.codes([donnee], {donnee.code: value})
    }
    connus = termes.known_labels(asked)
    return [
        Changements(
            structure, [(one, mots.lines(one, avant), mots.lines(one, apres)) for one, avant, apres in rows]
        )
        for structure, libelles, rows in found
        if rows
        for mots in [termes.Mots(connus, libelles)]
    ]


def seen(site: SiteRor, etablissement: Etablissement, joined: list[Rapprochement]) -> str:
    """What a page has compared, in one word: the versions of all of it."""
    versions = {one.pk: one.version for one in _units_of(joined)}
    offres = [f"{one.offre.empreinte}.{versions[one.unite_id]}" for one in joined]
    return "-".join([site.empreinte, str(etablissement.version), *offres])


def _units_of(joined: list[Rapprochement]):
    return Unite.objects.filter(pk__in=[one.unite_id for one in joined]).prefetch_related("elements")


class Fed:
    """A sheet once it is synchronised."""

    is_synchronised = True
