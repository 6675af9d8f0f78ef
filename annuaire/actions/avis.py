"""«Closed», says a feeder: all stands until a person chooses, 30 days at most (ANN-7)."""

from datetime import date, datetime

from django.db import transaction

from annuaire import attaches, policies
from annuaire.actions.fermetures import close_structure
from annuaire.actions.tenue import above, hold_still
from annuaire.models import AvisFermeture, Etablissement, Lieu, Unite
from journal.models import record
from viatraj.core.saving import act, locked, save_valid

Fed = Etablissement | Unite


@transaction.atomic
def closed_by_feed(structure: Fed, *, on: date, flux: str, now: datetime, by) -> AvisFermeture | None:
    """Marks it, and warns whoever decides. None: closed already, or people said that it stays open.

    The same again changes nothing. `flux`: the run, as people read it («FINESS, mai 2026»).
    """
    policies.feed(by)
    structure = hold_still(structure)[Lieu.of(structure).key]
    if Lieu.of(structure).is_closed:
        return None
    known = AvisFermeture.objects.of(structure)
    if waiting := known.waiting().first():
        return waiting
    if known.filter(suite=AvisFermeture.Suite.OUVERTE, fermee_le=on).exists():
        return None
    avis = save_valid(AvisFermeture(**{structure.niveau: structure}, fermee_le=on, flux=flux, recu_le=now))
    record("avis.received", by=by, target=structure, label=str(Lieu.of(structure)), on=on, flux=flux)
    _warn(avis, now=now)
    return avis


@transaction.atomic
def keep_open(structure: Fed, *, now: datetime, by) -> None:
    """«Elle reste ouverte»: the feeder is wrong, or late; twice is once."""
    by = policies.close(by, structure)
    structure = hold_still(structure)[Lieu.of(structure).key]
    waiting = AvisFermeture.objects.of(structure).waiting().order_by("pk").first()
    if waiting is None:
        return
    avis = locked(waiting)
    avis.suite, avis.decide_le, avis.decide_par = AvisFermeture.Suite.OUVERTE, now, by.user
    save_valid(avis)
    record("avis.refused", by=by, target=structure, label=str(Lieu.of(structure)), on=avis.fermee_le)


def follow_avis(*, now: datetime, by) -> int:
    """Each day: warns again, and closes without successor what nobody has decided. Returns how many it moved.

    After an outage, one letter stands for those that were due; each structure is a transaction of its own.
    """
    policies.system(by)
    waiting = AvisFermeture.objects.waiting().order_by("pk").values_list("pk", flat=True)
    return sum(act(_follow, pk, now=now, by=by) for pk in list(waiting))


@transaction.atomic
def _follow(pk: int, *, now: datetime, by) -> bool:
    structure = AvisFermeture.objects.with_structure().get(pk=pk).structure
    structure = hold_still(above(structure), structure)[Lieu.of(structure).key]
    avis = locked(AvisFermeture(pk=pk))
    if avis.suite:
        return False
    if Lieu.of(structure).is_closed:  # its établissement has closed meanwhile
        avis.suite, avis.decide_le = AvisFermeture.Suite.FERMEE, now
        save_valid(avis)
        record("avis.followed", by=by, target=structure, label=str(Lieu.of(structure)))
        return True
    if now >= avis.echeance:
        close_structure(structure, on=avis.fermee_le, now=now, by=by)
        return True
    return _warn(avis, now=now)


def _warn(avis: AvisFermeture, *, now: datetime) -> bool:
    due = avis.due(now)
    if due <= avis.rappels:
        return False
    avis.rappels = due
    save_valid(avis)
    for attache in attaches.every():
        if attache.warn:
            attache.warn(avis)
    return True
