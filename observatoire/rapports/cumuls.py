"""What the whole country is asked: month by month, of what the store has counted before (docs/adr/0077).

A month that is not kept is counted there and then: the answer is the same, later.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from observatoire.masquage.tableau import Nature, Personnes, Rangee, Tableau
from observatoire.models import Cumul
from observatoire.perimetres import Perimetre
from observatoire.rapports import moteur, tables
from observatoire.rapports.base import Cadre
from viatraj.core.periods import add_months

Compute = Callable[[Cadre], Tableau]
DATED: dict[str, Compute] = {}  # by code of report: what the store counts beforehand
MOIS = "mois"
A_RUN = 12  # months counted in one go


def by_month(code: str, compute: Compute, dated: Compute | None = None) -> Compute:
    """The same table, of kept months where they do. `dated`: with the month as one dimension more."""
    DATED[code] = dated or compute

    def tableau(cadre: Cadre) -> Tableau:
        if not cadre.perimetre.national or any(cadre.criteres.values()) or not _is_whole(cadre):
            return compute(cadre)
        shape = DATED[code](replace(cadre, perimetre=Perimetre()))  # asks the database nothing
        wanted = months(cadre.debut, cadre.fin)
        kept = dict(Cumul.objects.filter(code=code, mois__in=wanted).values_list("mois", "rangees"))
        missing = [DATED[code](_of(cadre, run)) for run in runs([one for one in wanted if one not in kept])]
        found = [replace(shape, rangees=_rangees(shape, kept[one])) for one in wanted if one in kept]
        whole = tables.added([shape, *found, *missing])
        if dated is not None:
            whole = tables.added([tables.without(whole, MOIS)])
        return replace(whole, fixe=moteur.fixe(cadre, is_monthly=dated is None))

    return tableau


def months(debut: date, fin: date) -> list[str]:
    found, first = [], debut.replace(day=1)
    while first <= fin:
        found.append(f"{first:%Y-%m}")
        first = add_months(first, 1)
    return found


def runs(wanted: Iterable[str]) -> list[list[str]]:
    """Months that follow each other, not too many at a time."""
    found: list[list[str]] = []
    for mois in sorted(wanted):
        last = found[-1] if found else []
        if last and len(last) < A_RUN and add_months(_first(last[-1]), 1) == _first(mois):
            last.append(mois)
        else:
            found.append([mois])
    return found


def count(code: str, run: Sequence[str], now: datetime) -> dict[str, list[Any]]:
    """By month, rows as `Cumul.rangees` keeps them; a month that has none among them."""
    table = DATED[code](_of(Cadre(Perimetre(national=True), date.min, date.min, now), run))
    place = table.dimensions.index(MOIS)
    found: dict[str, list[Any]] = {mois: [] for mois in run}
    for one in table.rangees:
        by_count = zip(table.mesures, one.personnes, strict=True)
        who = {m.cle: (p.nombre, p.temoins, p.cle) for m, p in by_count if m.nature == Nature.COMPTE}
        found[one.cles[place]].append([one.cles, one.valeurs, who])
    return found


def _first(mois: str) -> date:
    return date.fromisoformat(f"{mois}-01")


def _of(cadre: Cadre, run: Sequence[str]) -> Cadre:
    fin = add_months(_first(run[-1]), 1) - timedelta(days=1)
    return replace(cadre, debut=_first(run[0]), fin=fin)


def _is_whole(cadre: Cadre) -> bool:
    return cadre.debut.day == 1 and (cadre.fin + timedelta(days=1)).day == 1


def _rangees(shape: Tableau, kept: Sequence[Any]) -> tuple[Rangee, ...]:
    """Behind a share and a quantile stand those whom its count counts."""
    counts = [one.cle if one.nature == Nature.COMPTE else one.de for one in shape.mesures]
    found = []
    for cles, valeurs, personnes in kept:
        who = {cle: Personnes(nombre, tuple(few), key) for cle, (nombre, few, key) in personnes.items()}
        found.append(Rangee(tuple(cles), tuple(valeurs), tuple(who[cle] for cle in counts)))
    return tuple(found)
