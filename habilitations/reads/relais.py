"""Which structures would be left without référent (COM-12)."""

from dataclasses import dataclass

from annuaire.models import Etablissement
from habilitations.models import Habilitation
from habilitations.profils import (
    ADMINISTRATEUR_NATIONAL,
    REFERENT_COORDINATION,
    REFERENT_REGIONAL,
    REFERENT_STRUCTURE,
)
from viatraj.core.droits import Niveau

ABOVE = (REFERENT_COORDINATION, REFERENT_REGIONAL, ADMINISTRATEUR_NATIONAL)  # the nearest first


def left_without(rows, *, on, today) -> list[Etablissement]:
    """Open structures that have a référent today, and none from `on` once these habilitations have ended.

    Somebody named already whose habilitation begins later is a successor.
    """
    ending = {
        row.etablissement_id: row.etablissement
        for row in rows
        if row.profil == REFERENT_STRUCTURE.code and row.is_living and row.debut <= today <= row.fin
    }
    if not ending:
        return []
    others = Habilitation.objects.current(on).referents().exclude(pk__in=[row.pk for row in rows])
    kept = set(
        others.filter(
            profil=REFERENT_STRUCTURE.code, etablissement__in=ending, user__disabled_at=None
        ).values_list("etablissement", flat=True)
    )
    return [one for pk, one in ending.items() if pk not in kept and one.closed_at is None]


def removed_with(examen) -> list[Habilitation]:
    """Of a line of a campaign: its habilitation, and those whose removal waits there for the closure."""
    row = examen.habilitation
    waiting = Habilitation.objects.living().filter(
        etablissement=row.etablissement_id,
        profil=REFERENT_STRUCTURE.code,
        examens__campagne=examen.campagne_id,
        examens__decision="remove",
        examens__applied_at=None,
    )
    is_referent = row.profil == REFERENT_STRUCTURE.code
    return [row, *waiting.exclude(pk=row.pk).select_related("etablissement")] if is_referent else [row]


@dataclass(frozen=True)
class Seule:
    """A structure that would be left without référent; `is_told`: somebody above can be told."""

    etablissement: Etablissement
    is_told: bool


def alone(rows, *, on, today) -> list[Seule]:
    """For the page, what the action would ask about."""
    found = left_without(rows, on=on, today=today)
    return [Seule(one, bool(above(one, today=today))) for one in found]


def above(etablissement, *, today) -> list:
    """Accounts, with an address, of the référents of its coordination, else of its region, else national."""
    for profil in ABOVE:
        (niveau,) = profil.niveaux
        place = {} if niveau == Niveau.NATIONAL else {f"{niveau}_id": getattr(etablissement.place, niveau)}
        held = Habilitation.objects.in_force(today).referents()
        held = held.filter(**place, profil=profil.code, user__disabled_at=None)
        people = held.exclude(user__email="").select_related("user").order_by("nom_tri", "user_id")
        if found := list(dict.fromkeys(one.user for one in people)):
            return found
    return []
