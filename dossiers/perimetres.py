"""The dossiers that somebody sees, and in which order, in SQL: `regards` for a list (DOS-4, docs/adr/0034).

A way is a condition on presences: a board, a level, the same orientations. `reached` ORs them for a few
dossiers, `perimetre` unites them, `Suite` sorts the keys of what they lead to (docs/adr/0053).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, Least

from accounts.models import Identite as Compte
from annuaire.models import Cle, Professionnel
from dossiers.models.presences import Presence, Role
from dossiers.regards import OF_THE_WHOLE, TABLEAUX, Tableau, boards, is_of_a_coordination
from viatraj.core import prepared
from viatraj.core.actor import Actor, Grant
from viatraj.core.droits import Domaine, Droit, Mode, Niveau, Orientation
from viatraj.core.kept import kept, standing_for

RECENTS = "recents"
# By sort: what tells who the patient is; the order, and the contrary one, which is shorter to the last pages.
SORTS = {
    RECENTS: ("", "dossier_id DESC", "dossier_id"),
    "nom": ("patient", "cle, numero", "cle DESC, numero DESC"),
    "naissance": ("date_naissance", "cle, numero", "cle DESC, numero DESC"),
    "numero": ("", "numero", "numero DESC"),
}
EVERY = frozenset((*Orientation.values, Domaine.CPAM.value))
# What stands before each part of `Presence.patient` but the first, the name of birth.
FIRST, IN_USE, FIRST_IN_USE = "\x01", "\x02", "\x03"
# Of several ways to a dossier, one that tells its name, if any.
ONCE = "SELECT DISTINCT ON (dossier_id) * FROM ({}) seen ORDER BY dossier_id DESC, cle"
# Both roles of a médecin's space are one: by OR, PostgreSQL would read the presences of everybody.
BOARDS = {tableau: tuple(role for role in Role if TABLEAUX[role] is tableau) for tableau in TABLEAUX.values()}

# All that decides who sees what in a list: boards, and how a médecin may answer for what waits there.
SEEING = (*{tableau.droit for tableau in BOARDS}, Droit.DOSSIER_ACCEPTATION)


class SplitPart(Func):
    function = "split_part"
    output_field = TextField(db_collation="C")


def reached(actor: Actor, *, nominatif: bool = False) -> Q:
    """The presences by which an actor sees dossiers; `nominatif`: with the patient's name."""
    return _any(way for _, way in _seeing(actor, nominatif=nominatif))


def perimetre(actor: Actor, *, only: Q | None = None) -> QuerySet:
    """The dossiers of these presences, a union, each once: each part walks an index of its own, to its end
    (docs/adr/0053). `only`: of presences."""
    first, *others = [
        Presence.objects.filter(way, only or Q()).order_by().values("dossier") for _, way in _seeing(actor)
    ] or [Presence.objects.none().values("dossier")]
    return first.union(*others) if others else first.distinct()


