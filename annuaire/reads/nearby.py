"""Surnames close to the typed one (one typing error, or the same sound), and who bears them (ANN-5)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from annuaire import spelling
from annuaire.reads import queries
from annuaire.reads.queries import VAGUE, Lieu, Line, Nom, Patronyme

SHORTEST = 3  # letters; typing errors are not looked for in shorter names
NOMS = 10
SURNAMES = 60  # whose people are looked for at a place, or by their first name
NEAREST = 150
WORDS = 2  # of a name whose parts are looked for by trigrams too


@dataclass(frozen=True)
class Proposition:
    """A surname that may have been meant; `recherche` is the search that finds it, first name included."""

    nom: str
    recherche: str


@dataclass(frozen=True)
class Near:
    """Nearest first: surnames, at most ten, and the lines of people who have them."""

    noms: list[Proposition] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Candidate:
    """A surname of the directory, and by how many typing errors it differs."""

    errors: int
    patronyme: Patronyme

    @property
    def rank(self) -> tuple:
        """Whole names before parts, then the most frequent: typing errors are equally likely in all names."""
        return self.errors, not self.patronyme.entier, -self.patronyme.lignes, self.patronyme.nom_cle


@dataclass(frozen=True)
class Reading:
    """One way to split what was typed into surname and first name, with the surnames close to it."""

    surname: str
    first_name: str
    near: dict[str, Candidate]

    @classmethod
    def of(cls, surname: str, first_name: str, candidates: Iterable[Candidate]) -> "Reading":
        near: dict[str, Candidate] = {}
        for one in sorted(candidates, key=lambda one: one.rank):
            near.setdefault(one.patronyme.nom_cle, one)
        return cls(surname, first_name, near)

    @property
    def prenom_cle(self) -> str:
        return self.first_name.replace(" ", "")

    def asked(self, lieu: Lieu) -> tuple[list[str], str, set[str]]:
        """As `queries.near` takes it; few of many surnames have somebody at a place, or of a first name."""
        surnames = list(self.near)[: SURNAMES if lieu.given or self.first_name else NOMS]
        return surnames, self.prenom_cle, spelling.slips(self.prenom_cle)

    def rank(self, line: Line) -> tuple:
        """Of somebody who has one of these surnames; the first name's slip counts as one."""
        candidate = self.near[line.nom_cle]
        slips = candidate.errors + (not line.prenom_cle.startswith(self.prenom_cle))
        return slips, *candidate.rank[1:], line.prenom_cle, line.idnat

    def proposition(self, nom: str) -> Proposition:
        return Proposition(nom, f"{nom} {self.first_name}".strip())


def find(name: Nom, lieu: Lieu, *, exclude, named: Collection[Line] = ()) -> Near:
    """`named` are people of exactly this name.

    Close names are added, unless the name is too short for that.
    """
    if named and len(name.cle) <= VAGUE:
        return Near()
    readings = _readings(name, widely=not named)
    if not readings:
        return Near()
    if len(name.words) == 1 and not lieu.given:
        return _of_surnames(readings[0], exclude=exclude, named=named)
    lines = queries.near([one.asked(lieu) for one in readings], lieu, exclude=exclude, nearest=NEAREST)
    known = {line.idnat for line in named}
    ranked = sorted(
        (min((one.rank(line), i) for i, one in enumerate(readings) if line.nom_cle in one.near), line)
        for line in lines
        if line.idnat not in known
    )
    noms: dict[str, Proposition] = {}
    for (_, i), line in ranked:
        noms.setdefault(line.nom_cle, readings[i].proposition(line.nom))
    return Near(list(noms.values())[:NOMS], [line for _, line in ranked])


def _of_surnames(reading: Reading, *, exclude, named) -> Near:
    """For a surname alone: the people of the closest surnames, only when nobody bears the typed one."""
    exact = {line.nom_cle for line in named}
    others = [one for cle, one in reading.near.items() if one.errors or cle not in exact]
    noms = [reading.proposition(one.patronyme.nom) for one in others[:NOMS]]
    if named or not others:
        return Near(noms)
    lines = queries.near([reading.asked(Lieu())], Lieu(), exclude=exclude, nearest=NEAREST)
    return Near(noms, sorted(lines, key=reading.rank))


def _readings(name: Nom, *, widely: bool) -> list[Reading]:
    """The readings with a close surname. `widely`: compare by trigrams when none is one typing error away."""
    pairs = [(surname, first_name) for surname, first_name in name.readings() if len(surname) >= SHORTEST]
    near = _one_slip_away({surname for surname, _ in pairs})
    if widely and not any(near.values()) and len(name.words) <= WORDS:
        near = {surname: _alike(surname) for surname in near}
    return [Reading.of(*pair, near[pair[0]]) for pair in pairs if near[pair[0]]]


def _one_slip_away(surnames: set[str]) -> dict[str, list[Candidate]]:
    slips = {surname: spelling.slips(surname) | {surname} for surname in surnames}
    sounds = {surname: spelling.sound(surname) for surname in surnames}
    found = queries.patronymes(set().union(*slips.values()), set(sounds.values()))
    return {
        surname: [
            Candidate(int(one.forme != surname), one)
            for one in found
            if one.forme in slips[surname] or one.sons == sounds[surname]
        ]
        for surname in surnames
    }


def _alike(surname: str) -> list[Candidate]:
    """Two or three slips away, or its beginning is."""
    found = [Candidate(_errors(surname, one.forme), one) for one in queries.similar(surname)]
    return [one for one in found if one.errors <= max(2, len(surname) // 3)]


def _errors(typed: str, forme: str) -> int:
    return min(spelling.distance(typed, forme), spelling.distance(typed, forme[: len(typed)]))
