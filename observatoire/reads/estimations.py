"""How many lines an order will have, before it is sent."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from observatoire.perimetres import Perimetre
from observatoire.rapports import Cadre, Rapport

AT_MOST = 2**31 - 1


def lignes(
    rapport: Rapport,
    perimetre: Perimetre,
    debut: date,
    fin: date,
    criteres: Mapping[str, Sequence[str]],
    *,
    now: datetime,
) -> int:
    chosen = {cle: tuple(values) for cle, values in criteres.items()}
    cadre = Cadre(perimetre=perimetre, debut=debut, fin=fin, now=now, criteres=chosen)
    return max(0, min(rapport.estime(cadre), AT_MOST))
