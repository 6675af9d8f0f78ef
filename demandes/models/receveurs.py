"""Who receives a demande: a unit, a guichet, or the CPAM of a coordination (PRADO)."""

from dataclasses import dataclass

from django.db.models import Case, F, Value, When

from annuaire.models import Lieu
from viatraj.core.droits import Domaine, Niveau

LIEUX = (Niveau.UNITE, Niveau.GUICHET, Niveau.COORDINATION)
# `Demande.module`, in SQL.
MODULE = Case(
    When(niveau=Niveau.COORDINATION.value, then=Value(Domaine.CPAM.value)), default=F("orientation")
)


@dataclass(frozen=True)
class Receveur(Lieu):
    """A place as demandes name it."""

    def __str__(self) -> str:
        said = super().__str__()
        return f"CPAM – PRADO, {said}" if self.niveau == Niveau.COORDINATION else said
