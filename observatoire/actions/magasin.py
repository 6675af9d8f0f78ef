"""The store, refreshed each night by what has moved, once a week whole (OBS-4, docs/adr/0077)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from annuaire.actions.alone import alone
from journal.models import record
from observatoire import magasin, policies
from observatoire.models import Cumul, Releve
from observatoire.rapports import cumuls
from viatraj.core.actor import Actor
from viatraj.core.cores import one_core
from viatraj.core.saving import save_valid
from viatraj.core.turns import Turn

LOCK = Turn.STATISTIQUES
ANOTHER = "Un autre relevé des statistiques est en cours\u00a0: attendez qu’il finisse."
SLICE = 5_000  # dossiers


class Busy(Exception):
    """Another run is at work."""


def refresh_store(*, full: bool, now: datetime, by: Actor) -> Releve:
    """By slices, each whole: one that is cut off is gone on with by the next run. What moved while all is
    read again is told, and read by the next one."""
    policies.refresh_store(by)
    with one_core():
        releve = _begin(full, now, by)
        while _slice(releve):
            pass
        for code, run in list(cumuls.to_count(magasin.months(now), now)):
            _count(code, run, now)
        return _end(releve, now, by)


@transaction.atomic
def _begin(full: bool, now: datetime, by: Actor) -> Releve:
    """A run that is cut off ends here; one that read all begins again where it had come."""
    alone(LOCK, Busy, ANOTHER)
    left = Releve.objects.filter(etat=Releve.Etat.EN_COURS).order_by("pk").last()
    reached = left.jusqu if left is not None and left.complet else 0
    is_whole = full or bool(reached) or _is_first()
    if is_whole:
        magasin.forget_counted()  # all is counted again at its end; until then, when it is asked
        if not reached:
            magasin.forget_moved()
    Releve.objects.filter(etat=Releve.Etat.EN_COURS).update(etat=Releve.Etat.ECHEC, fini_at=now)
    releve = Releve(complet=is_whole, commence_at=now, jusqu=reached)
    save_valid(releve)
    return releve


def _is_first() -> bool:
    return not Releve.objects.filter(complet=True, etat=Releve.Etat.FINI).exists()


@transaction.atomic
def _slice(releve: Releve) -> bool:
    """False when nothing is left."""
    alone(LOCK, Busy, ANOTHER)
    found = magasin.after(releve.jusqu, SLICE) if releve.complet else magasin.take_moved(SLICE)
    if not found:
        return False
    touched = magasin.read_again(found, followed=not releve.complet)
    magasin.throw_away(cumuls.stale(touched))
    releve.dossiers += len(found)
    if releve.complet:
        releve.jusqu = found[-1]
    save_valid(releve)
    return True


@transaction.atomic
def _count(code: str, run: list[str], now: datetime) -> None:
    """Under the lock of the run: no fact moves meanwhile."""
    alone(LOCK, Busy, ANOTHER)
    Cumul.objects.bulk_create(
        Cumul(code=code, mois=mois, rangees=rangees) for mois, rangees in cumuls.count(code, run, now).items()
    )


def _compared(releve: Releve, now: datetime) -> list[dict[str, Any]]:
    """Whole, once all is read; of a night, a part, and whole as long as something differs."""
    last = Releve.objects.filter(etat=Releve.Etat.FINI).order_by("-commence_at").first()
    is_whole = releve.complet or bool(last is not None and last.ecarts)
    if is_whole or magasin.drifts(timezone.localdate(now).weekday()):
        return magasin.drifts(None)
    return []


@transaction.atomic
def _end(releve: Releve, now: datetime, by: Actor) -> Releve:
    releve.ecarts = _compared(releve, now)
    releve.etat, releve.fini_at = Releve.Etat.FINI, now
    save_valid(releve)
    told = {"dossiers": releve.dossiers, "ecarts": len(releve.ecarts), "complet": releve.complet}
    record("store.refreshed", by=by, target=releve, **told)
    return releve
