"""Who a card or Pro Santé Connect says somebody is; kept on the attempt until the session opens."""

import re
from dataclasses import dataclass, fields

import annuaire.reads.search
from accounts.models import User

UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
LONGEST = {"idnat": 40, "nom": 100, "prenom": 100, "profession": 10, "categorie": 1}  # as accounts keep them
LONGEST_TEXT = 200  # characters of anything else
WHO = ("idnat", "nom", "prenom")


class Unfit(ValueError):
    """This cannot be a person's name or number: NUL, control characters, 5,000 letters."""


# PS_IdNat by its first character (TRE_G08), 40 characters at most: RPPS, Adeli, then what a structure gives
# (CPE, CPA): its own number, the person's. 9, the students' number, and 2 open no account.
IDNAT = re.compile(
    r"8\d{11}|0[0-9A-Z]{9}|3[0-9AB]{9}/[\w.-]{1,25}|4\d{9}/[\w.-]{1,25}"
    r"|5\d{14}/[\w.-]{1,23}|[16]\w{6,15}/[\w.-]{1,22}",
    re.ASCII,
)


@dataclass(frozen=True)
class Verified:
    """All texts, empty when unknown; `idnat` as on the card: 8+RPPS, 0+ADELI, 3/5…/… of a CPE or CPA.

    All values fit our columns: a name or number that does not raises `Unfit`, a code that does not becomes
    empty, other texts are cut.
    """

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

    def __post_init__(self):
        for one in fields(self):
            text = getattr(self, one.name)
            if one.name != "former_idnats":
                object.__setattr__(self, one.name, _fitting(one.name, text))

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
        listed = None if self.specialite else annuaire.reads.search.by_number(self.idnat)
        return listed.specialite if listed else self.specialite

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip()

    @property
    def is_medecin(self) -> bool:
        return self.profession == User.MEDECIN and self.categorie in (User.CIVIL, User.MILITARY)


def _fitting(name: str, text: str) -> str:
    if name == "adresse" and "\n" in text:
        return "\n".join(_fitting(name, line) for line in text.split("\n")[:6])
    readable, longest = UNREADABLE.sub("", text), LONGEST.get(name, LONGEST_TEXT)
    if readable == text and len(text) <= longest:
        return text
    if name in WHO:
        raise Unfit(name)
    return "" if name in LONGEST else readable[:longest]
