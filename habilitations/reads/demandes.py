"""What a request asks for, and what the person holds already: two ways may lead to the same end."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef

from habilitations.models import DemandeHabilitation, Habilitation

A_DAY = timedelta(days=1)


def held(user, profil, lieu_key, *, on, after=None) -> Habilitation | None:
    """What he holds of this profile at this place on that day: the last row of those that follow one another.

    `after`: the one to prolong, even when it has not begun, or is over.
    """
    rows = Habilitation.objects.of(user).living().filter(profil=profil.code, lieu_key=lieu_key)
    after = rows.filter(pk=after.pk).first() if after else None
    start = max(on, after.debut) if after and after.fin >= on else on
    last, until = None, start - A_DAY
    for row in rows.filter(fin__gte=start).order_by("debut"):
        if row.debut <= until + A_DAY:
            last, until = row, row.fin
    return last or after


@dataclass(frozen=True)
class Deja:
    """`habilitation`: what the person who asks holds of it already; `is_enough`: to the day asked for."""

    habilitation: Habilitation | None
    is_enough: bool


def already(demande, *, on) -> Deja:
    last = held(demande.user, demande.le_profil, demande.lieu_key, on=on, after=demande.habilitation)
    return Deja(last, is_enough=last is not None and last.fin >= max(demande.fin, on))


def maybe_satisfied(today):
    """Requests that wait though their person has that profile there until the day asked for, or later."""
    same = {name: OuterRef(name) for name in ("user", "profil", "lieu_key")}
    rows = Habilitation.objects.current(today).filter(**same, fin__gte=OuterRef("fin"))
    return DemandeHabilitation.objects.waiting().known_to_profils().filter(Exists(rows))
