"""What falls due when, by orientation (DOS-4): the defaults, which a coordination may change.

Hours run every day and night, clock change or not. A delay in days ends with its last day, there: who
receives a demande has the whole of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import TextChoices

from demandes.calendrier import add_working_days, day_of, end_of
from viatraj.core.droits import Orientation
from viatraj.core.typography import counted


class Mesure(TextChoices):
    HEURES = "heures", "h"
    JOURS = "jours", "jour"
    OUVRES = "ouvres", "jour ouvré"


@dataclass(frozen=True)
class Delai:
    nombre: int
    mesure: Mesure

    def after(self, since: datetime, departement: str = "") -> datetime:
        """When it is over; `departement`: where those are who have it."""
        if self.mesure == Mesure.HEURES:
            # In UTC: the same hour tomorrow is 23 or 25 hours away when clocks change.
            return since.astimezone(UTC) + timedelta(hours=self.nombre)
        first = day_of(since, departement)
        if self.mesure == Mesure.OUVRES:
            return end_of(add_working_days(first, self.nombre, departement), departement)
        return end_of(first + timedelta(self.nombre), departement)

    def __str__(self) -> str:
        if self.mesure == Mesure.HEURES:
            return f"{self.nombre}\u00a0{self.mesure.label}"
        return counted(self.nombre, self.mesure.label)


class Echeance(TextChoices):
    """What falls due, and from when it is counted."""

    RAPPEL = "rappel", "rappel à qui n’a pas répondu, depuis l’envoi"
    ESCALADE = "escalade", "signalement au guichet ou au référent, depuis l’envoi"
    SANS_SOLUTION = "sans_solution", "demande sans solution, depuis le premier envoi"
    VALIDITE = "validite", "validité d’une admission proposée, depuis la date proposée"
    RETOUR = "retour", "annulation d’une admission déclarée, depuis la déclaration"
    EFFACEMENT = "effacement", "fin de l’identité dans une ligne close, depuis la clôture"
    DECES = "deces", "signalement d’un décès, au plus tôt, depuis la réception"
    DECES_SANS_REPONSE = "deces_sans_reponse", "annulation après un décès signalé, depuis le signalement"


def _heures(nombre: int) -> Delai:
    return Delai(nombre, Mesure.HEURES)


def _jours(nombre: int) -> Delai:
    return Delai(nombre, Mesure.JOURS)


def _ouvres(nombre: int) -> Delai:
    return Delai(nombre, Mesure.OUVRES)


def _of(rappel: Delai, *, validite: Delai, **others: Delai) -> dict[Echeance, Delai]:
    return {
        Echeance.RAPPEL: rappel,
        Echeance.VALIDITE: validite,
        Echeance.RETOUR: _heures(24),
        Echeance.EFFACEMENT: _jours(30),
    } | {Echeance(code): delai for code, delai in others.items()}


DELAIS: dict[str, dict[Echeance, Delai]] = {
    Orientation.SANITAIRE: _of(_heures(24), validite=_jours(3), sans_solution=_jours(7)),
    Orientation.GRAND_AGE: _of(
        _ouvres(7),
        validite=_jours(7),
        sans_solution=_jours(30),
        deces=_jours(7),
        deces_sans_reponse=_jours(30),
    ),
    Orientation.TND: _of(_ouvres(10), validite=_jours(7)),
}
# A coordination chooses these; the others are told of by a page as they are, or settled for the country.
REGLABLES = (Echeance.RAPPEL, Echeance.ESCALADE, Echeance.SANS_SOLUTION, Echeance.VALIDITE)


def delai(orientation: str, echeance: str, reglages: Mapping[str, int] | None = None) -> Delai | None:
    """None where this orientation knows no such thing. `reglages`: numbers that a coordination has chosen.

    A demande is told of higher up after twice the time of a reminder, whatever that time is, unless chosen.
    """
    chosen = reglages or {}
    if echeance == Echeance.ESCALADE:
        rappel = delai(orientation, Echeance.RAPPEL, reglages)
        return rappel and Delai(chosen.get(echeance, 2 * rappel.nombre), rappel.mesure)
    known = DELAIS[orientation].get(Echeance(echeance))
    if known is None or echeance not in chosen:
        return known
    return Delai(chosen[echeance], known.mesure)


def reglables(orientation: str) -> list[Echeance]:
    """Those that a coordination may choose there."""
    return [one for one in REGLABLES if delai(orientation, one) is not None]
