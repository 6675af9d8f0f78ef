"""What somebody was told: the latest, for the page of the bell; one, where what it is about is not seen."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse

import dossiers.regards
from accounts.models import User
from demandes import policies, regards
from demandes.alertes import REFERENT
from demandes.etats import A_ETUDIER
from demandes.models import Alerte, Demande, Notification
from demandes.models.alertes import AlerteQuerySet
from demandes.reads import interesses
from viatraj.core.actor import Actor
from viatraj.core.policies import can

SHOWN = 100
# Of the session's own statement: every page says it. More than a hundred are not counted.
UNREAD = """
    (SELECT count(*) FROM (SELECT FROM demandes_alerte a
      WHERE a.user_id = s.user_id AND a.lue_at IS NULL LIMIT 100) AS unread)"""


def of(user: User) -> AlerteQuerySet:
    return Alerte.objects.filter(user=user).with_sujet()


def latest(user: User) -> list[Alerte]:
    """Each with its `link`; what he may see there is asked there."""
    found = list(of(user).order_by("-at", "-pk")[:SHOWN])
    for one in found:
        one.link = reverse("alerte", args=[one.pk])
    return found


@dataclass(frozen=True)
class Dite:
    """`lieu`, `attend`, `revue`: where a demande waits, since when, who works there; for who settles that.

    `ailleurs`: the spaces where its reader sees it. Nothing of all that when his right has ended.
    """

    lieu: str = ""
    attend: datetime | None = None
    revue: str = ""
    ailleurs: tuple[str, ...] = ()


def address(actor: Actor, alerte: Alerte) -> str:
    """Where what it is about is read; nothing where this actor does not see it."""
    sujet = alerte.sujet
    if isinstance(sujet, Demande):
        return reverse("demandes:detail", args=[sujet.pk]) if regards.of(actor, sujet) else ""
    if isinstance(sujet, Notification):
        return sujet.get_absolute_url() if can(policies.read_notification, actor, sujet) else ""
    return sujet.get_absolute_url() if dossiers.regards.of(actor, sujet) else ""


def dite(alerte: Alerte, *, on: date) -> Dite:
    """What may be said of something that is not seen in this space."""
    found = interesses.of(alerte.sujet, alerte.cote, on=on, users=[alerte.user_id])
    if not found:
        return Dite()
    if alerte.cote != REFERENT:
        return Dite(ailleurs=tuple(dict.fromkeys(map(_space, found[0].ways))))
    demande = Demande.objects.with_lieu().get(pk=alerte.demande_id)
    attend = demande.attendue_at if demande.etat in A_ETUDIER else None
    return Dite(lieu=str(demande.lieu), attend=attend, revue=_revue(demande))


def _space(way: Actor) -> str:
    if way.is_acting:
        return f"en travaillant au nom du {way.principal.titre}"
    space = "de médecin libéral" if way.in_medecin_space else "professionnel"
    return f"dans votre espace {space}"


def _revue(demande: Demande) -> str:
    place = {"coordination": demande.coordination_id, "structure": demande.etablissement_id}
    asked = {name: pk for name, pk in (place | {"unite": demande.unite_id}).items() if pk}
    return f"{reverse('habilitations:revue')}?{urlencode(asked)}"
