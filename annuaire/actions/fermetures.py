"""Structures closed, replaced, merged, opened again; nothing is deleted (ANN-7)."""

from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annuaire import policies
from annuaire.actions.structures import check_target, relocate
from annuaire.actions.tenue import above, carry, doors_of, hold_guichets, hold_still, hold_units
from annuaire.actions.tranches import check_at_work, lying_below, settle_at_once
from annuaire.models import AvisFermeture, Etablissement, Fermeture, Guichet, Lieu, Unite
from changements.actions import Noted, keep
from journal.models import record
from viatraj.core.saving import locked, save_valid

Structure = Etablissement | Unite | Guichet
TOO_SOON = "Une fermeture s’enregistre le jour même ou après\u00a0: cette date est à venir."
TOO_OLD = "Cette date est trop ancienne\u00a0: choisissez une date depuis le {:%d/%m/%Y}."
ALREADY = "{} est déjà fermé{}."
TOO_LATE = "Les habilitations sont rendues pendant trente jours après la fermeture\u00a0: ce délai est passé."
OLDEST = date(2000, 1, 1)


@transaction.atomic
def close_structure(
    structure: Structure,
    *,
    on: date,
    replaced_by: Structure | None = None,
    follow: bool = False,
    with_units: bool = False,
    now: datetime,
    by,
) -> Fermeture:
    """With its units and guichets. What hangs on it ends or, `follow`, goes to its successor.

    `with_units`: they are merged. Little is settled at once, and undone for ten minutes; much is left to a
    worker, and the place is closed meanwhile. Everybody whom it concerns is told.
    """
    if with_units and replaced_by is not None:
        return merge(structure, into=replaced_by, on=on, now=now, by=by)
    by = policies.close(by, structure)
    if replaced_by is not None:
        check_level(structure, replaced_by)
        policies.succeed(by, replaced_by)
    held = hold_still(above(structure), above(replaced_by), structure, replaced_by)
    structure = held[Lieu.of(structure).key]
    replaced_by = held[Lieu.of(replaced_by).key] if replaced_by is not None else None
    _check(structure, replaced_by, on=on, now=now)
    units = hold_units(structure) if isinstance(structure, Etablissement) else []
    fermeture = Fermeture(on=on, le=now, follows=follow and replaced_by is not None)
    return _close(fermeture, structure, replaced_by, units, by=by)


@transaction.atomic
def merge(loser: Structure, *, into: Structure, on: date, now: datetime, by) -> Fermeture:
    """All that the loser has goes to the other: its units and guichets, what hangs on it (ANN-7).

    Where much lies there, its units go one by one, in the closing's slices.
    """
    if not isinstance(loser, Etablissement):
        return close_structure(loser, on=on, replaced_by=into, follow=True, now=now, by=by)
    check_level(loser, into)
    by = policies.rearrange(by, loser, into)
    held = hold_still(loser, into)
    loser, into = held[Lieu.of(loser).key], held[Lieu.of(into).key]
    check_target(into, loser)
    _check(loser, into, on=on, now=now)
    units = hold_units(loser)
    own = [one for one in hold_guichets(of=loser, units=units) if one.etablissement_id == loser.pk]
    for guichet in own:
        guichet.etablissement, guichet.coordination = into, into.coordination
        guichet.version += 1
        save_valid(guichet)
    later = lying_below(loser)
    if not later:
        relocate(units, into, by=by, hold=loser)
    carry(own)
    fermeture = Fermeture(on=on, le=now, follows=True, reunit=later, total=len(units) if later else 0)
    return _close(fermeture, loser, into, [], by=by, undoable=not (units or own))


@transaction.atomic
def reopen(structure: Structure, *, give_back: bool = False, now: datetime, by) -> Fermeture | None:
    """With the units and guichets that closed with it.

    `give_back`: also what the closing ended, and what had followed; else its référents give it anew.
    """
    by = policies.close(by, structure)
    last = Fermeture.objects.of(structure).order_by("-pk").first()
    fermeture = locked(last) if last is not None else None
    held = hold_still(above(structure), structure)
    structure = held[Lieu.of(structure).key]
    if structure.closed_at is None:
        return None
    check_at_work(structure)
    if (here := above(structure)) is not None and held[Lieu.of(here).key].closed_at:
        raise ValidationError(f"{here} est fermé\u00a0: rouvrez d’abord l’établissement.")
    if give_back and (fermeture is None or not fermeture.may_be_given_back(now)):
        raise ValidationError(TOO_LATE)
    successeur = structure.replaced_by
    together = [structure]
    if isinstance(structure, Etablissement):
        same = {"closed_at": structure.closed_at, "replaced_by": None}
        for rows in (structure.unites, structure.guichets):
            together += list(rows.select_for_update(of=("self",)).filter(**same).order_by("pk"))
    for one in together:
        one.closed_at, one.replaced_by = None, None
        one.version += 1
        save_valid(one)
    record("structure.reopened", by=by, target=structure, label=str(Lieu.of(structure)), count=len(together))
    if fermeture is not None:
        fermeture.rouverte_le = now
        _reopened(fermeture, successeur, give_back=give_back, by=by)
    return fermeture


