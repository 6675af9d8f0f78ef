"""What is public of the whole directory, for whoever reuses it: by slices, never all in memory."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from annuaire.models import Etablissement, Unite
from annuaire.natures import Nature
from annuaire.reads import fiches
from viatraj.core.csv_list import harmless

SLICE = 500
HEADS = (
    "FINESS",
    "Nom",
    "Catégorie",
    "Types d’accueil",
    "Adresse",
    "Code postal",
    "Commune",
    "Code INSEE",
    "Latitude",
    "Longitude",
    "Téléphone",
    "Site internet",
)


def rows() -> Iterator[list[Any]]:
    """Of the csv, in the order of HEADS."""
    for one in _open():
        natures = dict.fromkeys(unite.nature for unite in one.unites.all() if unite.nature)
        told = [
            one.finess,
            one.nom,
            one.categorie,
            ", ".join(Nature(nature).label for nature in natures),
            one.adresse,
            one.code_postal,
            one.commune,
            one.cog_id or "",
            one.latitude,
            one.longitude,
            one.fiche.get("telephone", ""),
            one.fiche.get("site", ""),
        ]
        yield [harmless(value) for value in told]


def sheets() -> Iterator[dict[str, Any]]:
    """Of the JSON: the public values of each sheet by code, where each comes from and since when."""
    for one in _open():
        yield {**_said(one), "unites": [_said(unite) for unite in one.unites.all()]}


def _said(structure) -> dict[str, Any]:
    known = fiches.public_values(structure)
    told = {code: list(structure.origines[code]) for code in known if code in structure.origines}
    checked = timezone.localdate(structure.verifiee_le).isoformat() if structure.verifiee_le else None
    return {"id": structure.pk, **known, "origines": told, "verifiee_le": checked}


def _open() -> Iterator[Etablissement]:
    units = Unite.objects.filter(closed_at=None).order_by("pk").prefetch_related("elements")
    found = Etablissement.objects.open().filter(finess__isnull=False).order_by("pk")
    return found.prefetch_related("elements", Prefetch("unites", units)).iterator(chunk_size=SLICE)
