"""Orders kept to be sent again, and those that are sent each month by themselves (OBS-3).

A monthly order asks its person's rights as if he had sent it, and stops, telling him, when they end.
"""

from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import habilitations.rights
from journal.models import record
from observatoire import emails, policies, rapports
from observatoire.actions.commandes import order
from observatoire.calendrier import days_of, next_run
from observatoire.models import Commande, ModeleCommande
from observatoire.reads import estimations
from viatraj.core.actor import Actor, Means
from viatraj.core.policies import Denied
from viatraj.core.saving import act, locked, save_valid

MOST = 50
TOO_MANY = f"{MOST}\u00a0modèles au plus\u00a0: supprimez-en un d’abord."
UNKNOWN = "Ce fichier n’existe plus dans le catalogue."
CLOSED = "Votre compte est désactivé."


@transaction.atomic
def save_model(
    commande: Commande, *, titre: str, periode: str, jour: int | None, today: date, by: Actor
) -> ModeleCommande:
    """What one of his orders asked, with a period that moves on; sent each month when it has a day."""
    policies.own(by, commande)
    user = locked(by.user)
    if ModeleCommande.objects.filter(user=user).count() >= MOST:
        raise ValidationError(TOO_MANY)
    known = ("rapport", "niveau", "territoire", "criteres", "format", "sealed_commentaire")
    modele = ModeleCommande(
        user=user,
        titre=" ".join(titre.split()),
        periode=periode,
        jour=jour,
        prochaine=next_run(jour, today) if jour else None,
        **{name: getattr(commande, name) for name in known},
    )
    save_valid(modele)
    record("modele.saved", by=by, target=modele, rapport=modele.rapport)
    if jour:
        record("modele.scheduled", by=by, target=modele, rapport=modele.rapport)
    return modele


@transaction.atomic
def unschedule(modele: ModeleCommande, *, by: Actor) -> None:
    """Twice is once."""
    policies.own(by, modele)
    modele = locked(modele)
    if modele.prochaine is None:
        return
    modele.prochaine = None
    save_valid(modele)
    record("modele.unscheduled", by=by, target=modele, rapport=modele.rapport)


@transaction.atomic
def remove_model(modele: ModeleCommande, *, by: Actor) -> None:
    """Removed twice is removed once; its orders stay."""
    policies.own(by, modele)
    if ModeleCommande.objects.filter(pk=modele.pk).delete()[0]:
        record("modele.removed", by=by, target=modele, rapport=modele.rapport)


def order_due(*, now: datetime, by: Actor) -> int:
    """Each is a transaction of its own; how many were ordered. What an outage has delayed is sent once."""
    policies.system(by)
    today, last, count = timezone.localdate(now), 0, 0
    while modele := ModeleCommande.objects.due(today).filter(pk__gt=last).order_by("pk").first():
        last = modele.pk
        count += act(_order, modele, now=now)
    return count


@transaction.atomic
def _order(modele: ModeleCommande, *, now: datetime) -> bool:
    """False when it is no longer due, or stopped: without a right, an account or a report there is none."""
    today = timezone.localdate(now)
    user = locked(modele.user)
    modele = locked(modele)
    if modele.prochaine is None or modele.prochaine > today:
        return False
    author = Actor(
        user=user,
        rights=habilitations.rights.of_user(user, on=today),
        quality="professionnel",
        means=Means.SYSTEM,
    )
    try:
        _send(modele, author, today=today, now=now)
    except (Denied, ValidationError) as error:
        why = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        _stop(modele, why, author, today)
        return False
    modele.prochaine = next_run(modele.jour or 1, today)
    save_valid(modele)
    return True


def _send(modele: ModeleCommande, author: Actor, *, today: date, now: datetime) -> None:
    if not modele.user.is_active:
        raise Denied(CLOSED)
    rapport = rapports.get(modele.rapport)
    if rapport is None:
        raise Denied(UNKNOWN)
    perimetre = policies.order_at(author, rapport, modele.niveau, modele.territoire, today)
    debut, fin = days_of(modele.periode, today)
    order(
        rapport=rapport,
        niveau=modele.niveau,
        territoire=modele.territoire,
        debut=debut,
        fin=fin,
        criteres=modele.criteres,
        format=modele.format,
        commentaire=modele.commentaire,
        cle=uuid5(NAMESPACE_URL, f"observatoire:{modele.pk}:{modele.prochaine}"),
        estimation=estimations.lignes(rapport, perimetre, debut, fin, modele.criteres, now=now),
        modele=modele.pk,
        now=now,
        by=author,
    )


def _stop(modele: ModeleCommande, raison: str, author: Actor, today: date) -> None:
    """His référents see it listed (`policies.stopped`)."""
    modele.arret, modele.arrete_le = raison, today
    emails.stopped(author.user, modele)
    modele.prochaine = None
    save_valid(modele)
    record("modele.stopped", by=author, target=modele, rapport=modele.rapport)
