"""The demande d'admission of Grand Âge on paper, laid out as the national form Cerfa 14732*03 (DOS-3).

Our own drawing. Each part may be taken apart from the others: the médical goes in an envelope of its own. No
value is lost: what is longer than its box is whole on the sheet that follows its part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dossiers.volets import Formulaire


@dataclass(frozen=True)
class Rempli:
    """A volet as it was filled. `former`: its text of before it had fields; `pieces`: names of files."""

    form: Formulaire
    values: Mapping[str, Any]
    signature: str = ""
    former: str = ""
    pieces: Sequence[str] = ()


@dataclass(frozen=True)
class Demande:
    """`identite`: the whole of it; `personne`: what is enough to know the person. By kind, `volets` that may
    be read; those that may not are named in `absents`."""

    numero: str
    identite: Sequence[tuple[str, str]]
    personne: str
    volets: Mapping[str, Rempli]
    absents: Sequence[str]
    imprime_par: str
    imprime_le: datetime


def pdf(demande: Demande) -> bytes:
    from dossiers.reads.cerfa import parties  # 25 MB, only where papers are drawn

    return parties.pdf(demande)
