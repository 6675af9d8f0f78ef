"""What is asked of a dashboard, as the product asks it: what its statements take, and what it finds."""

from typing import NamedTuple

from demandes.etats import Etat
from demandes.reads.tableaux import pages
from demandes.reads.tableaux.pages import ANCIENNES, MOI, RECENTES, TOUT, Choix, Tableaux
from demandes.tableaux import TABLEAUX, held
from tests.bench.backend import Spent, spent
from viatraj.core.actor import Actor

SIZE = pages.A_PAGE
# Pages; who has less sees his last one.
FURTHER = {ANCIENNES: (2, 40), RECENTES: (1, 40)}
# Of what few demandes of anybody are.
RARE = frozenset((Etat.CONFIRMEE, Etat.ACCEPTEE, Etat.PRECISION, Etat.SELECTIONNEE))


class Cas(NamedTuple):
    """What somebody looks at; `number` of the page."""

    who: str
    tableau: str
    vue: str
    qui: str = TOUT
    tri: str = ANCIENNES
    number: int = 1

    @property
    def said(self) -> str:
        return " ".join(str(part) for part in (*self[:5], f"page {self.number}") if part)

    @property
    def is_rare(self) -> bool:
        if TABLEAUX[self.tableau].is_regulated:
            return False
        vue = TABLEAUX[self.tableau].vue(self.vue)
        return vue.etats <= RARE or "étein" in self.who or "sans demande" in self.who or self.qui == MOI


def cases(who: str, actor: Actor, now) -> list[Cas]:
    """Each counter, each order that is offered, all or mine or one unit, further pages."""
    found = []
    for tableau in held(actor):
        suivi = Tableaux(tableau, actor, Choix(), now=now)
        alone = suivi.is_own or tableau.is_regulated
        some = [TOUT, *([] if alone else [MOI]), *(f"unite-{one.pk}" for one in suivi.unites[:1])]
        for vue in tableau.vues:
            found += [Cas(who, tableau.code, vue.code, qui) for qui in some]
            for tri in Tableaux(tableau, actor, Choix(vue=vue.code), now=now).tris or [ANCIENNES]:
                pages_of = FURTHER.get(tri, (1, 2))
                found += [Cas(who, tableau.code, vue.code, TOUT, tri, number) for number in pages_of]
    return list(dict.fromkeys(found))


def board(cas: Cas, actor: Actor, now) -> Tableaux:
    choix = Choix(vue=cas.vue, qui=cas.qui, tri=cas.tri)
    return Tableaux(TABLEAUX[cas.tableau], actor, choix, now=now)


def page(cas: Cas, actor: Actor, now) -> tuple[Spent, list[int]]:
    suivi = board(cas, actor, now)
    after = _before(suivi, cas.number)
    with spent() as took:
        rows, _ = suivi.page(after)
    return took, [one.demande.pk for one in rows]


def _before(suivi: Tableaux, number: int) -> str:
    """The key that the page begins after: known to whoever goes from page to page."""
    keys = suivi._keys("", SIZE * (number - 1) + 1) if number > 1 else []
    full = max(0, len(keys) - 1) // SIZE
    return pages._told(keys[SIZE * full - 1]) if full else ""


def counters(cas: Cas, actor: Actor, now) -> tuple[Spent, list]:
    suivi = board(cas, actor, now)
    with spent() as took:
        found = suivi.compteurs()
    return took, [(one.vue.code, one.nombre) for one in found if one.nombre is not None]
