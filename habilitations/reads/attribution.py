"""What stands in the way of a grant: one list of rules, which the action obeys and the check page tells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.models import User
from annuaire.models import Lieu
from habilitations import checks, policies
from habilitations.models import Habilitation
from habilitations.profils import Profil
from viatraj.core.policies import Denied


@dataclass(frozen=True)
class Refus:
    """`field`: what it speaks of in the form; else `user`, with the `habilitation` that stands in the way."""

    sentences: list[str]
    field: str = ""
    user: User | None = None
    habilitation: Habilitation | None = None


@dataclass(frozen=True)
class Regle:
    """`obey` raises Denied or ValidationError."""

    obey: Callable[[], object]
    field: str = ""
    user: User | None = None
    habilitation: Habilitation | None = None

    def refused(self) -> Refus | None:
        try:
            self.obey()
        except Denied as error:
            return Refus([str(error)], self.field, self.user, self.habilitation)
        except ValidationError as error:
            return Refus(error.messages, self.field, self.user, self.habilitation)
        return None


@dataclass(frozen=True)
class Attribution:
    """The same profile, rights and dates for each of `users` at each of `lieux`, as one lot: `cle`."""

    users: list[User]
    profil: Profil
    lieux: list[Lieu]
    debut: date
    fin: date
    droits: dict[str, str]
    cle: UUID

    def obey(self, *, today, by):
        for regle in self._regles(today, by):
            regle.obey()

    def refusals(self, *, today, by) -> list[Refus]:
        """All of them, in the order in which the action would meet them."""
        return [refused for regle in self._regles(today, by) if (refused := regle.refused())]

    def given(self, *, by):
        """What this lot gave already: sent twice, it is one."""
        return Habilitation.objects.filter(lot=self.cle, granted_by=by.user).order_by("pk")

    def _regles(self, today, by) -> Iterator[Regle]:
        for lieu in self.lieux:
            yield Regle(partial(policies.grant, by, self.profil, lieu), "lieux")
            yield Regle(partial(checks.droits, self.profil, lieu, self.droits), "droits")
        yield Regle(partial(checks.end, self.fin, today=today), "fin")
        yield Regle(partial(checks.start, self.debut, today=today), "debut")
        yield Regle(partial(checks.order, self.debut, self.fin), "fin")
        for user in self.users:
            yield Regle(partial(policies.grant_to, by, user), user=user)
        for row in self._overlapping():
            yield Regle(partial(checks.overlapped, row), user=row.user, habilitation=row)

    def _overlapping(self):
        """What the constraint against two at once would find, for all of them in one query."""
        if self.fin < self.debut:
            return Habilitation.objects.none()
        held = Habilitation.objects.living().filter(
            user__in=[user.pk for user in self.users],
            profil=self.profil.code,
            lieu_key__in=[lieu.key for lieu in self.lieux],
            debut__lte=self.fin,
            fin__gte=self.debut,
        )
        return held.with_lieu().select_related("user").order_by("nom_tri", "pk")
