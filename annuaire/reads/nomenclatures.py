"""Codes that sheets use and that no nomenclature of ours knows: a newer version has to be loaded (ANN-1)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, F, Max

from annuaire import fiches
from annuaire.fiches import Donnee, Stock, Terme
from annuaire.models import Concept, Element, Etablissement, PriseEnCharge, Unite
from annuaire.reads.thesaurus import PATHOLOGIES
from viatraj.core.droits import Niveau

MODELS = {Niveau.ETABLISSEMENT: Etablissement, Niveau.UNITE: Unite}


@dataclass(frozen=True)
class Inconnu:
    """`libelle`: as a feeder has said it, empty when none has."""

    nomenclature: str
    code: str
    fiches: int
    libelle: str = ""


def unknown() -> list[Inconnu]:
    """By nomenclature, the most used first; as many queries as sheets have fields with a code."""
    used, libelles = Counter[tuple[str, str]](), {}
    elements = Element.objects.values_list("nomenclature", "code")
    for nomenclature, code, count, libelle in elements.annotate(Count("pk"), Max("libelle")).order_by():
        used[nomenclature, code] += count
        libelles[nomenclature, code] = libelle
    for nomenclature, code, count in _single():
        used[nomenclature, code] += count
    known = set(Concept.objects.order_by().values_list("nomenclature_id", "code"))
    found = [
        Inconnu(*key, count, libelles.get(key, ""))
        for key, count in used.items()
        if key not in known and key[1]
    ]
    return sorted(found, key=lambda one: (one.nomenclature, -one.fiches, one.code))


def _single() -> Iterator[tuple[str, str, int]]:
    """(nomenclature, code, sheets) of fields that hold one code, and of the thésaurus."""
    for niveau, model in MODELS.items():
        for donnee in fiches.donnees(niveau):
            if isinstance(donnee.champ, Terme):
                where = _where(donnee)
                counted = model.objects.order_by().values_list(where).annotate(count=Count("pk"))
                for code, count in counted:
                    yield donnee.champ.nomenclature, str(code or ""), count
    pathologies = PriseEnCharge.objects.order_by().values_list("pathologie").annotate(count=Count("pk"))
    for code, count in pathologies:
        yield PATHOLOGIES, code, count


def _where(donnee: Donnee) -> F:
    return F(donnee.code if donnee.stock == Stock.COLONNE else f"fiche__{donnee.code}")
