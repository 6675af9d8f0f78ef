"""Who a card or Pro Santé Connect says somebody is; kept on the attempt until the session opens."""

from dataclasses import dataclass

import annuaire.search
from accounts.models import User


@dataclass(frozen=True)
class Verified:
    """All texts, empty when unknown; `idnat` as on the card: 8+RPPS, 0+ADELI, 3/5…/… of a CPE or CPA."""

    means: str
    idnat: str
    nom: str
    prenom: str
    profession: str = ""  # TRE_G15
    categorie: str = ""  # TRE_R09
    profession_label: str = ""
    specialite: str = ""
    adresse: str = ""
    structure: str = ""  # Struct_IdNat and name, of a CPE or CPA
    issuer: str = ""  # of the card's certificate, or of the ID token
    serial: str = ""  # of the card's certificate, or `sub`
    not_after: str = ""  # ISO 8601, of the card's certificate
    former_idnats: tuple[str, ...] = ()  # ADELI before RPPS

    @classmethod
    def from_json(cls, kept: dict) -> "Verified":
        return cls(**{**kept, "former_idnats": tuple(kept.get("former_idnats", ()))})

    @property
    def idnats(self) -> tuple[str, ...]:
        """The number of today first, then those it replaced."""
        return (self.idnat, *self.former_idnats)

    @property
    def specialite_or_listed(self) -> str:
        """PSC says it; a card does not, the national directory does (CON-8)."""
        listed = None if self.specialite else annuaire.search.by_number(self.idnat)
        return listed.specialite if listed else self.specialite

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip()

    @property
    def is_medecin(self) -> bool:
        return self.profession == User.MEDECIN and self.categorie in (User.CIVIL, User.MILITARY)
