"""What helps a reviewer to decide of a line: last sign-in, last use, who gave it, colleagues, délégations."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from accounts import mandats
from habilitations.models import Examen, Habilitation
from habilitations.reads import campagnes


@dataclass(frozen=True)
class Ligne:
    """`usage`: the last day this right was used; empty with `suivi` false says nothing yet."""

    examen: Examen
    signed_in: datetime | None
    usage: date | None
    suivi: bool
    colleagues: int
    delegations: int

    @property
    def habilitation(self) -> Habilitation:
        return self.examen.habilitation


def of(examens, *, today) -> list[Ligne]:
    """Three queries, however many lines."""
    suivi = campagnes.usage_is_known(today)
    held = [one.habilitation for one in examens]
    places = {one.lieu_key for one in held}
    alike = Habilitation.objects.in_force(today).filter(
        lieu_key__in=places,
        profil__in={one.profil for one in held},
        etablissement__in={one.etablissement_id for one in held if one.etablissement_id},
    )
    counted = alike.order_by().values_list("profil", "lieu_key").annotate(count=Count("user", distinct=True))
    colleagues = {(profil, key): count for profil, key, count in counted}
    received = mandats.received({one.titulaire_id for one in examens}, on=today)
    return [
        Ligne(
            examen,
            signed_in=examen.habilitation.user.last_sign_in_at,
            usage=examen.habilitation.used_on,
            suivi=suivi,
            colleagues=max(0, colleagues.get((examen.profil, examen.habilitation.lieu_key), 0) - 1),
            delegations=received.get(examen.titulaire_id, 0),
        )
        for examen in examens
    ]
