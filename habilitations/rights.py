"""What an account's habilitations give today (HAB-3, HAB-7). Never kept beyond the request."""

from datetime import date
from typing import NamedTuple

from habilitations.models import Habilitation
from habilitations.profils import AUCUN, PROFILS, DroitProfil
from viatraj.core import prepared
from viatraj.core.actor import Grant, Rights, Source
from viatraj.core.droits import FERMES, Droit, Mode, Niveau
from viatraj.core.kept import kept

# One prepared statement, since every page of a professional begins with it. `held` is the same rule as a
# queryset.
HELD = """
    SELECT h.id, profil, niveau, region_id, coordination_id, etablissement_id, guichet_id, unite_id,
      ARRAY(SELECT ARRAY[d.domaine, d.droit, d.mode]
        FROM habilitations_droitpersonnalise d WHERE d.habilitation_id = h.id),
      ARRAY(SELECT g.unite_id FROM annuaire_guichet_unites g WHERE g.guichet_id = h.guichet_id)
    FROM habilitations_habilitation h
    WHERE user_id = %(user)s AND revoked_at IS NULL AND debut <= %(day)s AND fin >= %(day)s
      AND profil = ANY(%(profils)s)"""


class Held(NamedTuple):
    """A habilitation, and what decides its rights: own choices (domaine, droit, mode), guichet's units."""

    pk: int
    profil: str
    niveau: str
    region_id: int | None
    coordination_id: int | None
    etablissement_id: int | None
    guichet_id: int | None
    unite_id: int | None
    chosen: list
    unites: list[int]

    @classmethod
    def of(cls, habilitation) -> "Held":
        """Of a row that `held` has read."""
        droits = [(one.domaine, one.droit, one.mode) for one in habilitation.droits.all()]
        unites = [one.pk for one in habilitation.guichet.unites.all()] if habilitation.guichet_id else []
        plain = [getattr(habilitation, name) for name in cls._fields[:-2]]
        return cls(*plain, droits, unites)


def of_user(user, *, on: date) -> Rights:
    """Habilitations add up: for each right and place, the strongest mode counts."""
    if not user.is_active:
        return Rights()
    rows = prepared.rows(HELD, {"user": user.pk, "day": on, "profils": list(PROFILS)})
    return Rights(frozenset(grant for row in rows for grant in _grants(Held(*row))))


def held(user, *, on):
    """In force on a day, with what `grants` needs; a disabled account holds nothing."""
    if not user.is_active:
        return Habilitation.objects.none()
    return _held(user=user, day=on)


def held_with_lieu(user, *, on) -> list[Habilitation]:
    return _with_lieu(user=user.pk, day=on) if user.is_active else []


def _held(*, user, day):
    in_force = Habilitation.objects.of(user).in_force(day).filter(profil__in=PROFILS)
    return in_force.prefetch_related("droits", "guichet__unites").order_by("pk")


@kept
def _with_lieu(**asked):
    return _held(**asked).with_lieu()


def modes(habilitation) -> dict[DroitProfil, str]:
    row = Held.of(habilitation)
    return _modes(row.profil, row.niveau, row.chosen)


def grants(habilitation) -> list[Grant]:
    return _grants(Held.of(habilitation))


def given(profil, niveau, chosen) -> dict[DroitProfil, str]:
    """The rights that a habilitation really gives, by its own choices (domaine, droit, mode)."""
    every = _modes(profil, niveau, chosen).items()
    held = {droit: mode for droit, mode in every if mode != AUCUN and droit.droit not in FERMES}
    answering = any(mode == Mode.REPONDRE for mode in held.values())
    return {droit: mode for droit, mode in held.items() if droit.droit != Droit.REPONSE or answering}


def _modes(profil, niveau, chosen) -> dict[DroitProfil, str]:
    """Each right of the profile with its mode; personal choices count if the profile allows them."""
    chosen = {(domaine, droit): mode for domaine, droit, mode in chosen}
    return {
        droit: mode if droit.accepts(mode) or mode == AUCUN else droit.mode
        for droit in PROFILS[profil].at(niveau)
        for mode in [chosen.get((droit.domaine, droit.droit), droit.mode)]
    }


def _grants(row: Held) -> list[Grant]:
    source = Source(row.pk, PROFILS[row.profil].quality, row.etablissement_id, row.unite_id)
    return [
        Grant(droit.droit.value, mode, droit.domaine, niveau, lieu_id, source)
        for droit, mode in given(row.profil, row.niveau, row.chosen).items()
        for niveau, lieu_id in _places(row)
    ]


def _places(row: Held):
    """A right on a guichet also holds on its units, so that what it handed out to them is still reached."""
    if row.niveau == Niveau.NATIONAL:
        return [(Niveau.NATIONAL.value, None)]
    units = [(Niveau.UNITE.value, unite) for unite in row.unites]
    return [(row.niveau, getattr(row, f"{row.niveau}_id")), *(units if row.niveau == Niveau.GUICHET else [])]
