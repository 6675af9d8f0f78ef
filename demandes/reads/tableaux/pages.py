"""A dashboard as somebody asks for it: what he has chosen, its counters, a page, all of it (DOS-4, COM-9)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from annuaire.models import Unite
from demandes.models import Demande, SansSolution
from demandes.reads.tableaux import lieux, sans
from demandes.reads.tableaux.lignes import JOINED, NAMED, Ligne, Row, lignes, naming, nominatives
from demandes.reads.tableaux.statements import DEMANDES, MANY, SANS_SOLUTION, Demandees
from demandes.tableaux import Tableau, Vue, held
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau, Orientation
from viatraj.core.typography import grouped

A_PAGE, A_SLICE = 50, 1_000
TOUT, MOI = "", "moi"
ANCIENNES, RECENTES, CHANGEES, ECHEANCE, NOM = "", "recentes", "changees", "echeance", "nom"
TRIS = {
    ANCIENNES: "Les plus anciennes d’abord",
    RECENTES: "Les plus récentes d’abord",
    ECHEANCE: "Les échéances les plus proches d’abord",
    CHANGEES: "Les dernières modifiées d’abord",
    NOM: "Par nom du patient",
}
UNITE = re.compile(r"unite-([1-9][0-9]{0,17})", re.ASCII)
APRES = re.compile(r"([0-9]{1,17})-([1-9][0-9]{0,17})", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Choix:
    """As the address says it, which names nobody; what it does not know is no choice.

    `qui`: «moi», one unit, or the whole perimeter.
    """

    vue: str = ""
    qui: str = TOUT
    orientation: str = ""
    tri: str = ANCIENNES

    @classmethod
    def of(cls, said) -> "Choix":
        qui, orientation = said.get("qui", TOUT), said.get("orientation", "")
        return cls(
            vue=said.get("vue", ""),
            qui=qui if qui == MOI or UNITE.fullmatch(qui) else TOUT,
            orientation=orientation if orientation in Orientation.values else "",
            tri=said.get("tri", "") if said.get("tri") in TRIS else ANCIENNES,
        )

    @property
    def said(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}

    def address(self, **other: str) -> str:
        """All that a link keeps: of what stands in an address, only what is known."""
        kept = self.said | other
        return "?" + urlencode({name: value for name, value in kept.items() if value})

    @property
    def unite(self) -> int | None:
        found = UNITE.fullmatch(self.qui)
        return int(found[1]) if found else None


@dataclass(frozen=True)
class Compteur:
    """A vue with how many it holds; none for all that was ever closed."""

    vue: Vue
    nombre: int | None

    @property
    def dit(self) -> str:
        if self.nombre is None:
            return ""
        return f"plus de {grouped(MANY)}" if self.nombre > MANY else grouped(self.nombre)


class Tableaux:
    """One dashboard of one actor, at one moment."""

    def __init__(self, tableau: Tableau, actor: Actor, choix: Choix, *, now: datetime):
        self.tableau, self.actor, self.now = tableau, actor, now
        self.vue = tableau.vue(choix.vue)
        own = "" if tableau.is_regulated and choix.qui == MOI else choix.qui  # who regulates opens none
        self.choix = replace(choix, vue=self.vue.code, qui=own)

    @property
    def tris(self) -> list[str]:
        """The orders that are offered; what is closed has one."""
        if self.vue.is_closed:
            return []
        due = [] if self.tableau.is_regulated else [ECHEANCE]
        return [ANCIENNES, RECENTES, *due, CHANGEES, *([NOM] if self.may_name else [])]

    @cached_property
    def tri(self) -> str:
        """The one of the address, if it is offered."""
        wanted = self.choix.tri
        return wanted if wanted == ANCIENNES or wanted in self.tris else ANCIENNES

    @cached_property
    def may_name(self) -> bool:
        """By name are sorted few rows, to who may name them all: none is placed whom he may not know."""
        named = set(self.tableau.grants(self.actor, mode=naming(self.tableau)))
        count, orientation = self._counts.get(self.vue.code, 0), self.choix.orientation
        others = [one for one in self.tableau.orientations if orientation and one != orientation]
        grants = [one for one in self.tableau.grants(self.actor) if one.domaine not in others]
        return count <= MANY and all(one in named for one in grants)

    @cached_property
    def _counts(self) -> dict[str, int]:
        return self.asked.counts(self.tableau.vues, self.tableau.etats)

    @cached_property
    def orientations(self) -> list[Orientation]:
        """Those that he may choose among; none where there is one."""
        held = {one.domaine for one in self.tableau.grants(self.actor)}
        found = [one for one in self.tableau.orientations if "" in held or one in held]
        return found if len(found) > 1 else []

    @property
    def is_own(self) -> bool:
        """A médecin’s space is his: he has nobody’s perimeter to choose in."""
        return self.tableau.niveaux == (Niveau.MEDECIN,)

    @cached_property
    def unites(self) -> list[Unite]:
        return lieux.unites(self.tableau, self.actor)

    @cached_property
    def asked(self) -> Demandees:
        choix, tableau = self.choix, self.tableau
        where = lieux.voies(tableau, self.actor, orientation=choix.orientation, unite=choix.unite)
        moi = self.actor.user.pk if choix.qui == MOI else None
        days = max(one.days for one in tableau.vues)
        table = SANS_SOLUTION if tableau.is_regulated else DEMANDES
        return Demandees(where, tableau.is_received, self.now, self.now - timedelta(days), moi, table)

    def compteurs(self) -> list[Compteur]:
        return [Compteur(one, self._counts.get(one.code)) for one in self.tableau.vues]

    def page(self, after: str) -> tuple[list[Ligne], str]:
        """The rows after a key, and the key that the next page begins after."""
        keys = self._keys(after, A_PAGE + 1)
        shown = keys[:A_PAGE]
        return self._lignes(shown), _told(shown[-1]) if len(keys) > A_PAGE else ""

    def slices(self) -> Iterator[list[Ligne]]:
        """All of them, for a file; one slice in memory at once."""
        after = ""
        while keys := self._keys(after, A_SLICE):
            yield self._lignes(keys)
            after = _told(keys[-1])

    def _keys(self, after: str, n: int) -> list[tuple[int, Any]]:
        known = _read(after)
        if self.tri == NOM:
            return self.asked.named(self.vue, n=n, after=self._nameable(known[1]) if known else None)
        return self.asked.keys(self.vue, tri=self.tri, n=n, after=known)

    def _nameable(self, pk: int) -> int | None:
        """A page begins after nobody whom he may not name: his place among others would tell something."""
        return next(iter(nominatives(self._rows([pk]), self.tableau, self.actor, now=self.now)), None)

    def _lignes(self, keys: Sequence[tuple[int, Any]]) -> list[Ligne]:
        known = {one.pk: one for one in self._rows([pk for pk, _ in keys])}
        ordered = [known[pk] for pk, _ in keys if pk in known]
        write = sans.lignes if self.tableau.is_regulated else lignes
        return write(ordered, self.tableau, self.actor, now=self.now)

    def _rows(self, keys: Sequence[int]) -> list[Row]:
        """Each passes the rule of its side once more: keys may lose one, never show one too many."""
        if self.tableau.is_regulated:
            return list(SansSolution.objects.visible_to(self.actor).filter(pk__in=keys))
        rows = (
            Demande.objects.received_by(self.actor)
            if self.tableau.is_received
            else Demande.objects.asked_by(self.actor)
        )
        own = [one.name for one in Demande._meta.concrete_fields]
        joined = rows.filter(pk__in=keys).select_related(*JOINED[self.tableau.is_received])
        return list(joined.only(*own, *NAMED[self.tableau.is_received]))


def resumes(actor: Actor, *, now: datetime) -> list[tuple[Tableau, list[Compteur]]]:
    """Each dashboard that he holds, with what awaits him there: one statement a dashboard."""
    return [(one, waiting(one, actor, now=now)) for one in held(actor)]


def waiting(tableau: Tableau, actor: Actor, *, orientation: str = "", now: datetime) -> list[Compteur]:
    """Its counters of what he has to do, one by one: the first vue unites them."""
    counted = Tableaux(tableau, actor, Choix(orientation=orientation), now=now).compteurs()
    return [one for one in counted[1:] if one.vue.attend and one.nombre]


def _told(key: tuple[int, Any]) -> str:
    """A name never stands in an address: of a page by name, its last row alone."""
    pk, at = key
    return f"{(at - EPOCH) // INSTANT}-{pk}" if isinstance(at, datetime) else f"0-{pk}"


def _read(after: str) -> tuple[datetime, int] | None:
    found = APRES.fullmatch(after)
    return (EPOCH + int(found[1]) * INSTANT, int(found[2])) if found else None
