"""The people chosen for a grant (HAB-4): ticked over several searches, or in the revue.

Their ids travel in the form, then in the address; names and searches do not (docs/adr/0039).
"""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from habilitations import policies
from habilitations.models import Habilitation
from habilitations.views import reach
from viatraj.core.policies import refusal

AT_MOST = 50


@dataclass(frozen=True)
class Panier:
    """`people` in the order of their names; `missing`: how many one may no longer choose.

    `oneself`: why one may not be among them, where one was chosen.
    """

    people: list[User] = field(default_factory=list)
    missing: int = 0
    oneself: str = ""

    @property
    def active(self) -> list[User]:
        return [one for one in self.people if one.is_active]

    @property
    def disabled(self) -> list[str]:
        return [
            f"Le compte de {one.nom_complet} ({one.login}) est désactivé."
            for one in self.people
            if not one.is_active
        ]

    @property
    def lost(self) -> list[str]:
        """Why these are not the people that were chosen."""
        found = [self.oneself] if self.oneself else []
        if self.missing:
            found.append("Une personne choisie, ou plusieurs, ne vous est plus accessible.")
        if len(self.people) + self.missing > AT_MOST:
            found.append(f"Choisissez {AT_MOST} personnes au plus à la fois.")
        return found


def of(request, ids) -> Panier:
    """Never oneself, nor anybody whom no search has shown."""
    if not ids:
        return Panier()
    known = reach.people(request).filter(pk__in=ids).exclude(pk=request.user.pk)
    people = list(known.order_by("nom", "prenom", "pk"))
    oneself = refusal(policies.grant_to, request.actor, request.user) if request.user.pk in ids else ""
    return Panier(people, missing=len(ids) - len(people) - bool(oneself), oneself=oneself)


def ticked(said) -> list[int]:
    """The people that a form or an address names; one more than may be chosen says that it is too many."""
    return _keys(said.getlist("compte"))[: AT_MOST + 1]


def holders(request) -> list[int]:
    """Of the habilitations ticked in the revue."""
    rows = Habilitation.objects.living().visible_to(request.actor)
    found = rows.filter(pk__in=_keys(request.GET.getlist("choix"))).values_list("user_id", flat=True)
    return sorted(set(found))


def carried(ids, **origin) -> list[tuple[str, str]]:
    """What each page of a grant hands on to the next: for whom, and where one came from."""
    return [("compte", str(pk)) for pk in ids] + [(name, said) for name, said in origin.items() if said]


def grant(ids, **origin) -> str:
    """Where a grant to these people begins."""
    return f"{reverse('habilitations:grant')}?{urlencode(carried(ids, **origin))}"


def _keys(said) -> list[int]:
    return sorted({int(one) for one in said if one.isascii() and one.isdecimal() and len(one) < 19})
