"""The worker's part: whose turn it is, its file made, and written under the number of the attempt (OBS-4).

A killed worker's order is found by the beat, which asks for its lock; what a slow one brings after another
has begun is thrown away (docs/adr/0079).
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import IO, cast

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

import habilitations.rights
from journal.models import record
from observatoire import emails, policies, rapports
from observatoire.actions.commandes import WHERE
from observatoire.models import Commande, Etat
from observatoire.rapports import Cadre
from observatoire.rapports.resultats import Refused
from observatoire.reads import avancement, fichiers
from viatraj.core.actor import Actor
from viatraj.core.cores import one_core
from viatraj.core.droits import Niveau
from viatraj.core.files import parts, vault
from viatraj.core.policies import Denied
from viatraj.core.saving import act, locked, save_valid
from viatraj.core.sealing import digest
from viatraj.core.turns import Job, alone

log = structlog.get_logger(__name__)
TRIES = 3  # of workers that die on it
LOOKED_AT = 50  # of those that wait, by one worker
EVERY = 1.0  # seconds between two looks at whether it is still wanted
PSEUDONYMES = "observatoire.pseudonymes"
STORAGE = (
    "Le fichier n’a pas pu être enregistré\u00a0: le stockage est plein ou ne répond pas. Réessayez plus "
    "tard."
)
OURS = (
    "La préparation du fichier s’est interrompue. L’incident est de notre fait\u00a0: réessayez, ou appelez "
    "l’assistance."
)
UNKNOWN = "Ce fichier n’existe plus dans le catalogue."


class Abandoned(Exception):
    """Cancelled meanwhile, or another worker has begun it anew."""


def make_next(*, now: datetime, by: Actor) -> bool:
    """One order, the next one that is free; False when there is none. One of a territory at a time."""
    policies.system(by)
    waiting = Commande.objects.in_turn().values_list("pk", "etendue")[:LOOKED_AT]
    for pk, etendue in list(waiting):
        with alone(Job.COMMANDE_ETENDUE, 0) if etendue else nullcontext(True) as free:
            if free and _take(pk, now=now):
                return True
    return False


def _take(pk: int, *, now: datetime) -> bool:
    with alone(Job.COMMANDE, pk) as held:
        if not held or (commande := act(_begin, pk, now=now)) is None:
            return False
        with one_core():
            _make(commande, now=now)
        return True


@transaction.atomic
def _begin(pk: int, *, now: datetime) -> Commande | None:
    commande = locked(Commande(pk=pk))
    if commande.etat != Etat.ATTENTE:
        return None
    commande.etat, commande.started_at = Etat.COURS, now
    commande.essais, commande.passage = commande.essais + 1, commande.passage + 1
    return save_valid(commande)


def _make(commande: Commande, *, now: datetime) -> None:
    author = _author(commande, now)
    try:
        cadre = _cadre(commande, author, now)
        lignes, (kept, taille) = _written(commande, cadre)
    except Abandoned:
        return
    except (OperationalError, InterfaceError):
        raise  # a lost database is nobody's reason: the beat will find the order
    except Exception as error:
        act(_fail, commande, _reason(commande, error), by=author)
        return
    known = {"lignes": lignes, "taille": taille, "perimetre": _structures(cadre)}
    if not act(_finish, commande, kept, known, now=now, by=author):
        vault.drop(kept.name, where=WHERE)


def _reason(commande: Commande, error: Exception) -> str:
    """In words for its person; what is a fault of ours is told to the log."""
    if isinstance(error, Denied | Refused):
        return str(error)
    if isinstance(error, vault.Unavailable | OSError):
        log.error("commande.storage", commande=commande.pk, error=type(error).__name__)
        return STORAGE
    log.error("commande.failed", commande=commande.pk, rapport=commande.rapport, exc_info=error)
    return OURS


def _structures(cadre: Cadre) -> dict[str, list[int]]:
    if cadre.perimetre.national:
        return {Niveau.NATIONAL.value: []}
    return {niveau.value: list(ids) for niveau, ids in cadre.perimetre.ids.items() if ids}


def _author(commande: Commande, now: datetime) -> Actor:
    """Who ordered, with the rights he has now."""
    return Actor(
        user=commande.user,
        rights=habilitations.rights.of_user(commande.user, on=timezone.localdate(now)),
        quality="professionnel",
        means=commande.means,
        address=commande.address,
        request_id=commande.request_id,
    )


def _cadre(commande: Commande, author: Actor, now: datetime) -> Cadre:
    """The perimeter is that of today, whatever it was when it was ordered (OBS-7)."""
    rapport = rapports.get(commande.rapport)
    if rapport is None:
        raise Denied(UNKNOWN)
    return Cadre(
        perimetre=policies.order_at(
            author, rapport, commande.niveau, commande.territoire, timezone.localdate(now)
        ),
        debut=commande.debut,
        fin=commande.fin,
        now=now,
        cle=bytes.fromhex(digest(PSEUDONYMES, str(commande.cle))),
        criteres={cle: tuple(values) for cle, values in commande.criteres.items()},
    )


def _written(commande: Commande, cadre: Cadre) -> tuple[int, tuple[vault.Kept, int]]:
    lignes = 0

    def write(file: parts.Sealed) -> None:
        nonlocal lignes
        lignes = fichiers.write(cast(IO[bytes], file), commande, cadre, tell=_tell(commande))

    kept = parts.keep(write, where=WHERE)
    return lignes, kept


def _tell(commande: Commande) -> Callable[[int], None]:
    """Says how many lines are written; each second, asks whether they still are to be."""
    wanted = Commande.objects.filter(pk=commande.pk, etat=Etat.COURS, passage=commande.passage)
    asked = time.monotonic()

    def tell(done: int) -> None:
        nonlocal asked
        if time.monotonic() - asked < EVERY:
            return
        asked = time.monotonic()
        avancement.tell(commande, done)
        if not wanted.exists():
            raise Abandoned

    return tell


@transaction.atomic
def _finish(commande: Commande, kept: vault.Kept, known: dict, *, now: datetime, by: Actor) -> bool:
    """False when it is no more to be finished, by this worker."""
    passage, commande = commande.passage, locked(commande)
    if commande.etat != Etat.COURS or commande.passage != passage:
        return False
    for name, value in known.items():
        setattr(commande, name, value)
    commande.etat, commande.stored_as, commande.sealed_key = Etat.DISPONIBLE, kept.name, kept.key
    commande.ready_at = now
    commande.ends_at = now + timedelta(days=settings.RAPPORTS_KEPT_DAYS)
    save_valid(commande)
    record("commande.made", by=by, target=commande, rapport=commande.rapport, lignes=commande.lignes)
    emails.ready(commande.user, commande)
    return True


@transaction.atomic
def _fail(commande: Commande, raison: str, *, by: Actor) -> None:
    passage, commande = commande.passage, locked(commande)
    if commande.etat != Etat.COURS or commande.passage != passage:
        return
    commande.etat, commande.raison = Etat.ERREUR, raison
    save_valid(commande)
    record("commande.failed", by=by, target=commande, rapport=commande.rapport)
    emails.failed(commande.user, commande)


def take_back(*, now: datetime, by: Actor) -> int:
    """What dead workers have left is to be made again, or given up; how many orders wait."""
    policies.system(by)
    for pk in list(Commande.objects.filter(etat=Etat.COURS).order_by("pk").values_list("pk", flat=True)):
        with alone(Job.COMMANDE, pk) as held:
            if held:
                act(_put_back, pk, now=now)
    return Commande.objects.in_turn().count()


@transaction.atomic
def _put_back(pk: int, *, now: datetime) -> None:
    commande = locked(Commande(pk=pk))
    if commande.etat != Etat.COURS:
        return
    if commande.essais >= TRIES:
        _fail(commande, OURS, by=_author(commande, now))
        return
    commande.etat = Etat.ATTENTE
    save_valid(commande)
