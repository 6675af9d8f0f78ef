"""A demande that came on paper, recorded by the unit that has received it (HAB-3): it then lives in its
dashboard as the others do, and whoever receives it does what nobody else is there to do."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import dossiers.actions
from annuaire.models import Lieu
from demandes import etats, policies
from demandes.actions import moves
from demandes.etats import Cote, Verbe
from demandes.models import Demande
from demandes.reads import papier
from viatraj.core.actor import Actor

OLDEST = timedelta(days=366)


@transaction.atomic
def record_paper(
    *, lieu: Lieu, recu_le: date, now: datetime, by: Actor, cle: uuid.UUID | None = None, **identite: Any
) -> Demande:
    """`recu_le`: the day on which it was brought. The same `cle` twice is one demande."""
    by = policies.record_paper(by, lieu)
    if why := _recu_le(recu_le, timezone.localdate(now)):
        raise ValidationError({"recu_le": why})
    if not papier.may_receive(lieu):
        raise ValidationError({"lieu": "Cette unité ne reçoit pas de dossier d’hébergement, ou est fermée."})
    dossier = dossiers.actions.create_on_paper(lieu=lieu, cle=cle, by=by, **identite)
    known = dossier.demandes.order_by("pk").first()
    if known:
        return known
    brought = timezone.make_aware(datetime.combine(recu_le, time.min))
    moments = {"depuis": now, "sent_at": min(brought, now)}
    demande = Demande(
        dossier=dossier, orientation=dossier.orientation, niveau=lieu.niveau, **moments, **lieu.columns
    )
    acte = etats.surely(demande.module, Verbe.ENREGISTRER, Cote.RECEVEUR)
    moves.put(demande, acte, Cote.RECEVEUR, now=now, by=by)
    return demande


def _recu_le(day: date, today: date) -> str:
    if day > today:
        return "Un dossier s’enregistre le jour où il est reçu, ou après\u00a0: cette date est à venir."
    return "" if day >= today - OLDEST else "Cette date est trop ancienne\u00a0: un an au plus."
