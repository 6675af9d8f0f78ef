"""What a year of the COG says, and what must hold of it before anything is kept."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from viatraj.core.typography import counted

LONGEST = 100  # characters of a name
FEWEST_COMMUNES = 30_000  # France has had 34,000 and more since the Revolution
FIRST, LAST = 2019, 2099  # years of a COG that we may be given


class Refused(ValueError):
    """The territory is not taken; the sentence is for the operator."""


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    nom: str


@dataclass(frozen=True, slots=True)
class Collectivite:
    """A département, or a collectivité d’outre-mer, which is its own region."""

    code: str
    region: str
    nom: str


@dataclass(frozen=True, slots=True)
class Epci:
    code: str
    nature: str
    nom: str


@dataclass(frozen=True, slots=True)
class Commune:
    """`epci` is empty, `population` None where there is none."""

    code: str
    departement: str
    epci: str
    population: int | None
    codes_postaux: tuple[str, ...]
    nom: str


@dataclass(frozen=True, slots=True)
class Ancienne:
    """A former code, or a part that has a name of its own; `commune` is the living one."""

    code: str
    nature: str  # as `CommuneAncienne.Nature`
    commune: str
    nom: str


CODES = {
    Region: re.compile(r"[0-9]{2,3}", re.ASCII),
    Collectivite: re.compile(r"[0-9][0-9AB][0-9]?", re.ASCII),
    Epci: re.compile(r"[0-9]{9}", re.ASCII),
    Commune: re.compile(r"[0-9][0-9AB][0-9]{3}", re.ASCII),
    Ancienne: re.compile(r"[0-9][0-9AB][0-9]{3}", re.ASCII),
}
POSTAL = re.compile(r"[0-9]{5}", re.ASCII)
NAMED = {
    Region: "régions",
    Collectivite: "départements",
    Epci: "EPCI",
    Commune: "communes",
    Ancienne: "anciens codes",
}


@dataclass(frozen=True, slots=True)
class Territoire:
    annee: int
    version: str  # of the package
    regions: tuple[Region, ...]
    departements: tuple[Collectivite, ...]
    epci: tuple[Epci, ...]
    communes: tuple[Commune, ...]
    anciennes: tuple[Ancienne, ...]

    def check(self) -> "Territoire":
        """Itself, whole: each code well formed and once, each one known that another names; or Refused."""
        if not FIRST <= self.annee <= LAST:
            raise Refused(f"L’année {self.annee} n’est pas celle d’un COG.")
        rows = (self.regions, self.departements, self.epci, self.communes, self.anciennes)
        for kind, some in zip(CODES, rows, strict=True):
            _once(kind, some)
        if len(self.communes) < FEWEST_COMMUNES:
            raise Refused(
                f"Le fichier n’a que {counted(len(self.communes), 'commune')}\u00a0: il est incomplet."
            )
        regions, departements, epci, communes = ({one.code for one in some} for some in rows[:4])
        _known("une région inconnue", (one.region for one in self.departements), regions)
        _known("un département inconnu", (one.departement for one in self.communes), departements)
        _known("un EPCI inconnu", (one.epci for one in self.communes if one.epci), epci)
        _known("une commune inconnue", (one.commune for one in self.anciennes), communes)
        _known("un code postal mal formé", *_postal(self.communes))
        return self


def _once(kind: type, rows: tuple) -> None:
    named = NAMED[kind]
    if not rows:
        raise Refused(f"Le fichier est incomplet\u00a0: {named}, aucune ligne.")
    for one in rows:
        if not CODES[kind].fullmatch(one.code):
            raise Refused(f"Parmi les {named}, «\u00a0{one.code[:20]}\u00a0» n’est pas un code.")
        if len(one.nom) > LONGEST or not (one.nom or kind is Ancienne) or not one.nom.isprintable():
            raise Refused(f"Parmi les {named}, le nom de {one.code} est vide, illisible ou trop long.")
    code, number = Counter(one.code for one in rows).most_common(1)[0]
    if number > 1:
        raise Refused(f"Parmi les {named}, le code {code} est donné {number} fois.")


def _known(what: str, named: Iterable[str], known: set[str]) -> None:
    if strangers := set(named) - known:
        raise Refused(f"Le fichier parle d’{what}\u00a0: {min(strangers)[:20]}.")


def _postal(communes: tuple[Commune, ...]) -> tuple[set[str], set[str]]:
    """All codes postaux, and those that are well formed."""
    codes = {code for one in communes for code in one.codes_postaux}
    return codes, {code for code in codes if POSTAL.fullmatch(code)}
