"""Who acts, in whose name, with which rights. Built once per request; passed as `by=` to every action."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, TextChoices

from viatraj.core.droits import Mode, Niveau, at_least


class Means(TextChoices):
    """How somebody proved who he is."""

    CPS = "cps", "carte CPS"
    CPE = "cpe", "carte CPE"
    CPA = "cpa", "carte CPA"
    PSC = "psc", "Pro Santé Connect"
    MAIL = "mail", "code reçu par e-mail"
    SMS = "sms", "code reçu par SMS"
    TOTP = "totp", "application d’authentification"
    RECOVERY = "recovery", "code de secours"
    TRUSTED = "trusted", "navigateur de confiance"
    SYSTEM = "system", "traitement automatique"


# No password, and no mailbox: a card, or the e-CPS that a card gave.
BY_CARD = frozenset((Means.CPS, Means.CPE, Means.CPA, Means.PSC))
# A password came first.
BY_PASSWORD = frozenset((Means.MAIL, Means.SMS, Means.TOTP, Means.RECOVERY, Means.TRUSTED))


@dataclass(frozen=True)
class Place:
    """Where a thing lies: one id per level that it has; `guichet` when it waits there for a unit."""

    region: int | None = None
    coordination: int | None = None
    etablissement: int | None = None
    guichet: int | None = None
    unite: int | None = None
    medecin: int | None = None


@dataclass(frozen=True)
class Source:
    """The habilitation that gives a right, as the journal notes it: its profile and its place as they are."""

    habilitation_id: int
    quality: str
    etablissement_id: int | None = None
    unite_id: int | None = None


@dataclass(frozen=True)
class Grant:
    """A droit held at one place; an empty `domaine` means all of them, no `lieu_id` at national level.

    No `source` in a médecin's own space, nor in what he lends of it.
    """

    droit: str
    mode: str
    domaine: str
    niveau: str
    lieu_id: int | None = None
    source: Source | None = None

    def reaches(self, place: Place) -> bool:
        return self.niveau == Niveau.NATIONAL or (
            self.lieu_id is not None and getattr(place, self.niveau) == self.lieu_id
        )


@dataclass(frozen=True)
class Rights:
    """One rule in three forms: `cover` for one row, `within` for a query, `scopes` for long lists
    (docs/adr/0034).

    A right with several modes must be asked with one, else ValueError: otherwise somebody who may only see
    anonymous dossiers would pass for one who may read them.
    """

    grants: frozenset[Grant] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.grants)

    def cover(self, droit: str, place: Place, *, domaine: str, mode: str = Mode.OUI) -> bool:
        return any(grant.reaches(place) for grant in self.giving(droit, mode=mode, domaine=domaine))

    def nearest(self, droit: str, place: Place, *, domaine: str = "", mode: str = Mode.OUI) -> Grant | None:
        """The grant used for this place: one on the unit before one on the établissement, and so on up."""
        found = [one for one in self.giving(droit, mode=mode, domaine=domaine) if one.reaches(place)]
        return min(found, key=_nearness, default=None)

    def giving(self, droit: str, *, mode: str, domaine: str = "") -> Iterator[Grant]:
        """The grants of this right in at least this mode, at any place; an empty `domaine` means any."""
        enough = at_least(droit, mode)
        for grant in self.grants:
            if grant.droit == droit and grant.mode in enough and domaine in ("", grant.domaine or domaine):
                yield grant

    def scopes(
        self, droit: str, *, mode: str = Mode.OUI, domaine: str = ""
    ) -> dict[str, frozenset[int | None]]:
        """Ids of places by level, for one domaine; a national right gives {None}."""
        found = defaultdict(set)
        for grant in self.giving(droit, mode=mode, domaine=domaine):
            found[grant.niveau].add(grant.lieu_id)
        return {niveau: frozenset(ids) for niveau, ids in found.items()}

    def within(self, droit: str, *, mode: str = Mode.OUI, domaine: str = "", **columns: str) -> Q:
        """The same rule as a Q. `domaine` and `columns` name the model's columns: unite="unite_id", …

        Without any right, no row passes; nor by a level or a domaine for which no column is named.
        """
        held = defaultdict(set)
        for grant in self.giving(droit, mode=mode):
            if grant.niveau in columns or grant.niveau == Niveau.NATIONAL:
                held[grant.domaine, grant.niveau].add(grant.lieu_id)
        rule = Q(pk__in=[])
        for (value, niveau), ids in sorted(held.items()):
            if value and not domaine:
                continue
            of_domaine = Q(**{domaine: value}) if value else Q()
            at_place = Q() if niveau == Niveau.NATIONAL else Q(**{f"{columns[niveau]}__in": ids})
            rule |= (of_domaine & at_place) or Q(pk__isnull=False)
        return rule


def _nearness(grant: Grant) -> tuple[int, int]:
    """The narrowest place first, then the oldest habilitation, so that the choice is always the same."""
    return -list(Niveau).index(Niveau(grant.niveau)), grant.source.habilitation_id if grant.source else 0


@dataclass(frozen=True)
class Actor:
    """`user` is None for a process (`system_name`) and for somebody who has not signed in."""

    user: Any
    on_behalf_of: Any = None
    rights: Rights = Rights()
    quality: str = ""  # médecin, assistant, confrère, référent… as it is now
    means: str = ""
    delegation_id: int | None = None
    habilitation_id: int | None = None  # of the right used, with its place; set by `using`
    etablissement_id: int | None = None
    unite_id: int | None = None
    address: str = ""
    request_id: str = ""
    system_name: str = ""
    in_medecin_space: bool = False
    has_other_space: bool = False

    @classmethod
    def system(cls, name: str) -> "Actor":
        return cls(user=None, system_name=name, quality="system", means=Means.SYSTEM)

    @classmethod
    def anonymous(cls, address: str, request_id: str = "") -> "Actor":
        return cls(
            user=None, system_name="anonymous", quality="anonymous", address=address, request_id=request_id
        )

    def using(self, droit: str, place: Place, *, domaine: str = "", mode: str = Mode.OUI) -> "Actor | None":
        """The same actor with the right that covers this place, for the journal; None when no right does."""
        grant = self.rights.nearest(droit, place, domaine=domaine, mode=mode)
        if grant is None:
            return None
        return self.by(grant.source)

    def by(self, source: "Source | None") -> "Actor":
        """The same with the habilitation he acts through; a request’s actor is a lazy wrapper of one."""
        return replace(self, **vars(source)) if source else self

    @property
    def principal(self) -> Any:
        """Whose dossiers these are: the médecin one acts for, else oneself."""
        return self.on_behalf_of or self.user

    @property
    def is_acting(self) -> bool:
        return self.on_behalf_of is not None

    def __str__(self) -> str:
        if self.on_behalf_of:
            return f"{self.user} au nom de {self.on_behalf_of}"
        return str(self.user or self.system_name)
