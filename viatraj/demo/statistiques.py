"""Orders of statistics of the demonstration: one that is ready, one of long ago, one that was cancelled."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

import observatoire.actions
from accounts.models import User
from habilitations import rights
from observatoire import rapports
from observatoire.calendrier import JOUR, Periode, days_of
from observatoire.models import Commande, Etat, Format, ModeleCommande
from viatraj.core.actor import Actor, Means
from viatraj.core.droits import Niveau

WHO = "nelamrani"  # référente of an établissement: its statistics are hers
BY = Actor.system("demonstration")
ORDERED = (
    ("SAN-03", 3, "Pour la réunion du service"),
    ("SAN-05", 20, "Bilan du trimestre"),
    ("SAN-01", 1, ""),
)


def make(users: dict[str, User], *, now: datetime) -> None:
    """Nothing twice; nothing of a report that the catalogue does not have."""
    user = users[WHO]
    for code, days, comment in ORDERED:
        if rapports.get(code) and not Commande.objects.filter(user=user, rapport=code).exists():
            _order(user, code, comment, now=now - timedelta(days=days))
    _settle(user, now)


def _order(user: User, code: str, comment: str, *, now: datetime) -> None:
    today = timezone.localdate(now)
    debut, fin = days_of(Periode.MOIS, today)
    observatoire.actions.order(
        rapport=rapports.CATALOGUE[code],
        niveau=Niveau.ETABLISSEMENT,
        territoire=None,
        debut=debut,
        fin=fin,
        criteres={},
        format=Format.XLSX,
        commentaire=comment,
        cle=uuid5(NAMESPACE_URL, f"demonstration:{code}"),
        estimation=0,
        now=now,
        by=_as(user, now),
    )


def _settle(user: User, now: datetime) -> None:
    """Each as it would have gone: the last one is cancelled before a worker comes."""
    rows = Commande.objects.filter(user=user, etat=Etat.ATTENTE).order_by("ordered_at")
    for commande in rows:
        at = commande.ordered_at
        if commande.rapport == ORDERED[-1][0]:
            observatoire.actions.cancel(commande, by=_as(user, at))
        else:
            observatoire.actions.make_next(now=at, by=BY)
    observatoire.actions.erase_files(now=now, by=BY)
    first = Commande.objects.filter(user=user, rapport=ORDERED[0][0]).first()
    if first and not ModeleCommande.objects.filter(user=user).exists():
        known = {"titre": "Activité du mois", "periode": Periode.MOIS, "jour": JOUR}
        observatoire.actions.save_model(first, **known, today=timezone.localdate(now), by=_as(user, now))


def _as(user: User, now: datetime) -> Actor:
    held = rights.of_user(user, on=timezone.localdate(now))
    return Actor(user=user, rights=held, quality="référent", means=Means.MAIL)
