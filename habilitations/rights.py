"""What an account's habilitations give today (HAB-3, HAB-7). Never kept beyond the request."""

from habilitations.models import Habilitation
from habilitations.profils import AUCUN, PROFILS, DroitProfil
from viatraj.core.actor import Grant, Rights, Source
from viatraj.core.droits import Droit, Mode, Niveau


def of_user(user, *, on) -> Rights:
    """Two habilitations add up: the most of each right counts, place by place."""
    habilitations = held(user, on=on)
    return Rights(frozenset(grant for one in habilitations for grant in grants(one)))


def held(user, *, on):
    """In force on a day, with what `grants` needs; a disabled account holds nothing."""
    if not user.is_active:
        return Habilitation.objects.none()
    in_force = Habilitation.objects.of(user).in_force(on).filter(profil__in=PROFILS)
    return in_force.prefetch_related("droits", "guichet__unites").order_by("pk")


def modes(habilitation) -> dict[DroitProfil, str]:
    """Each right of the profile with its mode, the person's exceptions applied; forged ones are not."""
    chosen = {(one.domaine, one.droit): one.mode for one in habilitation.droits.all()}
    return {
        droit: mode if droit.accepts(mode) or mode == AUCUN else droit.mode
        for droit in habilitation.le_profil.at(habilitation.niveau)
        for mode in [chosen.get((droit.domaine, droit.droit), droit.mode)]
    }


def grants(habilitation) -> list[Grant]:
    given = {droit: mode for droit, mode in modes(habilitation).items() if mode != AUCUN}
    source = Source(
        habilitation.pk, habilitation.le_profil.quality, habilitation.etablissement_id, habilitation.unite_id
    )
    answering = any(mode == Mode.REPONDRE for mode in given.values())
    return [
        Grant(droit.droit.value, mode, droit.domaine, niveau, lieu_id, source)
        for droit, mode in given.items()
        if droit.droit != Droit.REPONSE or answering
        for niveau, lieu_id in _places(habilitation)
    ]


def _places(habilitation):
    """A guichet is also its units: what waits at it is reached, and what it has handed out to them."""
    if habilitation.niveau == Niveau.NATIONAL:
        return [(Niveau.NATIONAL.value, None)]
    places = [(habilitation.niveau, getattr(habilitation, f"{habilitation.niveau}_id"))]
    if habilitation.niveau == Niveau.GUICHET:
        places += [(Niveau.UNITE.value, unite.pk) for unite in habilitation.guichet.unites.all()]
    return places
