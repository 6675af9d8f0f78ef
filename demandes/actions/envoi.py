"""Chosen, then sent: to several places in one go, all or none."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from annuaire.models import Lieu
from demandes import etats, policies
from demandes.actions import moves
from demandes.etats import Cote, Etat, Verbe
from demandes.models import Demande
from demandes.reads import verifications
from dossiers.models import Dossier
from viatraj.core.actor import Actor

TOO_MANY = "{} structures au plus à la fois\u00a0: envoyez d’abord celles-ci."


@transaction.atomic
def select(dossier: Dossier, *, lieux: Sequence[Lieu], now: datetime, by: Actor) -> list[Demande]:
    """Kept until they are sent, for whoever sends. What is selected already is not selected twice."""
    dossier, demandes = moves.hold(dossier)
    by = policies.send(by, dossier)
    known = {one.lieu_key for one in demandes.values() if one.etat == Etat.SELECTIONNEE}
    chosen = {lieu.key: lieu for lieu in lieux if lieu.key not in known}
    if len(known) + len(chosen) > settings.DEMANDES_AT_ONCE:
        raise ValidationError(TOO_MANY.format(settings.DEMANDES_AT_ONCE))
    verifications.refuse_places(dossier, list(chosen.values()), now=now)
    made = [
        Demande(
            dossier=dossier, orientation=dossier.orientation, niveau=lieu.niveau, depuis=now, **lieu.columns
        )
        for lieu in chosen.values()
    ]
    for demande in made:
        acte = etats.surely(demande.module, Verbe.SELECTIONNER, Cote.DEMANDEUR)
        moves.put(demande, acte, Cote.DEMANDEUR, now=now, by=by)
    return made


@transaction.atomic
def send(dossier: Dossier, *, demandes: Sequence[int], now: datetime, by: Actor) -> list[Demande]:
    """Those of the selection, each its own row; if one of them cannot be sent, none is.

    Sent twice is sent once.
    """
    dossier, known = moves.hold(dossier)
    by = policies.send(by, dossier)
    chosen = [known[pk] for pk in sorted(set(demandes)) if pk in known]
    left = [one for one in chosen if one.etat == Etat.SELECTIONNEE]
    if not chosen:
        raise ValidationError("Choisissez au moins une structure.")
    if left:
        verifications.refuse(dossier, [one.lieu for one in left], now=now)
    for demande in left:
        acte = etats.surely(demande.module, Verbe.ENVOYER, Cote.DEMANDEUR)
        moves.put(demande, acte, Cote.DEMANDEUR, now=now, by=by)
    return chosen
