"""Masks a table of a territory (OBS-7): by pure computation, the same whoever asks and however often."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from observatoire.masquage import bruit
from observatoire.masquage.regles import Regles
from observatoire.masquage.tableau import EMPILEES, Mesure, Nature, Personnes, Rangee, Tableau

MASQUE = "masqué"
LEGENDE = (
    "«\u00a0masqué\u00a0»\u00a0: moins de {seuil} personnes, ou aucune, ou presque toutes, ou un nombre "
    "trop petit pour que d’autres chiffres n’en disent rien. Les lignes masquées en entier ne figurent pas. "
    "Les nombres sont arrondis à {base} près après un léger tirage au sort, toujours le même pour le même "
    "chiffre\u00a0: un total peut différer de la somme de ses lignes."
)
HORS_GRILLE = "Ces mois ne font pas une année\u00a0: leur total n’est pas un chiffre de la grille."
MANY = 4  # more lines than this of one person, beyond what is usual, and totals may hold fewer persons
HOUR, DAY = 3600, 86400


def legende(regles: Regles) -> str:
    return LEGENDE.format(seuil=regles.seuil, base=regles.base)


def masquer(tableau: Tableau, *, cle: bytes, regles: Regles) -> Tableau:
    """The table as it may be shown: figures, or MASQUE. It says no more who stands behind them.

    A row of which every count is masked is left out, as one that has nobody: to see it would say that it has.
    """
    _refuse_hors_grille(tableau, tableau.dimensions)
    masque = _Masque(tableau, cle, regles)
    rangees = [
        Rangee(one.cles, masque.row(number), tuple(Personnes() for _ in one.valeurs))
        for number, one in enumerate(tableau.rangees)
        if any(number in shown for shown in masque.comptes.values())
    ]
    return replace(tableau, rangees=tuple(sorted(rangees, key=lambda one: [_order(key) for key in one.cles])))


def marge(tableau: Tableau, garde: Collection[str]) -> Tableau:
    """Totals by the dimensions of `garde`, exact, still to be masked. Delays have no total: they leave.

    ValueError where months that make no year would be added up, for that is no cell of the grid, or where
    tables that stand one under the other would.
    """
    _refuse_hors_grille(tableau, garde)
    kept = [n for n, name in enumerate(tableau.dimensions) if name in garde]
    added = [n for n, one in enumerate(tableau.mesures) if one.nature != Nature.QUANTILE]
    groups: dict[tuple[Any, ...], list[Rangee]] = defaultdict(list)
    for one in tableau.rangees:
        groups[tuple(one.cles[n] for n in kept)].append(one)
    mesures = tuple(
        replace(one, parmi=tuple(name for name in one.parmi if name in garde))
        for one in (tableau.mesures[n] for n in added)
    )
    return replace(
        tableau,
        dimensions=tuple(tableau.dimensions[n] for n in kept),
        mesures=mesures,
        rangees=tuple(_total(cles, rows, added) for cles, rows in groups.items()),
    )


def _total(cles: tuple[Any, ...], rows: list[Rangee], added: list[int]) -> Rangee:
    valeurs = tuple(sum(one.valeurs[n] or 0 for one in rows) for n in added)
    return Rangee(cles, valeurs, tuple(Personnes.together(one.personnes[n] for one in rows) for n in added))


def _refuse_hors_grille(tableau: Tableau, dimensions: Collection[str]):
    if any(name == "periode" for name, _ in tableau.fixe) and not {*dimensions} & {*bruit.TEMPS}:
        raise ValueError(HORS_GRILLE)
    if {*tableau.dimensions} & {*EMPILEES} - {*dimensions}:
        raise ValueError("Chaque ligne compte dans chacun de ces tableaux\u00a0: ils ne s’additionnent pas.")


def _order(key: Any) -> tuple[bool, bool, Any]:
    """By key, «non renseigné» last: the order of the report may say which row is the largest."""
    return (key is None, isinstance(key, str), key if isinstance(key, str) else key or 0)


class _Masque:
    """One table being masked: what each of its counts shows, from which the rest is worked out."""

    def __init__(self, tableau: Tableau, cle: bytes, regles: Regles):
        self.tableau, self.cle, self.regles = tableau, cle, regles
        self.places = {one.cle: n for n, one in enumerate(tableau.mesures)}
        self.comptes = {one.cle: self._shown(one) for one in tableau.mesures if one.nature == Nature.COMPTE}
        self._sommes: dict[tuple[str, ...], dict[tuple[Any, ...], dict[str, int]]] = {}

    def row(self, number: int) -> tuple[Any, ...]:
        kinds = {Nature.COMPTE: self._compte, Nature.PART: self._part, Nature.QUANTILE: self._quantile}
        found = (kinds[one.nature](one, number) for one in self.tableau.mesures)
        return tuple(MASQUE if value is None else value for value in found)

    def _compte(self, mesure: Mesure, number: int) -> int | None:
        return self.comptes[mesure.cle].get(number)

    def _part(self, mesure: Mesure, number: int) -> float | None:
        """Of figures that are shown, in whole hundredths: nothing finer follows from it than from them."""
        part = self.comptes[mesure.de].get(number)
        whole = self.comptes[mesure.sur].get(number) if mesure.sur else self._somme(mesure, number)
        return None if part is None or not whole else min(1.0, round(part / whole, 2))

    def _quantile(self, mesure: Mesure, number: int) -> int | None:
        """With as many persons on each side of it as a figure needs, and no finer than people read it."""
        rangee, place = self.tableau.rangees[number], self.places[mesure.cle]
        least = min(mesure.rang, 1 - mesure.rang) * rangee.personnes[place].nombre
        if (
            number not in self.comptes[mesure.de]
            or least < self.regles.seuil
            or rangee.valeurs[place] is None
        ):
            return None
        return _coarse(rangee.valeurs[place])

    def _somme(self, mesure: Mesure, number: int) -> int | None:
        """What the column makes over rows of the same keys in `parmi`, as a table of totals shows it."""
        if mesure.parmi not in self._sommes:
            self._sommes[mesure.parmi] = self._totals(mesure.parmi)
        places = (n for n, name in enumerate(self.tableau.dimensions) if name in mesure.parmi)
        cles = self.tableau.rangees[number].cles
        return self._sommes[mesure.parmi].get(tuple(cles[n] for n in places), {}).get(mesure.de)

    def _totals(self, parmi: tuple[str, ...]) -> dict[tuple[Any, ...], dict[str, int]]:
        try:
            total = marge(_comptes(self.tableau), parmi)
        except ValueError:
            return {}
        shown = masquer(total, cle=self.cle, regles=self.regles)
        names = [one.cle for one in shown.mesures]
        return {
            one.cles: {name: value for name, value in zip(names, one.valeurs, strict=True) if value != MASQUE}
            for one in shown.rangees
        }

    def _shown(self, mesure: Mesure) -> dict[int, int]:
        """Rows that show a count: enough persons, in what is left of its line too, and enough once drawn."""
        place, seuil = self.places[mesure.cle], self.regles.seuil
        enough = {n for n, one in enumerate(self.tableau.rangees) if one.personnes[place].nombre >= seuil}
        enough -= set(_leaves_few(self.tableau, place, seuil))
        if mesure.de:
            enough -= set(_leaves_few_of(self.tableau, place, self.places[mesure.de], seuil))
        figures = {number: self._figure(place, number) for number in sorted(enough)}
        least = self.regles.plancher * self.tableau.poids
        return {number: figure for number, figure in figures.items() if figure >= least}

    def _figure(self, place: int, number: int) -> int:
        tableau, rangee = self.tableau, self.tableau.rangees[number]
        conditions = (*tableau.fixe, *zip(tableau.dimensions, rangee.cles, strict=True))
        return bruit.trouble(
            rangee.valeurs[place],
            rangee.personnes[place].cle,
            bruit.etiquette(conditions),
            cle=self.cle,
            base=self.regles.base * tableau.poids,
            ampleur=self.regles.ampleur * tableau.poids,
        )


def _comptes(tableau: Tableau) -> Tableau:
    """Its counts alone."""
    kept = [n for n, one in enumerate(tableau.mesures) if one.nature == Nature.COMPTE]
    rows = (
        Rangee(one.cles, tuple(one.valeurs[n] for n in kept), tuple(one.personnes[n] for n in kept))
        for one in tableau.rangees
    )
    return replace(tableau, mesures=tuple(tableau.mesures[n] for n in kept), rangees=tuple(rows))


def _coarse(seconds: float) -> int:
    """Hours within three days, half days within ten, days beyond."""
    step = HOUR if seconds < 3 * DAY else DAY // 2 if seconds < 10 * DAY else DAY
    return round(seconds / step) * step


def _leaves_few(tableau: Tableau, place: int, seuil: int) -> Iterator[int]:
    """Rows that are nearly all of a line of the table: «everybody», less fewer persons than the threshold."""
    for dimension, name in enumerate(tableau.dimensions):
        if name in EMPILEES or len({one.cles[dimension] for one in tableau.rangees}) == 1:
            continue  # a table of one place, or of one month: there is nothing else to be in
        lines: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for number, one in enumerate(tableau.rangees):
            lines[one.cles[:dimension] + one.cles[dimension + 1 :]].append(number)
        for numbers in lines.values():
            large = [n for n in numbers if tableau.rangees[n].personnes[place].nombre >= seuil]
            if len(large) != 1:
                continue  # two that are large leave each other; none is masked already
            others = (tableau.rangees[n].personnes[place] for n in numbers if n != large[0])
            if Personnes.together(others).nombre < seuil:
                yield large[0]


def _leaves_few_of(tableau: Tableau, place: int, among: int, seuil: int) -> Iterator[int]:
    """Rows where nearly all lines of one column are of another."""
    for number, one in enumerate(tableau.rangees):
        lines = (one.valeurs[among] or 0) - (one.valeurs[place] or 0)
        if max(one.personnes[among].beside(one.personnes[place]), lines // (MANY * tableau.poids)) < seuil:
            yield number
