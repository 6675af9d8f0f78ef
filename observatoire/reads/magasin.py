"""How fresh the store is, and how true: what of it differs from its source, in words (OBS-4)."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from observatoire.models import Releve
from viatraj.core.typography import counted, grouped, short_day

SHOWN = 20  # days of one run
ETATS = {
    Releve.Etat.EN_COURS: ("En cours", "info", "horloge"),
    Releve.Etat.FINI: ("Terminé", "succes", "ok"),
    Releve.Etat.ECHEC: ("Interrompu", "attention", "alerte"),
}
DRIFTED = ("Écart avec la source", "erreur", "erreur")


def relevees_at() -> datetime | None:
    """What had happened by then is counted; None before the first run."""
    done = Releve.objects.filter(etat=Releve.Etat.FINI).order_by("-commence_at")
    return done.values_list("commence_at", flat=True).first()


@dataclass(frozen=True)
class Ligne:
    """One run; `ecarts`: of each day that differs, a sentence."""

    releve: Releve

    @cached_property
    def etat(self) -> tuple[str, str, str]:
        return DRIFTED if self.releve.ecarts else ETATS[Releve.Etat(self.releve.etat)]

    @cached_property
    def ecarts(self) -> list[str]:
        return [_said(one) for one in self.releve.ecarts[:SHOWN]]

    @cached_property
    def autres(self) -> int:
        """Days that differ besides."""
        return max(0, len(self.releve.ecarts) - SHOWN)


def runs() -> Any:
    return Releve.objects.order_by("-commence_at", "-pk")


def last() -> Ligne | None:
    """The last one that has ended: what the figures of today are made of."""
    found = runs().filter(etat=Releve.Etat.FINI).first()
    return Ligne(found) if found else None


def _said(ecart: dict[str, Any]) -> str:
    day = short_day(date.fromisoformat(str(ecart["jour"])))
    here, there = ecart["magasin"] or 0, ecart["source"] or 0
    if here != there:
        return f"{day}\u00a0: {counted(here, 'demande')} ici, {grouped(there)} à la source"
    return f"{day}\u00a0: mêmes demandes, délais différents"
