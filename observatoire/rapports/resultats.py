"""What of a report leaves (OBS-7): as it is on one’s own structures, masked on a territory.

Files and pages ask here, and here alone: what one of them says, the other says alike.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from typing import Any

from django.conf import settings

from observatoire.masquage.masquer import legende, marge, masquer
from observatoire.masquage.regles import Regles, periode
from observatoire.masquage.tableau import EMPILEES, Tableau
from observatoire.masquage.tableau import Nature as Figure
from observatoire.rapports import tables
from observatoire.rapports.base import Cadre, Nature, Rapport
from observatoire.rapports.etiquettes import etiquetees
from viatraj.core import sealing


class Refused(ValueError):
    """What may not be ordered there; its text is the sentence."""


@dataclass(frozen=True)
class Resultat:
    """`exact`: none of a report by lines; it leaves as `shown` shows it, and so does each of its totals, once
    somebody asks it. `legende`: how it is masked; empty on one’s own structures.
    """

    rapport: Rapport
    cadre: Cadre
    exact: Tableau | None = None
    shown: Callable[[Tableau], Tableau] = tables.shared
    legende: str = ""
    _totals: dict[tuple[str, ...], Tableau | None] = field(default_factory=dict, compare=False)

    @cached_property
    def tableau(self) -> Tableau | None:
        return self.exact if self.exact is None or self.cadre.perimetre.propre else self.shown(self.exact)

    @property
    def totaux(self) -> tuple[Tableau, ...]:
        """By each dimension alone, and in all; tables that stand one under the other are not added up."""
        if self.exact is None or {*self.exact.dimensions} & {*EMPILEES}:
            return ()
        alone = self.exact.dimensions if len(self.exact.dimensions) > 1 else ()
        found = (self.total(*garde) for garde in (*((name,) for name in alone), ()))
        return tuple(one for one in found if one is not None)

    def total(self, *garde: str) -> Tableau | None:
        """None of months that make no year, nor of tables that stand one under the other."""
        if garde not in self._totals:
            self._totals[garde] = self._total(garde)
        return self._totals[garde]

    def _total(self, garde: tuple[str, ...]) -> Tableau | None:
        if self.exact is None:
            return None
        # Any days of one's own structures may be added up.
        exact = replace(self.exact, fixe=()) if self.cadre.perimetre.propre else self.exact
        try:
            return self.shown(marge(exact, garde))
        except ValueError:
            return None

    @property
    def synthese(self) -> Iterator[tuple[str, Any]]:
        """Each total in words with its figure, the whole first: «Motif de refus – Âge : Refus»."""
        titles = {one.cle: one.titre for one in self.rapport.colonnes}
        for one in sorted(self.totaux, key=lambda one: len(one.dimensions)):
            counts = [(n, m.cle) for n, m in enumerate(one.mesures) if m.nature == Figure.COMPTE]
            for words in etiquetees(one):
                keys, figures = words[: len(one.dimensions)], words[len(one.dimensions) :]
                of = [
                    f"{_title(titles, name)} – {key}" for name, key in zip(one.dimensions, keys, strict=True)
                ]
                for n, cle in counts:
                    yield f"{', '.join(of) or 'Total'}\u00a0: {titles.get(cle, cle)}", figures[n]

    @property
    def lignes(self) -> Iterator[tuple[Any, ...]]:
        """As the columns of the report, in words."""
        return self.rapport.lignes(self.cadre) if self.tableau is None else etiquetees(self.tableau)


def _title(titles: dict[str, str], dimension: str) -> str:
    return titles.get(dimension) or titles.get("lieu") or dimension


def rules() -> Regles:
    return Regles(seuil=settings.OBSERVATOIRE_SEUIL)


def refusal(rapport: Rapport, cadre: Cadre, *, today: date) -> tuple[str, str] | None:
    """What may not be ordered of a territory: the field of the page it speaks of, and the sentence."""
    if cadre.perimetre.propre or not (rapport.tableau or rapport.nominal):
        return None  # one’s own; or lines about structures
    regles = rules()
    choix = {one.cle: len(one.choix(cadre.perimetre)) for one in rapport.criteres}
    where = regles.refuse_liste(rapport.nominal) or regles.refuse_territoire(
        cadre.perimetre.national, cadre.perimetre.ids
    )
    said = {
        "pour": where,
        "fin": _refuse_time(regles, rapport, cadre, today),
        "criteres": regles.refuse_criteres(cadre.criteres, choix),
    }
    return next(((field, sentence) for field, sentence in said.items() if sentence), None)


def result(rapport: Rapport, cadre: Cadre, *, today: date) -> Resultat:
    """`Refused` as `refusal` says: whatever was ordered before, nothing else leaves."""
    if refused := refusal(rapport, cadre, today=today):
        raise Refused(refused[1])
    if rapport.tableau is None:
        return Resultat(rapport, cadre)
    if cadre.perimetre.propre:
        return Resultat(rapport, cadre, rapport.tableau(cadre))
    regles = rules()
    shown = partial(masquer, cle=_key(), regles=regles)
    return Resultat(rapport, cadre, _on_grid(rapport, cadre), shown, legende(regles))


def ensemble(rapport: Rapport, cadre: Cadre, *, today: date) -> Tableau | None:
    """All lines as one row, masked as totals are; none where its days are no cell of the grid. Of the whole
    country it is no more than its totals: quantiles of all its lines are not asked by a page."""
    if refused := refusal(rapport, cadre, today=today):
        raise Refused(refused[1])
    if rapport.ensemble is None or cadre.perimetre.national:
        return None
    found = rapport.ensemble(cadre)
    if cadre.perimetre.propre:
        return found
    try:
        return masquer(_dated(rapport, cadre, found), cle=_key(), regles=rules())
    except ValueError:  # months that make no year
        return None


def _key() -> bytes:
    return sealing.key("observatoire.masquage")


def _refuse_time(regles: Regles, rapport: Rapport, cadre: Cadre, today: date) -> str:
    if rapport.nature == Nature.PHOTO:
        return regles.refuse_photo(cadre.fin, today=today)
    return regles.refuse_periode(
        cadre.debut, cadre.fin, par_mois=any(one.cle == "mois" for one in rapport.colonnes), today=today
    )


def _on_grid(rapport: Rapport, cadre: Cadre) -> Tableau:
    assert rapport.tableau is not None  # noqa: S101
    return _dated(rapport, cadre, rapport.tableau(cadre))


def _dated(rapport: Rapport, cadre: Cadre, tableau: Tableau) -> Tableau:
    """With its period, which says what may be added up; of a photograph, the month that it ends."""
    debut = cadre.fin.replace(day=1) if rapport.nature == Nature.PHOTO else cadre.debut
    when = periode(debut, cadre.fin)
    fixe = tuple(one for one in tableau.fixe if one[0] not in ("mois", "annee", "periode"))
    return replace(tableau, fixe=(*fixe, when))
