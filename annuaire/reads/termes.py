"""Terms of nomenclatures as pages show them: labels of codes, and what may be chosen (ANN-1, ANN-2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from annuaire.fiches import Donnee, Terme, Termes
from annuaire.models import Concept, Element
from viatraj.core.champs import Liste

HEADINGS = {
    "TRE_R212": "Équipements",
    "TRE_R210": "Actes spécifiques",
    "JDV_J186": "Professions",
    "TRE_R243": "Compétences",
    "RESSOURCES": "Autres ressources",
}
UNKNOWN = "libellé inconnu"


@dataclass(frozen=True)
class Groupe:
    """Terms under one heading, each with its label."""

    titre: str
    termes: tuple[tuple[str, str], ...]


class Mots:
    """Labels by «TRE_R212:098», and values of fields in words.

    `libelles` are those that a feeder has said; shown where the nomenclature does not know the code.
    """

    def __init__(self, connus: Mapping[str, str], libelles: Mapping[str, str]):
        self.connus, self.libelles = connus, libelles

    def label(self, valeur: str) -> str:
        return self.connus.get(valeur) or self.libelles.get(valeur) or nameless(valeur)

    def lines(self, donnee: Donnee, value: Any) -> list[str]:
        """In words, a line for each row or item; none of nothing."""
        champ = donnee.champ
        if value in (None, "", []):
            return []
        if isinstance(champ, Terme):
            return [self.label(f"{champ.nomenclature}:{value}")]
        if isinstance(champ, Termes):
            return [self.label(one) for one in value]
        try:
            return champ.said_rows(value) if isinstance(champ, Liste) else [champ.said(value)]
        except (KeyError, ValueError):  # what a feeder has said, and no option of ours
            return [str(value)]

    def said(self, donnee: Donnee, value: Any) -> str:
        return "\n".join(self.lines(donnee, value))


def codes(donnees: Iterable[Donnee], values: Mapping[str, Any]) -> set[str]:
    """All that these values name, as «TRE_R213:28»."""
    found: set[str] = set()
    for donnee in donnees:
        value = values.get(donnee.code)
        if value and isinstance(donnee.champ, Terme):
            found.add(f"{donnee.champ.nomenclature}:{value}")
        elif value and isinstance(donnee.champ, Termes):
            found.update(value)
    return found


def mots(wanted: Iterable[str], elements: Iterable[Element] = ()) -> Mots:
    """One statement, whatever their number."""
    return Mots(known_labels(wanted), {one.valeur: one.libelle for one in elements if one.libelle})


def offered(donnees: Iterable[Donnee], *, today) -> dict[str, list[Groupe]]:
    """By nomenclature: the terms that may be chosen today, in their order. One statement."""
    asked: set[str] = set()
    for donnee in donnees:
        if isinstance(donnee.champ, Terme):
            asked.add(donnee.champ.nomenclature)
        elif isinstance(donnee.champ, Termes):
            asked.update(donnee.champ.nomenclatures)
    if not asked:
        return {}
    rows = Concept.objects.current(today).filter(nomenclature__in=asked).order_by("rang", "libelle", "code")
    grouped: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for one in rows:
        groups = grouped.setdefault(one.nomenclature_id, {})
        groups.setdefault(one.groupe, []).append((f"{one.nomenclature_id}:{one.code}", one.libelle))
    return {
        nomenclature: [Groupe(_titre(nomenclature, groupe), tuple(found)) for groupe, found in groups.items()]
        for nomenclature, groups in grouped.items()
    }


def _titre(nomenclature: str, groupe: str) -> str:
    return "\u00a0: ".join(filter(None, [HEADINGS.get(nomenclature, ""), groupe]))


def known_labels(valeurs: Iterable[str]) -> dict[str, str]:
    """Of those that a nomenclature of ours has, ended ones too; one query."""
    by_nomenclature: dict[str, list[str]] = {}
    for one in valeurs:
        nomenclature, _, code = one.partition(":")
        by_nomenclature.setdefault(nomenclature, []).append(code)
    rule = [Q(nomenclature=name, code__in=codes) for name, codes in by_nomenclature.items()]
    found = Concept.objects.filter(reduce(or_, rule, Q(pk__in=[])))
    return {
        f"{name}:{code}": label for name, code, label in found.values_list("nomenclature", "code", "libelle")
    }


def nameless(valeur: str) -> str:
    """A code whose label nobody knows."""
    return f"{valeur.partition(':')[2]} ({UNKNOWN})"
