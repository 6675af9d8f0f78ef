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
ERASED, READY, CANCELLED = "SAN-05", "SAN-03", "SAN-01"
COMMENTS = {ERASED: "Bilan de l’automne", READY: "Pour la réunion du service"}


def make(users: dict[str, User], *, now: datetime) -> None:
    """Nothing twice; nothing of a report that the catalogue does not have."""
    user = users[WHO]
    for code, settle in ((ERASED, _erase), (READY, _keep), (CANCELLED, _cancel)):
        if rapports.get(code) and not Commande.objects.filter(user=user, rapport=code).exists():
            settle(_order(user, code, now), user, now)


def _order(user: User, code: str, now: datetime) -> Commande:
    debut, fin = days_of(Periode.MOIS, timezone.localdate(now))
    return observatoire.actions.order(
        rapport=rapports.CATALOGUE[code],
        niveau=Niveau.ETABLISSEMENT,
        territoire=None,
        debut=debut,
        fin=fin,
        criteres={},
        format=Format.XLSX,
        commentaire=COMMENTS.get(code, ""),
        cle=uuid5(NAMESPACE_URL, f"demonstration:{code}"),
        estimation=0,
        now=now,
        by=_as(user, now),
    )


def _erase(commande: Commande, user: User, now: datetime) -> None:
    """As if its ten days had gone by, where no file of anybody else would go with it."""
    others = Commande.objects.filter(etat=Etat.DISPONIBLE).exists()
    observatoire.actions.make_next(now=now, by=BY)
    if not others:
        observatoire.actions.erase_files(now=now + timedelta(days=11), by=BY)


def _keep(commande: Commande, user: User, now: datetime) -> None:
    """And each month again."""
    observatoire.actions.make_next(now=now, by=BY)
    if not ModeleCommande.objects.filter(user=user).exists():
        known = {"titre": "Activité du mois", "periode": Periode.MOIS, "jour": JOUR}
        observatoire.actions.save_model(commande, **known, today=timezone.localdate(now), by=_as(user, now))


def _cancel(commande: Commande, user: User, now: datetime) -> None:
    observatoire.actions.cancel(commande, by=_as(user, now))


def _as(user: User, now: datetime) -> Actor:
    held = rights.of_user(user, on=timezone.localdate(now))
    return Actor(user=user, rights=held, quality="référent", means=Means.MAIL)
