"""What a report says of itself (OBS-2): pages, files, the dictionary and the estimate are drawn from it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices

from observatoire.masquage.tableau import Tableau
from observatoire.perimetres import Perimetre
from viatraj.core.droits import Droit, Niveau


class Nature(TextChoices):
    LIGNES = "lignes", "ligne à ligne"
    AGREGE = "agrege", "chiffres regroupés"
    PHOTO = "photo", "photographie à une date"


class Groupe(TextChoices):
    """As the menu has them: Sanitaire with the CPAM, Handicap with TND."""

    SANITAIRE = "sanitaire", "Sanitaire"
    GRAND_AGE = "grand-age", "Grand Âge"
    HANDICAP = "handicap", "Handicap"
    DEPLOIEMENT = "deploiement", "Déploiement"


# How a cell is written; "" is text, a duration is in seconds.
KINDS = ("", "date", "instant", "int", "decimal", "percent", "duration")


@dataclass(frozen=True)
class Colonne:
    cle: str
    titre: str
    kind: str = ""
    definition: str = ""
    unite: str = ""
    largeur: int = 14


@dataclass(frozen=True)
class Critere:
    """Several may be chosen; none chosen is all of them. `choix`: value, label, of what one may see."""

    cle: str
    titre: str
    choix: Callable[[Perimetre], list[tuple[str, str]]]


@dataclass(frozen=True)
class Cadre:
    """What is ordered. Both days are included; a photograph is taken at the end of `fin`.

    `criteres` are values that `Critere.choix` has proposed. `cle`: of the pseudonyms of this order alone.
    """

    perimetre: Perimetre
    debut: date
    fin: date
    now: datetime
    cle: bytes = b""
    criteres: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def choisis(self, cle: str) -> tuple[str, ...]:
        return tuple(self.criteres.get(cle, ()))


@dataclass(frozen=True)
class Rapport:
    """`lignes`: tuples as `colonnes`. An aggregated one has its `tableau` too, with the persons behind each
    figure; outside one’s own structures only what masking makes of it is shown. `ensemble`: the same figures
    of all its lines together, for quantiles have no total.

    `vivant`: asked of the rows of the moment, not of the store.
    `nominal`: a line is a person’s, and is ordered of one’s own structures alone. `periode_sur`: empty for
    what is always of today.
    """

    code: str
    titre: str
    resume: str
    ligne: str
    groupe: Groupe
    nature: Nature
    periode_sur: str
    droit: Droit
    domaine: str
    niveaux: tuple[Niveau, ...]
    colonnes: tuple[Colonne, ...]
    criteres: tuple[Critere, ...]
    lignes: Callable[[Cadre], Iterator[tuple[Any, ...]]]
    estime: Callable[[Cadre], int]
    tableau: Callable[[Cadre], Tableau] | None = None
    ensemble: Callable[[Cadre], Tableau] | None = None
    nominal: bool = False
    vivant: bool = False

    @property
    def is_shown(self) -> bool:
        """Its figures are read on screen too."""
        return self.tableau is not None

    @property
    def entetes(self) -> tuple[str, ...]:
        return tuple(one.titre for one in self.colonnes)
