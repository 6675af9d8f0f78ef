"""Places, as people type them and the extraction writes them: codes, towns, arrondissements, CEDEX (ANN-5).

Pure; words are normalised: A–Z, 0–9.
"""

import re
from dataclasses import dataclass

SAINTS = {"ST": "SAINT", "STE": "SAINTE"}
WITH_ARRONDISSEMENTS = ("PARIS", "LYON", "MARSEILLE")
UNSAID = ("CEDEX", "ARRONDISSEMENT", "ARRDT", "ARR")
ARRONDISSEMENT = re.compile(r"0?(\d{1,2})(ER|E|EME|ND|NDE)?")
OF_ARRONDISSEMENT = re.compile(r"75[01]\d\d|6900\d|130\d\d")
WHOLE = 5  # figures of a code postal
OVERSEAS = ("97", "98")
CODE = re.compile(r"\d{2,5}|2[AB]")
CORSICA = {"2A": ("200", "201"), "2B": ("202", "206")}


@dataclass(frozen=True)
class Place:
    """A code postal, or its first figures, and a town's key; either may be empty."""

    code: str = ""
    ville: str = ""

    @property
    def is_whole(self) -> bool:
        return len(self.code) == WHOLE

    @property
    def starts(self) -> tuple[str, ...]:
        """What the code postal begins with; Corsica's départements have two each."""
        return CORSICA.get(self.code, (self.code,))

    def in_departement(self, code: str) -> bool:
        return code[: self.figures] == self.code[: self.figures]

    @property
    def figures(self) -> int:
        """Of a code postal, how many say its département."""
        return 3 if self.code.startswith(OVERSEAS) else 2


def read(words: list[str]) -> Place:
    """«31000 Toulouse», «Toulouse (31)», «Paris 14e», «Lyon 03», «31059 Toulouse Cedex 9».

    Raises ValueError when it begins with figures that are no code postal.
    """
    if words and words[0][0].isdigit():
        figures = next((i for i, word in enumerate(words) if not word.isdigit()), len(words)) or 1
        code, rest = "".join(words[:figures]), words[figures:]
        if not CODE.fullmatch(code):
            raise ValueError(code)
        return _coded(code, rest)
    if len(words) > 1 and _ends_with_code(words):
        return _coded(words[-1], words[:-1])
    return Place("", town(words))


def _coded(code: str, words: list[str]) -> Place:
    """Of an arrondissement, the code says it all: «75014 Paris» is not all of Paris."""
    return Place(code, "" if OF_ARRONDISSEMENT.fullmatch(code) else town(words))


def departement(code: str) -> str:
    """Of a code postal, or its first figures: 2A and 2B in Corsica, three figures overseas."""
    corse = next((one for one, starts in CORSICA.items() if code.startswith(starts)), "")
    return corse or code[: Place(code).figures]


def town(words: list[str]) -> str:
    """The key of the ordinary town: TOULOUSE of «TOULOUSE CEDEX 9», SAINTETIENNE of «ST ETIENNE».

    An arrondissement stays, however it is written: PARIS04 of «PARIS 4E ARRONDISSEMENT», «PARIS CEDEX 04».
    """
    words = [SAINTS.get(word, word) for word in words]
    if words[:1] and words[0] in WITH_ARRONDISSEMENTS:
        rest = [word for word in words[1:] if word not in UNSAID]
        numbered = ARRONDISSEMENT.fullmatch("".join(rest))
        return words[0] + (f"{int(numbered[1]):02d}" if numbered else "".join(rest))
    return "".join(words[: words.index("CEDEX")] if "CEDEX" in words else words)


def is_cedex(code: str, words: list[str]) -> bool:
    """A CEDEX code, for an organisation's mail. A code wrongly taken for one still leads to its town."""
    return "CEDEX" in words or (
        len(code) == WHOLE and code[-1] != "0" and not OF_ARRONDISSEMENT.fullmatch(code)
    )


def _ends_with_code(words) -> bool:
    if len(words[-1]) == WHOLE:
        return CODE.fullmatch(words[-1]) is not None
    is_numbered = words[0] in WITH_ARRONDISSEMENTS or "CEDEX" in words
    return not is_numbered and CODE.fullmatch(words[-1]) is not None