def _reopened(fermeture, successeur, *, give_back, by) -> None:
    fermeture.suivis, fermeture.finis, fermeture.total, fermeture.reunit = [], [], 0, False
    if give_back:
        fermeture.etat = Fermeture.Etat.REOUVERTURE
        settle_at_once(fermeture, successeur, by=by)
    else:
        fermeture.etat = Fermeture.Etat.ROUVERTE
        save_valid(fermeture)


def check_level(structure: Structure, other: Structure) -> None:
    if type(other) is not type(structure):
        raise ValidationError({"replaced_by": "Une structure se remplace par une autre du même niveau."})
    if other.pk == structure.pk:
        raise ValidationError({"replaced_by": "Une structure ne se remplace pas elle-même."})


def _check(structure: Structure, replaced_by: Structure | None, *, on: date, now: datetime) -> None:
    if structure.closed_at:
        raise ValidationError(ALREADY.format(Lieu.of(structure), "e" if isinstance(structure, Unite) else ""))
    if replaced_by is not None and Lieu.of(replaced_by).is_closed:
        raise ValidationError({"replaced_by": f"{Lieu.of(replaced_by)} est une structure fermée."})
    if on > timezone.localdate(now):
        raise ValidationError({"on": TOO_SOON})
    if on < OLDEST:
        raise ValidationError({"on": TOO_OLD.format(OLDEST)})
    check_at_work(structure)


def _close(fermeture: Fermeture, structure, replaced_by, units, *, by, undoable=True) -> Fermeture:
    """The structure, its successor and these units are held still."""
    closing = [structure] if isinstance(structure, Unite) else units
    doors = hold_guichets(of=structure if isinstance(structure, Etablissement) else None, units=closing)
    with_it = [
        one for one in doors if isinstance(structure, Etablissement) and one.etablissement_id == structure.pk
    ]
    setattr(fermeture, structure.niveau, structure)
    fermeture.below = [str(Lieu.of(one)) for one in (*units, *with_it)]
    noted = Noted(cle=fermeture.cle)
    for one in (structure, *units, *doors):
        noted.found(one)
    fermeture.guichets = _leave(structure, closing)
    _answer_avis(structure, units, now=fermeture.le, by=by)
    for one in (structure, *units, *with_it):
        one.closed_at = datetime.combine(fermeture.on, time(), tzinfo=timezone.get_current_timezone())
        one.replaced_by = replaced_by if one is structure else None
    for one in (structure, *units, *doors):
        one.version += 1
        save_valid(one)
    record(
        "structure.closed",
        by=by,
        target=structure,
        label=str(Lieu.of(structure)),
        on=fermeture.on,
        successeur=str(Lieu.of(replaced_by)) if replaced_by else "",
        below=fermeture.below,
        guichets=fermeture.guichets,
    )
    fermeture.etat = Fermeture.Etat.EN_COURS
    if settle_at_once(fermeture, replaced_by, by=by, noted=noted, undoable=undoable) and undoable:
        noted.made(fermeture)
        keep(noted, "structure.closed", by=by)
    return fermeture


def _leave(structure, closing) -> list[str]:
    """The guichets that lose a unit, or that close; their names."""
    doors = list(doors_of([one.pk for one in closing]))
    if isinstance(structure, Guichet):
        through = Guichet.unites.through.objects
        doors = list(through.filter(guichet=structure).select_related("guichet").order_by("pk"))
    for door in doors:
        door.delete()
    return sorted({str(Lieu.of(door.guichet)) for door in doors})


def _answer_avis(structure, units, *, now, by) -> None:
    """What a feeder had said of them has its answer."""
    if isinstance(structure, Guichet):
        return
    rows = AvisFermeture.objects.waiting().select_for_update(of=("self",), no_key=True)
    concerned = rows.of(structure) | rows.filter(unite__in=[one.pk for one in units])
    for avis in concerned.order_by("pk"):
        echue = by.user is None
        avis.suite = AvisFermeture.Suite.ECHUE if echue else AvisFermeture.Suite.FERMEE
        avis.decide_le, avis.decide_par = now, by.user
        save_valid(avis)
