"""Who answers for what the ROR says of an établissement (ANN-1)."""

from collections import defaultdict
from datetime import date

from django.db.models import Q

from accounts.models import User
from annuaire.models import Etablissement
from habilitations.models import Habilitation
from habilitations.reads.referents import CODES
from viatraj.core.droits import Niveau

Concerned = list[tuple[Etablissement, dict[str, int]]]


def told(concerned: Concerned, *, today: date) -> dict[User, Concerned]:
    """By person, with an address: his établissements. Two statements, whatever their number."""
    own = _by_place(Niveau.ETABLISSEMENT, {one.pk for one, _ in concerned}, today)
    left = {one.coordination_id for one, _ in concerned if one.pk not in own}
    above = _by_place(Niveau.COORDINATION, left, today)
    found: dict[User, Concerned] = defaultdict(list)
    for one, what in concerned:
        for user in own.get(one.pk) or above.get(one.coordination_id) or ():
            found[user].append((one, what))
    return dict(sorted(found.items(), key=lambda each: each[0].pk))


def _by_place(niveau: Niveau, pks: set[int], today: date) -> dict[int, list[User]]:
    rows = Habilitation.objects.in_force(today).filter(
        Q(**{f"{niveau.value}__in": pks}), niveau=niveau, profil__in=CODES, user__disabled_at=None
    )
    found: dict[int, list[User]] = defaultdict(list)
    for one in rows.exclude(user__email="").select_related("user").order_by("user_id", "pk"):
        here = found[getattr(one, f"{niveau.value}_id")]
        if one.user not in here:
            here.append(one.user)
    return dict(found)
