"""What everybody may look for in the directory: by place, kind, name, or by what one needs."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from annuaire import fiches
from annuaire.fiches import Donnee
from annuaire.models import Commune, Element, Etablissement, PriseEnCharge, Unite
from annuaire.models.positions import DistanceKm, Position, in_box
from annuaire.natures import Nature
from annuaire.reads import communes as reads
from annuaire.reads import termes
from annuaire.reads.fiches import public_values
from annuaire.reads.rangees import Rangees
from viatraj.core.droits import Niveau

AROUND = 50  # km
LONGEST = 100
PRESTATIONS = "PRESTATIONS"
# Said above the sheet, or of use to machines only.
IN_THE_HEAD = ("nom", "adresse", "code_postal", "commune", "cog", "latitude", "longitude")


@dataclass(frozen=True)
class Demande:
    """What is asked; empty values ask nothing. `lieu`: as it was typed."""

    lieu: str = ""
    nom: str = ""
    nature: str = ""
    pathologie: str = ""
    prestation: str = ""
    km: int = AROUND

    def __bool__(self) -> bool:
        return bool(self.lieu or self.nom or self.nature or self.pathologie or self.prestation)


@dataclass(frozen=True)
class Reponse:
    """`etablissements`: to be paged, the nearest first, then by name; `communes`: what the words may
    mean, the one that was taken first; `is_measured`: with distances in km."""

    etablissements: Rangees
    communes: list[Commune] = field(default_factory=list)
    is_measured: bool = False

    @property
    def commune(self) -> Commune | None:
        return self.communes[0] if self.communes else None


def find(asked: Demande) -> Reponse:
    """Open établissements with a FINESS number, since each has a page; none where nobody knows the place."""
    rows = _asked(asked)
    if not asked.lieu:
        return Reponse(_by_name(rows, whole=bool(asked.pathologie or asked.prestation)))
    found = reads.find(asked.lieu)
    if not found:
        return Reponse(_by_name(rows.none()))
    if (position := found[0].position) is None:
        here = Q(cog=found[0]) | Q(cog=None, code_postal__in=found[0].codes_postaux)
        return Reponse(_by_name(rows.filter(here)), found)
    return Reponse(near(asked, position), found, is_measured=True)


def _by_name(rows: QuerySet, *, whole: bool = False) -> Rangees:
    return Rangees(rows.order_by("nom", "pk"), Etablissement.objects.all(), whole=whole)


def near(asked: Demande, position: Position) -> Rangees:
    """Measured once for all of them, to count them and to sort them."""
    rows = _asked(asked).filter(in_box(position, asked.km)).alias(distance=DistanceKm(position))
    measured = Etablissement.objects.annotate(distance=DistanceKm(position))
    keys = rows.filter(distance__lte=asked.km).order_by("distance", "nom", "pk")
    return Rangees(keys, measured, whole=True)


def _asked(asked: Demande) -> QuerySet:
    """Wherever they are. All that one asks of units is asked of the same unit."""
    rows = Etablissement.objects.open().filter(finess__isnull=False)
    if asked.nom:
        rows = rows.named(asked.nom)
    units = _units(asked)
    return rows if units is None else rows.filter(Exists(units.filter(etablissement=OuterRef("pk"))))


def _units(asked: Demande) -> QuerySet | None:
    if not (asked.nature or asked.pathologie or asked.prestation):
        return None
    units = Unite.objects.filter(closed_at=None)
    if asked.nature:
        units = units.filter(nature=asked.nature)
    if asked.pathologie:
        taken = PriseEnCharge.objects.filter(unite=OuterRef("pk"), pathologie=asked.pathologie, assuree=True)
        units = units.filter(Exists(taken))
    if asked.prestation:
        given = Element.objects.filter(nomenclature=PRESTATIONS, code=asked.prestation)
        units = units.filter(Exists(given.filter(unite=OuterRef("pk"))))
    return units


def with_natures(etablissements: list[Etablissement]) -> dict[int, list[str]]:
    """What each of a page has, in words; one query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Unite.objects.filter(etablissement__in=etablissements, closed_at=None).exclude(nature="")
    kinds = set(rows.order_by().values_list("etablissement", "nature").distinct())
    for pk, nature in sorted(kinds, key=lambda one: Nature.values.index(one[1])):
        found[pk].append(Nature(nature).label)
    return found


def sheet(finess: str) -> Etablissement | None:
    """With its open units and all their items, and who replaces it when it is closed."""
    units = Unite.objects.filter(closed_at=None).order_by("nom", "pk").prefetch_related("elements")
    rows = Etablissement.objects.select_related("coordination", "cog", "replaced_by")
    return rows.prefetch_related("elements", Prefetch("unites", units)).filter(finess=finess).first()


def offered(*, today) -> dict[str, list[tuple[str, list[tuple[str, str]]]]]:
    """By nomenclature and heading: (code, label) of what may be asked of units; one query."""
    asked = [fiches.donnee(Niveau.UNITE, one) for one in ("thesaurus", "prestations")]
    return {
        nomenclature: [(one.titre, [_bare(*pair) for pair in one.termes]) for one in groupes]
        for nomenclature, groupes in termes.offered(asked, today=today).items()
    }


def _bare(valeur: str, label: str) -> tuple[str, str]:
    """«PATHOLOGIES:AVC» is AVC in an address."""
    return valeur.partition(":")[2], label


def in_words(structures: list[Etablissement | Unite]) -> list[list[tuple[Donnee, list[str]]]]:
    """Of each, what everybody may read of its sheet, a line for each row or item; one query."""
    known = [_shown(one) for one in structures]
    wanted: set[str] = set()
    for one, values in zip(structures, known, strict=True):
        wanted |= termes.codes(fiches.donnees(one.niveau), values)
    mots = termes.mots(wanted, [element for one in structures for element in one.elements.all()])
    return [
        [
            (donnee, mots.lines(donnee, values[donnee.code]))
            for donnee in fiches.donnees(one.niveau)
            if donnee.code in values
        ]
        for one, values in zip(structures, known, strict=True)
    ]


def _shown(structure: Etablissement | Unite) -> dict[str, Any]:
    values = {code: value for code, value in public_values(structure).items() if code not in IN_THE_HEAD}
    if "contacts" in values:  # all of them are for everybody: it need not be said of each
        kept = [
            {name: said for name, said in row.items() if name != "confidentialite"}
            for row in values["contacts"]
        ]
        values["contacts"] = kept
    return values
