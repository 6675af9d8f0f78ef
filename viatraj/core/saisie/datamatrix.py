"""The Datamatrix of an INS, as a handheld scanner types it, or pasted (DOS-3).

`IS01`, 22 zeros, then fields in any order, each an identifier (S1 to S7) and its value. A value shorter than
its field ends with GS (0x1D). Many scanners drop or replace GS: an end that the alphabet of the field leaves
no doubt about is taken, and said; anything else is refused, never guessed.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from viatraj.core.saisie import Refused, ins, naissances
from viatraj.core.saisie.naissances import Naissance

HEADER = "IS01" + "0" * 22
LONGEST = 400  # characters; a whole one has at most 300
GS = "\x1d"
NEXT = re.compile(r"S\d", re.ASCII | re.IGNORECASE)
STANDS_FOR_GS = ("<GS>", "{GS}", "[GS]", "^]", "\u241d", "\\x1d", "\\u001d", "|", "~")
SYMBOLOGY = ("]d2", "]d1")  # some scanners say first what kind of code it is
SEXES = ("M", "F", "I")


class Field(NamedTuple):
    label: str
    longest: int
    alphabet: str
    fixed: bool = False


FIELDS = {
    "S1": Field("matricule", 15, r"[0-9AB]", fixed=True),
    "S2": Field("oid", 20, r"[0-9.]"),
    "S3": Field("prénoms de naissance", 100, r"[A-Z '-]"),
    "S4": Field("nom de naissance", 100, r"[A-Z '-]"),
    "S5": Field("sexe", 1, r"[MFI]", fixed=True),
    "S6": Field("date de naissance", 10, r"[0-9-]", fixed=True),
    "S7": Field("lieu de naissance", 5, r"[0-9AB]", fixed=True),
}
NOT_ONE = (
    "Ce texte n’est pas un Datamatrix INS\u00a0: il devrait commencer par «\u00a0IS01\u00a0» et vingt-deux "
    "zéros. Vérifiez que le lecteur est réglé pour un clavier français."
)
TOO_LONG = f"Ce texte dépasse {LONGEST} caractères\u00a0: effacez le champ, puis scannez une seule fois."
IN_CAPITALS = (
    "Le lecteur écrit en minuscules, alors qu’un Datamatrix INS est en capitales\u00a0: vérifiez la touche "
    "de verrouillage des majuscules, puis scannez de nouveau."
)
WITHOUT_GS = "Le lecteur ne transmet pas les séparateurs\u00a0: vérifiez le nom et les prénoms."
OTHER_GS = "Le lecteur remplace les séparateurs\u00a0: vérifiez le nom et les prénoms."
TEST = "Ce Datamatrix est celui d’une identité de test\u00a0: il n’est accepté qu’en démonstration."


@dataclass(frozen=True)
class Traits:
    """What the code holds; `notes` say what was understood although the scanner altered it."""

    matricule: str
    oid: str
    prenoms: str
    nom: str
    sexe: str
    naissance: Naissance
    lieu: str
    notes: tuple[str, ...] = ()

    @property
    def prenom(self) -> str:
        """The first of the prénoms; a compound one keeps its hyphen."""
        return self.prenoms.split()[0]


@dataclass
class Reader:
    """Goes through the text once; `notes` are kept in order."""

    text: str
    at: int = 0
    notes: dict[str, None] = field(default_factory=dict)

    def fields(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while self.at < len(self.text):
            name = self._identifier()
            if name in found:
                raise Refused(f"Ce Datamatrix donne deux fois le champ «\u00a0{FIELDS[name].label}\u00a0».")
            found[name] = self._fixed(FIELDS[name]) if FIELDS[name].fixed else self._variable(FIELDS[name])
        return found

    def _identifier(self) -> str:
        name = self.text[self.at : self.at + 2]
        if name not in FIELDS:
            if name.upper() in FIELDS:
                raise Refused(IN_CAPITALS)
            raise Refused(f"Ce Datamatrix contient un champ inconnu\u00a0: «\u00a0{_shown(name)}\u00a0».")
        self.at += 2
        return name

    def _fixed(self, kind: Field) -> str:
        value = self.text[self.at : self.at + kind.longest]
        if not re.fullmatch(f"{kind.alphabet}{{{kind.longest}}}", value, re.ASCII):
            raise Refused(
                f"Dans ce Datamatrix, le champ «\u00a0{kind.label}\u00a0» est incomplet ou illisible."
            )
        self.at += kind.longest
        if self.text.startswith(GS, self.at):
            self.at += 1
        return value

    def _variable(self, kind: Field) -> str:
        rest = self.text[self.at :]
        strange = re.search(f"(?!{kind.alphabet})", rest, re.ASCII | re.DOTALL)
        value = rest[: strange.start()] if strange else rest
        # No value holds a figure after a letter: an S before a figure begins the next field.
        if value.endswith("S") and NEXT.match(rest, len(value) - 1):
            value = value[:-1]
        self.at += len(value)
        if len(value) > kind.longest:
            raise Refused(
                f"Dans ce Datamatrix, le champ «\u00a0{kind.label}\u00a0» dépasse {kind.longest} caractères."
            )
        self._end(kind, full=len(value) == kind.longest)
        if not value.strip():
            raise Refused(f"Dans ce Datamatrix, le champ «\u00a0{kind.label}\u00a0» est vide.")
        return value.strip()

    def _end(self, kind: Field, *, full: bool) -> None:
        """After a value that is shorter than its field: GS, or what stands for it, or nothing at all."""
        rest = self.text[self.at :]
        if rest.startswith(GS):
            self.at += 1
        elif other := next((one for one in STANDS_FOR_GS if rest.startswith(one)), ""):
            self.at += len(other)
            self.notes[OTHER_GS] = None
        elif rest and not NEXT.match(rest):
            raise Refused(_strange(rest[0], kind))
        elif rest and not full:
            self.notes[WITHOUT_GS] = None


def read(text: str, *, tests: bool = False) -> Traits | None:
    """None when nothing was scanned. `tests`: identities of test are accepted too."""
    scanned = text.strip(" \t\r\n")
    scanned = next((scanned[len(one) :] for one in SYMBOLOGY if scanned.startswith(one)), scanned)
    if not scanned:
        return None
    if len(scanned) > LONGEST:
        raise Refused(TOO_LONG)
    if not scanned.startswith(HEADER):
        raise Refused(IN_CAPITALS if scanned.startswith(HEADER.lower()) else NOT_ONE)
    reader = Reader(scanned, len(HEADER))
    found = reader.fields()
    if missing := [kind.label for name, kind in FIELDS.items() if name not in found]:
        raise Refused(f"Ce Datamatrix est incomplet. Il y manque\u00a0: {', '.join(missing)}.")
    return Traits(
        matricule=ins.matricule(found["S1"]),
        oid=_oid(found["S2"], tests=tests),
        prenoms=found["S3"],
        nom=found["S4"],
        sexe=found["S5"],
        naissance=_naissance(found["S6"]),
        lieu=ins.lieu(found["S7"]),
        notes=tuple(reader.notes),
    )


def _naissance(typed: str) -> Naissance:
    found = naissances.read(typed)
    if found is None:
        raise Refused(naissances.NOT_A_BIRTH)
    return found


def _oid(oid: str, *, tests: bool) -> str:
    if oid in ins.TESTS and not tests:
        raise Refused(TEST)
    if oid not in (ins.NIR, ins.NIA, *ins.TESTS):
        raise Refused(f"Ce Datamatrix n’est pas celui d’une INS\u00a0: son OID est {oid}.")
    return oid


def _strange(letter: str, kind: Field) -> str:
    if letter.islower() and letter.isascii():
        return IN_CAPITALS
    return (
        f"Dans ce Datamatrix, le champ «\u00a0{kind.label}\u00a0» contient «\u00a0{_shown(letter)}\u00a0», "
        "qu’une INS n’a jamais. Vérifiez les réglages du lecteur."
    )


def _shown(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text)