@dataclass(frozen=True)
class Suite:
    """The keys of what an actor sees, sorted: what a paginator asks, read in the indexes of presences alone.

    `only`: of presences, whoever asks. What no way shows with a name is sorted by its number, and comes
    last (DOS-4).
    """

    actor: Actor
    only: Callable[[Actor], Q]  # of words of the code: texts are kept by it
    sort: str

    def count(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        found = self._rows("SELECT count(DISTINCT dossier_id) FROM ({}) seen")
        return found[0][0] if found else 0

    def __getitem__(self, part: slice) -> list[int]:
        column, order, contrary = SORTS[self.sort]
        if part.start and part.start > self._count // 2:
            stop = min(part.stop, self._count)
            return self._keys(column, contrary, self._count - stop, max(0, stop - part.start))[::-1]
        return self._keys(column, order, part.start, part.stop - part.start)

    def _keys(self, column: str, order: str, skipped: int, many: int) -> list[int]:
        sql = f"SELECT dossier_id FROM ({ONCE}) one ORDER BY {order} LIMIT {many} OFFSET {skipped}"  # noqa: S608
        return [key for (key,) in self._rows(sql, column)]

    def _rows(self, sql: str, column: str = "") -> list[tuple]:
        """By hand: Django sorts no union twice. `{}`: (dossier_id, numero, cle) of each presence.

        The few rows of a médecin's space are found by one plan; how wide another perimeter is decides it.
        """
        who, places = standing_for(self.actor, *SEEING)
        seen = _seen.sql(who, self.only, column, names=places)
        if not seen:
            return []
        if self.actor.in_medecin_space:
            return list(prepared.rows(sql.format(seen), places))
        with connection.cursor() as cursor:
            cursor.execute(sql.format(seen), places)
            return cursor.fetchall()


@kept
def _seen(actor, only, column, /, **places):
    ways = [
        Presence.objects.filter(way, only(actor)).order_by().annotate(cle=_cle(column, is_named))
        for is_named, way in _seeing(actor)
    ] or [Presence.objects.none().annotate(cle=_cle(column, False))]
    first, *others = (rows.values("dossier_id", "numero", "cle") for rows in ways)
    return first.union(*others, all=True)


def patients(actor: Actor, nom: str, prenom: str = "", *, most: int) -> list[int]:
    """Keys of those whose names, of birth or in use, begin so, whatever case, accents or spaces; by the name
    that was found, then the first name. Only where he may know it; nothing typed finds nobody.

    All of it is read in the index of each level.
    """
    begins, first = Cle(Value(nom)), Cle(Value(prenom))
    of_birth = {"patient__startswith": begins}
    in_use = {"patient__contains": Concat(Value(IN_USE), begins)}
    named = Q(**of_birth) | Q(**in_use)
    if prenom:
        named &= Q(patient__contains=Concat(Value(FIRST), first)) | Q(
            patient__contains=Concat(Value(FIRST_IN_USE), first)
        )
    found = {
        "cle": Least(
            Case(When(**of_birth, then=_between("", FIRST))),
            Case(When(**in_use, then=_between(IN_USE, FIRST_IN_USE))),
        ),
        "prenom": _between(FIRST, IN_USE),
    }
    ways = [
        Presence.objects.filter(way, named).alias(typed=begins).exclude(typed="").order_by().annotate(**found)
        for _, way in _seeing(actor, nominatif=True)
    ]
    if not ways:
        return []
    one, *others = (rows.values_list("cle", "prenom", "dossier") for rows in ways)
    rows = one.union(*others) if others else one.distinct()
    return [pk for _, _, pk in rows.order_by("cle", "prenom", "dossier")[:most]]


def _between(before: str, after: str):
    """The part of `patient` there."""
    said = SplitPart(F("patient"), Value(before), Value(2)) if before else F("patient")
    return SplitPart(said, Value(after), Value(1))


def _cle(column: str, is_named: bool):
    """NULL where it would tell who the patient is."""
    kind = Presence._meta.get_field(column or "numero")
    return F(column) if column and is_named else Cast(None, kind)


def _seeing(actor: Actor, *, nominatif: bool = False) -> Iterator[tuple[bool, Q]]:
    """Each way, and whether it shows who the patient is."""
    for tableau, roles in BOARDS.items():
        grants = list(actor.rights.giving(tableau.droit, mode=tableau.droit.modes[0]))
        for is_named in (True,) if nominatif else (True, False):
            told = [one for one in grants if (one.mode != Mode.ANONYME) == is_named]
            yield from ((is_named, way) for way in _ways(tableau, roles, told))


def _any(ways: Iterable[Q]) -> Q:
    return reduce(or_, ways, Q(pk__in=[]))


def _ways(tableau: Tableau, roles: tuple[Role, ...], grants: Iterable[Grant]) -> Iterator[Q]:
    """Presences of roles that these grants of one board show: a level and the same orientations each."""
    held: dict[tuple[str, int | None], set[str]] = {}
    for grant in grants:
        modules = {grant.domaine} if grant.domaine else EVERY
        if grant.niveau in tableau.niveaux:
            held.setdefault((grant.niveau, grant.lieu_id), set()).update(modules)
    together: dict[tuple[str, tuple[str, ...]], list[int | None]] = {}
    for (niveau, lieu), modules in sorted(held.items(), key=str):
        together.setdefault((niveau, tuple(sorted(modules))), []).append(lieu)
    for (niveau, modules), lieux in together.items():
        for known in _modules(niveau, roles[0], modules):
            yield Q(role__in=roles) & known & _at(niveau, roles[0], lieux)


def _modules(niveau: str, role: Role, modules: Iterable[str]) -> Iterator[Q]:
    """`Presence.module`: what a coordination has received itself is the CPAM’s, of whatever orientation."""
    itself = Q(niveau=Niveau.COORDINATION)
    above = role == Role.RECEVEUR and niveau in (Niveau.NATIONAL, Niveau.REGION, Niveau.COORDINATION)
    if orientations := [one for one in modules if one in Orientation.values]:
        known = Q(orientation__in=orientations)
        yield known & ~itself if above else known
    if above and Domaine.CPAM in modules:
        yield itself


def _at(niveau: str, role: Role, lieux: list[int | None]) -> Q:
    if niveau == Niveau.NATIONAL:
        return Q()
    if niveau == Niveau.MEDECIN:  # found by the living numbers of his account
        return Q(professionnel__in=professionnels(lieux))
    here = Q(**{f"{niveau}__in": lieux})
    return here & Q(niveau=niveau) if is_of_a_coordination(niveau, role) else here


def professionnels(comptes):
    """Whom the directory knows by the living numbers of these accounts."""
    return known_by(Q(user__in=comptes))


def known_by(comptes):
    living = Compte.objects.filter(comptes, ended_at=None)
    return Professionnel.objects.filter(idnat__in=living.values("idnat"))


def mode_liste(actor: Actor):
    """The mode of the whole, of each row of `Dossier.objects.visible_to(actor)`."""
    whens = boards(actor)
    given = {whole for _, _, whole in whens}
    if len(given) <= 1:
        return Value(next(iter(given), None), output_field=CharField())
    whens.sort(key=lambda one: -OF_THE_WHOLE.index(one[2]))
    ranks = [
        When(_any(_at_least(actor, role, mode)), then=OF_THE_WHOLE.index(whole))
        for role, mode, whole in whens
    ]
    rank = Case(*ranks, output_field=IntegerField())
    ways = Presence.objects.filter(reached(actor), dossier=OuterRef("pk")).annotate(rank=rank)
    names = [When(rank=OF_THE_WHOLE.index(one), then=Value(one)) for one in sorted(given)]
    named = ways.order_by("-rank").annotate(mode=Case(*names, output_field=CharField()))
    return Subquery(named.values("mode")[:1])


def _at_least(actor: Actor, role: Role, mode: Mode) -> Iterator[Q]:
    tableau = TABLEAUX[role]
    return _ways(tableau, (role,), actor.rights.giving(tableau.droit, mode=mode))
