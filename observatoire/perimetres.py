"""Of whose structures somebody may order figures (OBS-7): worked out when it is asked, never kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from annuaire.models import Coordination, Etablissement, Region, Unite
from viatraj.core.actor import Actor
from viatraj.core.droits import Mode, Niveau

NIVEAUX = (Niveau.NATIONAL, Niveau.REGION, Niveau.COORDINATION, Niveau.ETABLISSEMENT, Niveau.UNITE)
MODELS = {
    Niveau.REGION: Region,
    Niveau.COORDINATION: Coordination,
    Niveau.ETABLISSEMENT: Etablissement,
    Niveau.UNITE: Unite,
}


class Demandable(Protocol):
    """What a report says of who may order it."""

    @property
    def droit(self) -> str: ...
    @property
    def domaine(self) -> str: ...
    @property
    def niveaux(self) -> tuple[Niveau, ...]: ...


@dataclass(frozen=True)
class Perimetre:
    """Sorted ids of each level; a right on a guichet counts as its units. Nothing below `national` counts."""

    unites: tuple[int, ...] = ()
    etablissements: tuple[int, ...] = ()
    coordinations: tuple[int, ...] = ()
    regions: tuple[int, ...] = ()
    national: bool = False

    def __bool__(self) -> bool:
        return self.national or bool(self.unites or self.etablissements or self.coordinations or self.regions)

    @property
    def propre(self) -> bool:
        """Units and établissements alone: figures need no mask, lines of persons may be ordered."""
        return bool(self) and not (self.national or self.coordinations or self.regions)

    @property
    def ids(self) -> dict[Niveau, tuple[int, ...]]:
        return {
            Niveau.REGION: self.regions,
            Niveau.COORDINATION: self.coordinations,
            Niveau.ETABLISSEMENT: self.etablissements,
            Niveau.UNITE: self.unites,
        }

    @property
    def libelles(self) -> list[str]:
        """What «Critères» says: each level with its number, then each structure by its name."""
        if self.national:
            return ["France entière"]
        return [name for niveau, ids in self.ids.items() for name in sorted(map(_named, _rows(niveau, ids)))]

    def only(self, niveau: str) -> "Perimetre":
        """The part held at one level: figures of one's own are not mixed with those of a territory."""
        if niveau == Niveau.NATIONAL:
            return Perimetre(national=self.national)
        field = _field(Niveau(niveau))
        return Perimetre(**{field: getattr(self, field)})

    @property
    def niveaux(self) -> tuple[Niveau, ...]:
        """Those that hold something, widest first."""
        return tuple(one for one in NIVEAUX if (self.national if one == Niveau.NATIONAL else self.ids[one]))


def of(actor: Actor, rapport: Demandable, today: date) -> Perimetre | None:
    """Where he may order it today; None without a right, at a level that the report knows."""
    if actor.user is None or not actor.user.is_active:
        return None
    held = actor.rights.scopes(rapport.droit, mode=Mode.OUI, domaine=rapport.domaine)
    kept = {niveau: ids for niveau, ids in held.items() if niveau in rapport.niveaux}
    found = Perimetre(
        national=Niveau.NATIONAL in kept,
        **{
            _field(niveau): tuple(sorted(one for one in kept.get(niveau, ()) if one is not None))
            for niveau in MODELS
        },
    )
    return found or None


def _field(niveau: Niveau) -> str:
    return f"{niveau.value}s"


def _rows(niveau: Niveau, ids: Iterable[int]):
    rows = MODELS[niveau]._default_manager.filter(pk__in=list(ids))
    return rows.select_related("etablissement") if niveau == Niveau.UNITE else rows


def _named(row) -> str:
    return f"{row.nom}, {row.etablissement.nom}" if isinstance(row, Unite) else row.nom
