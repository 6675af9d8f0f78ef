"""What a unit says of each pathologie of the thésaurus, group by group (ANN-2, row 36 of docs/fiche.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import slugify

from annuaire.models import Concept, PriseEnCharge, Unite

PATHOLOGIES = "PATHOLOGIES"
FIELDS = ("assuree", "age_min", "age_max", "niveau", "conditions")  # of an answer


@dataclass(frozen=True)
class Groupe:
    """`pathologies`: those that may be answered today; `said`: by code, what the unit has answered."""

    nom: str
    pathologies: tuple[Concept, ...]
    said: dict[str, PriseEnCharge]

    @property
    def slug(self) -> str:
        return slugify(self.nom)

    @property
    def answered(self) -> int:
        return len(self.said)

    @property
    def missing(self) -> list[Concept]:
        """«À renseigner»: never answered, whether the unit or the thésaurus is new."""
        return [one for one in self.pathologies if one.code not in self.said]

    @property
    def assured(self) -> list[Concept]:
        return [one for one in self.pathologies if one.code in self.said and self.said[one.code].assuree]


def said(answer: Mapping[str, Any]) -> str:
    """An answer in words: the fields of PriseEnCharge."""
    if not answer["assuree"]:
        parts = ["non prise en charge"]
    else:
        ages = [(answer["age_min"], "dès {}\u00a0ans"), (answer["age_max"], "jusqu’à {}\u00a0ans")]
        level = PriseEnCharge.Niveau(answer["niveau"]).label if answer["niveau"] else "prise en charge"
        parts = [level, *(text.format(age) for age, text in ages if age is not None)]
    return ", ".join([*parts, *filter(None, [answer["conditions"]])])


def groupes(unite: Unite, *, day: date) -> list[Groupe]:
    """In the order of the thésaurus; two queries."""
    said = {one.pathologie: one for one in unite.prises_en_charge.all()}
    found: dict[str, list[Concept]] = {}
    for one in Concept.objects.filter(nomenclature=PATHOLOGIES).current(day).order_by("rang", "code"):
        found.setdefault(one.groupe, []).append(one)
    return [
        Groupe(nom, tuple(ones), {one.code: said[one.code] for one in ones if one.code in said})
        for nom, ones in found.items()
    ]


def groupe(unite: Unite, slug: str, *, day: date) -> Groupe | None:
    return next((one for one in groupes(unite, day=day) if one.slug == slug), None)
