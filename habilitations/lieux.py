"""Where a habilitation is held: a structure of the directory, or the whole country (HAB-1)."""

from dataclasses import dataclass

from annuaire.models import Coordination, Etablissement, Guichet, Region, Unite
from viatraj.core.actor import Place
from viatraj.core.droits import Niveau

MODELS = {
    Niveau.REGION: Region,
    Niveau.COORDINATION: Coordination,
    Niveau.ETABLISSEMENT: Etablissement,
    Niveau.GUICHET: Guichet,
    Niveau.UNITE: Unite,
}


@dataclass(frozen=True)
class Lieu:
    """`row` is None for the whole country."""

    niveau: Niveau
    row: Region | Coordination | Etablissement | Guichet | Unite | None = None

    @classmethod
    def of(cls, row) -> "Lieu":
        return cls(next(niveau for niveau, model in MODELS.items() if isinstance(row, model)), row)

    @property
    def place(self) -> Place:
        return self.row.place if self.row else Place()

    @property
    def columns(self) -> dict[str, int | None]:
        """Of Habilitation: the place, and what lies above it, so that lists need no join."""
        place = self.place
        above = {name: getattr(place, name) for name in ("region", "coordination", "etablissement", "unite")}
        guichet = self.row.pk if self.row and self.niveau == Niveau.GUICHET else None
        return {f"{name}_id": pk for name, pk in {**above, "guichet": guichet}.items()}

    @property
    def modules(self) -> list[str] | None:
        """Domaines that the coordination has deployed; None where there is no coordination to ask."""
        if self.row is None or self.niveau == Niveau.REGION:
            return None
        coordination = self.row if self.niveau == Niveau.COORDINATION else None
        if self.niveau == Niveau.UNITE:
            coordination = self.row.etablissement.coordination
        return (coordination or self.row.coordination).modules

    @property
    def is_closed(self) -> bool:
        if self.niveau == Niveau.UNITE and self.row.etablissement.closed_at:
            return True
        return getattr(self.row, "closed_at", None) is not None

    @property
    def key(self) -> str:
        """As the column `lieu_key` of Habilitation."""
        return f"{self.niveau}:{self.row.pk if self.row else ''}"

    @property
    def full_name(self) -> str:
        """A unit's name says little without its établissement."""
        above = getattr(self.row, "etablissement", None)
        return f"{self}, {above}" if above else str(self)

    @property
    def name_inside(self) -> str:
        """In a list of what one établissement has, itself among it."""
        return "Tout l’établissement" if self.niveau == Niveau.ETABLISSEMENT else str(self)

    @property
    def heading(self) -> str:
        """In a list of many: its établissement, or its level."""
        if self.niveau == Niveau.ETABLISSEMENT:
            return str(self)
        return str(getattr(self.row, "etablissement", None) or Niveau(self.niveau).label)

    @property
    def depth(self) -> int:
        return list(Niveau).index(self.niveau)

    def __str__(self) -> str:
        return str(self.row) if self.row else "France entière"
