"""The rule of `annuaire.fiches.completude`, for many sheets at once: lists and their filters (ANN-3).

Its answer is kept with each row: `Etablissement.complet`, and `Unite.complete`, which triggers write.
"""

from collections.abc import Collection, Iterable

from django.db.models import Count, Exists, OuterRef, Q

from annuaire.fiches.completude import Jauge, of_etablissement
from annuaire.models import Etablissement, Unite


def complets() -> Q:
    """Établissements complete themselves, and whose open units all are."""
    lacking = Unite.objects.filter(complete=False, closed_at=None, etablissement=OuterRef("pk"))
    return Q(complet=True) & ~Q(Exists(lacking))


def of_units(pks: Iterable[int], *, within: Q) -> dict[int, tuple[int, int]]:
    """By établissement: how many open units, how many of them complete. One statement."""
    rows = Unite.objects.filter(within, etablissement__in=list(pks), closed_at=None).order_by()
    counted = rows.values("etablissement").annotate(
        total=Count("pk"), complets=Count("pk", filter=Q(complete=True))
    )
    return {one["etablissement"]: (one["total"], one["complets"]) for one in counted}


def complete_among(pks: Collection[int]) -> frozenset[int]:
    """Units."""
    return frozenset(Unite.objects.filter(complete=True, pk__in=pks).values_list("pk", flat=True))


def jauge(etablissement: Etablissement) -> Jauge:
    """Its own, without a statement."""
    columns = ("categorie", "adresse", "code_postal", "commune")
    return of_etablissement({**etablissement.fiche, **{one: getattr(etablissement, one) for one in columns}})
