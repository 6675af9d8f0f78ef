"""What the head of a revue says: whose perimeter, which filters, which lines (HAB-9)."""

from dataclasses import dataclass

from habilitations.profils import PROFILS
from habilitations.reads.revue import VUES, Revue
from viatraj.core.droits import Domaine
from viatraj.core.typography import NBSP, THIN, grouped

NAMED = 5  # places of a perimeter; the rest is counted
SORTED = {
    ("nom", False): "par nom, de A à Z",
    ("nom", True): "par nom, de Z à A",
    ("profil", False): "par profil, de A à Z",
    ("profil", True): "par profil, de Z à A",
    ("fin", False): "par date de fin, la plus proche d’abord",
    ("fin", True): "par date de fin, la plus lointaine d’abord",
}


@dataclass(frozen=True)
class Entete:
    perimetre: str
    filtres: str
    lignes: str


def of(revue: Revue, *, total: int, first: int = 1, last: int | None = None) -> Entete:
    """`first` and `last`: the lines shown; all of them when `last` is not told."""
    return Entete(_perimetre(revue), _filtres(revue), _lignes(revue, total, first, last or total))


def _perimetre(revue) -> str:
    places = sorted(revue.places, key=lambda one: (one.depth, str(one)))
    names = list(dict.fromkeys(str(one) for one in places))
    shown, others = names[:NAMED], len(names) - NAMED
    if others > 0:
        shown.append(f"et {grouped(others)} autre{'s' if others > 1 else ''}")
    return f"{THIN}; ".join(shown)


def _filtres(revue) -> str:
    """Those that narrow the perimeter; «aucun» when it is shown whole."""
    one_of_many = revue.coordination and len(revue.coordinations) > 1
    said = [
        revue.domaine and f"domaine {Domaine(revue.domaine).label}",
        "région et France entière" if revue.only_above else "",
        one_of_many and f"coordination {revue.coordination}",
        str(revue.structure or ""),
        revue.unite and f"unité {revue.unite}",
        revue.profil and f"profil {PROFILS[revue.profil].label}",
        revue.vue and f"«{NBSP}{VUES[revue.vue]}{NBSP}»",
    ]
    return ", ".join(one for one in said if one) or "aucun"


def _lignes(revue, total, first, last) -> str:
    order = SORTED[revue.tri, revue.descending]
    if not total:
        return "Aucune ligne"
    if total == 1:
        return "Une seule ligne"
    if last - first + 1 >= total:
        return f"Toutes les lignes ({grouped(total)}), {order}"
    return f"Lignes {grouped(first)} à {grouped(last)} sur {grouped(total)}, {order}"
