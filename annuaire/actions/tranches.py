"""What hangs on a structure that closes, or opens again: at once, or by a worker's slices (docs/adr/0059)."""

from django.core.exceptions import ValidationError
from django.db import transaction

from annuaire import attaches, policies
from annuaire.actions.structures import relocate
from annuaire.actions.tenue import above, hold_rows, hold_still
from annuaire.attaches import Tranche
from annuaire.models import Etablissement, Fermeture, Lieu, lying
from changements.actions import Noted
from journal.models import FROM_ACTOR, record
from viatraj.core.actor import Actor
from viatraj.core.saving import locked, save_valid

SLICE = 50  # people, or rows, that a worker settles together: well under a second
AT_WORK = "Une fermeture ou une réouverture de {} est en cours\u00a0: attendez qu’elle soit finie."


def settle_at_once(
    fermeture: Fermeture, successeur, *, by, noted: Noted | None = None, undoable: bool = False
) -> bool:
    """Part of closing and of reopening: settles little at once, and says so; leaves much to a worker."""
    fermeture.par = by.user
    fermeture.auteur = {name: getattr(by, name) for name in (*FROM_ACTOR, "system_name")}
    tranche = Tranche(
        fermeture=fermeture,
        lieu=Lieu.of(fermeture.structure),
        successeur=Lieu.of(successeur) if successeur is not None else None,
        now=fermeture.rouverte_le or fermeture.le,
        by=by,
        undoable=undoable and by.user is not None,
        noted=noted or Noted(),
    )
    weigh = attaches.to_give_back if fermeture.rouverte_le else attaches.to_settle
    units, rows = fermeture.total, weigh(tranche)
    fermeture.total, fermeture.fait = units + rows, 0
    save_valid(fermeture)
    if units or rows > attaches.AT_ONCE:
        return False
    if not fermeture.rouverte_le:
        hold_rows(fermeture.structure)
    for attache in attaches.every():
        _settle(attache, tranche)
    _finish(tranche)
    return True


@transaction.atomic
def settle_slice(fermeture: Fermeture, *, by) -> bool:
    """The worker's: the next unit, people or rows. True: go on. A killed one leaves whole slices."""
    policies.system(by)
    fermeture = locked(fermeture)
    if not fermeture.is_at_work:
        return False
    tranche = _held_still(Fermeture.objects.with_structure().get(pk=fermeture.pk), fermeture)
    if fermeture.reunit and _move_a_unit(tranche):
        return True
    for attache in attaches.every():
        if done := _settle(attache, tranche):
            fermeture.fait += done
            fermeture.add(tranche.suivis, tranche.finis)
            save_valid(fermeture)
            return True
    _finish(tranche)
    return False


def _held_still(known: Fermeture, fermeture: Fermeture) -> Tranche:
    """`known`: the same with its structures, as they may have moved until they are held."""
    structure, after = known.structure, _successor(known)
    held = hold_still(above(structure), above(after), structure, after)
    structure = held[Lieu.of(structure).key]
    setattr(fermeture, structure.niveau, structure)
    return Tranche(
        fermeture=fermeture,
        lieu=Lieu.of(structure),
        successeur=Lieu.of(held[Lieu.of(after).key]) if after is not None else None,
        now=fermeture.rouverte_le or fermeture.le,
        by=_author(fermeture),
        most=SLICE,
        noted=Noted(cle=fermeture.cle) if not fermeture.rouverte_le else Noted(),
    )


def _successor(fermeture: Fermeture):
    return fermeture.structure.replaced_by


def _author(fermeture: Fermeture) -> Actor:
    return Actor(user=fermeture.par, **fermeture.auteur)


def _settle(attache, tranche: Tranche) -> int:
    if tranche.fermeture.rouverte_le:
        return attache.give_back(tranche) if attache.give_back else 0
    return attache.settle(tranche)


def _move_a_unit(tranche: Tranche) -> bool:
    """Of a merging, with all that lies there."""
    loser, into = tranche.lieu.row, tranche.successeur.row
    unit = loser.unites.select_for_update(of=("self",)).filter(closed_at=None).order_by("pk").first()
    if unit is None:
        return False
    relocate([unit], into, by=tranche.by)
    tranche.fermeture.fait += 1
    save_valid(tranche.fermeture)
    return True


def _finish(tranche: Tranche) -> None:
    """People above last. The page of the result reads what was done."""
    fermeture = tranche.fermeture
    if not fermeture.rouverte_le:
        for attache in attaches.every():
            if attache.stay:
                attache.stay(tranche)
    fermeture.add(tranche.suivis, tranche.finis)
    fermeture.etat = fermeture.Etat.ROUVERTE if fermeture.rouverte_le else fermeture.Etat.FAITE
    save_valid(fermeture)
    record(
        "structure.settled",
        by=tranche.by,
        target=tranche.lieu.row,
        label=str(tranche.lieu),
        suivi=fermeture.suivi,
        fini=fermeture.fini,
    )
    for attache in attaches.every():
        if attache.tell:
            attache.tell(tranche)


def lying_below(etablissement: Etablissement) -> bool:
    """Whether more lies at its units than a request may move."""
    rows = (model._base_manager.filter(etablissement=etablissement, unite__isnull=False) for model in lying())
    return sum(one.count() for one in rows) > attaches.AT_ONCE


def check_at_work(structure) -> None:
    """Neither what is being closed or opened, nor what takes its place, closes or opens meanwhile."""
    key = Lieu.of(structure).key
    for one in Fermeture.objects.at_work().with_structure():
        after = _successor(one)
        touched = (one.structure, after, above(after) if after is not None else None)
        if key in {Lieu.of(place).key for place in touched if place is not None}:
            raise ValidationError(AT_WORK.format(Lieu.of(one.structure)))
