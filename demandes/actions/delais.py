"""Delays that a coordination sets for those who receive, and ask, on its territory (DOS-4).

What already waits is reckoned again by the next run, by slices: it may be tens of thousands of demandes.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from annuaire.models import Coordination
from changements.actions import Noted, keep
from demandes import policies
from demandes.delais import Echeance
from demandes.models import Demande, Reglage, SansSolution
from demandes.models.reglages import Nombres, Reglages, check
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation
from viatraj.core.saving import Stale, by_slices, locked, save_valid

AFTER = timedelta(microseconds=1)  # undone while a run follows it, it is followed again


class Moved(Stale):
    sentence = (
        "Les délais ont été modifiés entre-temps par une autre personne. "
        "Comparez les deux saisies, puis enregistrez de nouveau."
    )


@transaction.atomic
def set_delays(
    coordination: Coordination, *, nombres: Nombres, now: datetime, by: Actor, version: str | None = None
) -> list[Reglage]:
    """By orientation and deadline; None: that of the country. Those that are not said stay as they are.

    Returns what has changed. ValidationError, at «orientation-echeance», when one is absurd; Moved when
    they are no more those of `version`.
    """
    coordination = locked(coordination)
    by = policies.set_delays(by, coordination)
    held = Reglage.objects.filter(coordination=coordination).select_for_update(no_key=True).order_by("pk")
    known = {(one.orientation, one.echeance): one for one in held}
    stands = Reglages.of(known.values())
    wanted = {key: nombre for key, nombre in nombres.items() if stands.nombres.get(key) != nombre}
    if wanted and version is not None and version != stands.version:
        raise Moved(stands)
    check(stands.nombres | wanted)
    changed, noted = [], Noted()
    for (orientation, echeance), nombre in sorted(wanted.items()):
        row = known.get((orientation, echeance)) or Reglage(
            coordination=coordination, orientation=orientation, echeance=echeance, version=0
        )
        before, row.nombre, row.a_suivre_at = row.nombre, nombre, now
        row.version += 1
        changed.append(save_valid(row))
        # Never taken away: what waits is then reckoned again, by the number of the country.
        noted.becomes(row, nombre=before, a_suivre_at=(now + AFTER).isoformat())
    for orientation in sorted({one.orientation for one in changed}):
        said = [one.dit for one in changed if one.orientation == orientation]
        label = Orientation(orientation).label
        record("demande.delay_set", by=by, target=coordination, orientation=label, delais=", ".join(said))
    keep(noted, "demande.delay_set", by=by)
    return changed


def follow_delays(*, now: datetime, by: Actor) -> None:
    """What waits where a delay has changed is due to be looked at; interrupted, it begins again."""
    policies.follow(by)
    for one in Reglage.objects.exclude(a_suivre_at=None).order_by("pk"):
        here = {"coordination": one.coordination_id, "orientation": one.orientation}
        if one.echeance == Echeance.SANS_SOLUTION:
            by_slices(SansSolution.objects.filter(**here), _seek_again, waits=True)
        elif one.echeance in (Echeance.RAPPEL, Echeance.ESCALADE):
            rows = Demande.objects.filter(**here).exclude(echeance_at=None)
            by_slices(rows, lambda part: _look_again(part, now), waits=True)
        with transaction.atomic():
            same = Reglage.objects.filter(pk=one.pk, a_suivre_at=one.a_suivre_at)
            if same.update(a_suivre_at=None):
                record("demande.delay_followed", by=by, target=one.coordination)


def _look_again(demandes: list[Demande], now: datetime) -> None:
    Demande.objects.filter(pk__in=[one.pk for one in demandes]).update(echeance_at=now)


def _seek_again(rows: list[SansSolution]) -> None:
    SansSolution.objects.filter(pk__in=[one.pk for one in rows]).update(echeance_at=F("depuis"))
