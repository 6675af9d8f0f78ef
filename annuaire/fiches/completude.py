"""What a sheet needs to be complete (ANN-3). Pure; `annuaire.reads.completude` asks the same of many rows.

Of a unit: the criteria by which the ROR's own follow-up calls it «finalisée» (ROR-indicateurs-BI-SQL,
`view_V_DIM_SuiviPeuplementROR_UE`). Of an établissement, which that follow-up does not judge: ours.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

A_DOMICILE = ("209", "354", "460")  # TRE_R66: there, the category of organisation (TRE_R244) counts too
ADRESSE = ("adresse", "code_postal", "commune")


@dataclass(frozen=True)
class Critere:
    """`champs`: where it is filled; none when it is on the sheet of the établissement."""

    label: str
    rempli: bool
    champs: tuple[str, ...]


@dataclass(frozen=True)
class Jauge:
    criteres: tuple[Critere, ...]

    @property
    def total(self) -> int:
        return len(self.criteres)

    @property
    def remplis(self) -> int:
        return sum(one.rempli for one in self.criteres)

    @property
    def manquants(self) -> list[Critere]:
        return [one for one in self.criteres if not one.rempli]

    @property
    def champs(self) -> frozenset[str]:
        """The fields that count."""
        return frozenset(code for one in self.criteres for code in one.champs)


def of_etablissement(values: Mapping[str, Any]) -> Jauge:
    return Jauge(
        (
            Critere("Catégorie", _said(values, "categorie"), ("categorie",)),
            Critere("Adresse, code postal et commune", has_adresse(values), ADRESSE),
            Critere("Téléphone", _said(values, "telephone"), ("telephone",)),
        )
    )


def of_unite(
    values: Mapping[str, Any], *, etablissement: Mapping[str, Any], connues: Collection[str]
) -> Jauge:
    """`connues`: codes whose nomenclature is known, as the sheet writes them («TRE_R211:001»)."""
    above = has_adresse(etablissement)
    activites = any(one in connues for one in values.get("activites") or ())
    contacts = any(is_complete(one) for one in values.get("contacts") or ())
    found = [
        Critere("Champ d’activité (domaine)", _said(values, "domaine"), ("domaine",)),
        Critere("Mode de prise en charge", _said(values, "mode"), ("mode",)),
        Critere("Âge minimum", _said(values, "age_min"), ("age_min",)),
        Critere("Âge maximum", _said(values, "age_max"), ("age_max",)),
        Critere("Une activité opérationnelle de la nomenclature", activites, ("activites",)),
        Critere("Adresse, code postal et commune", above or has_adresse(values), () if above else ADRESSE),
        Critere("Un contact complet", contacts, ("contacts",)),
    ]
    if etablissement.get("categorie") in A_DOMICILE:
        found.append(Critere("Type d’offre", _said(values, "type_offre"), ("type_offre",)))
    return Jauge(tuple(found))


def has_adresse(values: Mapping[str, Any]) -> bool:
    """A street or a place’s name, then the town and its code."""
    street = _said(values, "adresse") or _said(values, "lieu")
    return street and _said(values, "code_postal") and _said(values, "commune")


def is_complete(contact: Mapping[str, str]) -> bool:
    """A function, one way to reach it, and to whom it may be shown."""
    reached = contact.get("telephone") or contact.get("email")
    return bool(contact.get("fonction") and reached and contact.get("confidentialite"))


def _said(values: Mapping[str, Any], code: str) -> bool:
    return values.get(code) not in (None, "", [])
