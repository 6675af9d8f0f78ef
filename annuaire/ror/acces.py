"""Where the ROR is, who we are for it, and what we are allowed to see."""

from dataclasses import dataclass, field
from typing import Any

PROFIL_SYSTEM, ROLE_SYSTEM = "1.2.250.1.213.1.6.1.66", "1.2.250.1.213.1.1.4.6"
PROFILS = range(6)  # of access: 0 is what is public


@dataclass(frozen=True)
class Acces:
    """`url`: base of the FHIR interface; `certificat`, `cle`: PEM files for profiles 1 to 5, else `secret`.

    `niveau`: our access profile, 0 (what is public) to 5; a field that it hides is absent, not empty.
    `heures`: after so many, a synchronisation gives up; `overlap`: minutes that a delta asks again;
    `par_page`, `plafond`: how many results the ROR gives at once, and of one search.
    """

    url: str
    token_url: str
    client_id: str
    secret: str = field(default="", repr=False)
    certificat: str = ""
    cle: str = ""
    autorites: str = ""
    profil: str = "CU23"
    profil_system: str = PROFIL_SYSTEM
    role: str = "AUTOMATE"
    role_system: str = ROLE_SYSTEM
    niveau: int = 0
    heures: float = 6
    overlap: float = 15
    par_page: int = 200
    plafond: int = 10_000

    @classmethod
    def of(cls, settings: Any) -> "Acces":
        return cls(
            url=settings.ROR_URL.rstrip("/"),
            token_url=settings.ROR_TOKEN_URL,
            client_id=settings.ROR_CLIENT_ID,
            secret=settings.ROR_CLIENT_SECRET,
            certificat=settings.ROR_CERTIFICAT,
            cle=settings.ROR_CLE,
            autorites=settings.ROR_CA,
            profil=settings.ROR_PROFIL,
            profil_system=settings.ROR_PROFIL_SYSTEM,
            role=settings.ROR_ROLE,
            role_system=settings.ROR_ROLE_SYSTEM,
            niveau=settings.ROR_NIVEAU,
            heures=settings.ROR_HEURES,
        )

    @property
    def headers(self) -> dict[str, str]:
        """The four that the ROR wants with every request."""
        return {
            "Ror-Profil-Utilisateur-Code": self.profil,
            "Ror-Profil-Utilisateur-System": self.profil_system,
            "Ror-Role-Metier-Code": self.role,
            "Ror-Role-Metier-System": self.role_system,
        }
