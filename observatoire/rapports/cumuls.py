"""What the whole country is asked: month by month, of what the store has counted before (docs/adr/0077).

A month that is not kept is counted there and then: the answer is the same, later.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from demandes.calendrier import PARIS
from observatoire.masquage.tableau import Nature, Personnes, Rangee, Tableau
from observatoire.models import Cumul
from observatoire.models.touches import INSTANTS, Touche
from observatoire.perimetres import Perimetre
from observatoire.rapports import moteur, tables
from observatoire.rapports.base import Cadre
from viatraj.core.periods import add_months

Compute = Callable[[Cadre], Tableau]
MOIS = "mois"
A_RUN = 12  # months counted in one go
PHOTOS = 25  # ends of months whose photograph is kept: of last year too, beside the year before


@dataclass(frozen=True)
class Compte:
    """What the store counts beforehand. `jour`: the column by which it does, of this `module`, as
    `magasin.suivi` names what it has touched; a photograph looks at instants.
    """

    compute: Compute
    jour: str
    module: str

    @property
    def is_photo(self) -> bool:
        return self.jour == INSTANTS


KEPT: dict[str, Compte] = {}  # by code of report


def by_month(code: str, compute: Compute, jour: str, module: str, *, dated: Compute | None = None) -> Compute:
    """The same table, of kept months where they do. `dated`: with the month as one dimension more."""
    KEPT[code] = Compte(dated or compute, jour, module)

    def tableau(cadre: Cadre) -> Tableau:
        if not _is_kept(cadre) or cadre.debut.day != 1:
            return compute(cadre)
        shape = _shape(code, cadre)
        wanted = months(cadre.debut, cadre.fin)
        kept = dict(Cumul.objects.filter(code=code, mois__in=wanted).values_list("mois", "rangees"))
        missing = [
            KEPT[code].compute(_of(cadre, run)) for run in runs([one for one in wanted if one not in kept])
        ]
        found = [replace(shape, rangees=_rangees(shape, kept[one])) for one in wanted if one in kept]
        whole = tables.added([shape, *found, *missing])
        if dated is not None:
            whole = tables.added([tables.without(whole, MOIS)])
        return replace(whole, fixe=moteur.fixe(cadre, is_monthly=dated is None))

    return tableau


def by_photo(code: str, compute: Compute, module: str) -> Compute:
    """The same table, of the photograph that the store has taken of the country at the end of that month."""
    KEPT[code] = Compte(compute, INSTANTS, module)

    def tableau(cadre: Cadre) -> Tableau:
        kept = Cumul.objects.filter(code=code, mois=f"{cadre.fin:%Y-%m}") if _is_kept(cadre) else ()
        for one in kept:
            shape = _shape(code, cadre)
            return tables.shared(replace(shape, rangees=_rangees(shape, one.rangees)))
        return compute(cadre)

    return tableau


def to_count(known: Sequence[str], now: datetime) -> Iterator[tuple[str, list[str]]]:
    """Of these months, those that no row keeps, the last ones first, by report."""
    kept = set(Cumul.objects.values_list("code", "mois"))
    over = [mois for mois in known if mois < f"{now.astimezone(PARIS):%Y-%m}"]
    for code, one in KEPT.items():
        wanted = over[:PHOTOS] if one.is_photo else known
        yield from ((code, run) for run in reversed(runs(m for m in wanted if (code, m) not in kept)))


def stale(touched: Iterable[Touche]) -> list[tuple[str, str]]:
    """Reports and months that these facts have touched."""
    by_day: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in touched:
        by_day[one.jour, one.module].add(one.mois)
    return [(code, mois) for code, one in KEPT.items() for mois in by_day.get((one.jour, one.module), ())]


def months(debut: date, fin: date) -> list[str]:
    return [f"{one:%Y-%m}" for one in moteur.months(debut, fin)]


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
    country = Cadre(Perimetre(national=True), date.min, date.min, now)
    compute = KEPT[code].compute
    if KEPT[code].is_photo:
        return {
            mois: list(map(_kept(table), table.rangees)) for mois, table in _photos(compute, country, run)
        }
    table = compute(_of(country, run))
    place, kept = table.dimensions.index(MOIS), _kept(table)
    found: dict[str, list[Any]] = {mois: [] for mois in run}
    for one in table.rangees:
        found[one.cles[place]].append(kept(one))
    return found


def _photos(compute: Compute, country: Cadre, run: Sequence[str]) -> Iterator[tuple[str, Tableau]]:
    return ((mois, compute(_of(country, [mois]))) for mois in run)


def _kept(table: Tableau) -> Callable[[Rangee], list[Any]]:
    """A share is worked out of what is read: kept, it would be of the months counted together."""
    natures = [one.nature for one in table.mesures]
    counts = [(n, one.cle) for n, one in enumerate(table.mesures) if one.nature == Nature.COMPTE]

    def kept(one: Rangee) -> list[Any]:
        valeurs = [
            None if nature == Nature.PART else value
            for nature, value in zip(natures, one.valeurs, strict=True)
        ]
        who = {cle: one.personnes[n] for n, cle in counts}
        return [one.cles, valeurs, {cle: (p.nombre, p.temoins, p.cle) for cle, p in who.items()}]

    return kept


def _shape(code: str, cadre: Cadre) -> Tableau:
    """Its table without a row; asks the database nothing."""
    shape = KEPT[code].compute(replace(cadre, perimetre=Perimetre()))
    return replace(shape, fixe=moteur.fixe(cadre, is_monthly=False))


def _first(mois: str) -> date:
    return date.fromisoformat(f"{mois}-01")


def _of(cadre: Cadre, run: Sequence[str]) -> Cadre:
    fin = add_months(_first(run[-1]), 1) - timedelta(days=1)
    return replace(cadre, debut=_first(run[0]), fin=fin)


def _is_kept(cadre: Cadre) -> bool:
    """The country as it is, until the end of a month that is over: what lasts is photographed of it now."""
    return (
        cadre.perimetre.national
        and not any(cadre.criteres.values())
        and (cadre.fin + timedelta(days=1)).day == 1
    )


def _rangees(shape: Tableau, kept: Sequence[Any]) -> tuple[Rangee, ...]:
    """Behind a share and a quantile stand those whom its count counts."""
    counts = [one.cle if one.nature == Nature.COMPTE else one.de for one in shape.mesures]
    found = []
    for cles, valeurs, personnes in kept:
        who = {cle: Personnes(nombre, tuple(few), key) for cle, (nombre, few, key) in personnes.items()}
        found.append(Rangee(tuple(cles), tuple(valeurs), tuple(who[cle] for cle in counts)))
    return tuple(found)
