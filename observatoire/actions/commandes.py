"""An order sent, cancelled, sent again, its file opened: by its person alone (OBS-3, OBS-4)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from journal.models import record
from observatoire import policies
from observatoire.models import Commande, Etat
from observatoire.models.commandes import BEHIND
from observatoire.rapports import Cadre, Rapport, resultats
from viatraj.core.actor import Actor
from viatraj.core.files import parts, vault
from viatraj.core.saving import locked, save_valid

WHERE = "rapports"  # of settings.STORAGES
AN_HOUR = 60  # orders of one person
TOO_MANY = "Vous avez passé de nombreuses commandes depuis une heure. Réessayez plus tard."
NO_MORE = "Le critère «\u00a0{}\u00a0» demande une valeur qui n’est plus proposée."
GONE = "Ce fichier ne peut pas être lu pour le moment. Réessayez plus tard, ou commandez-le de nouveau."


@transaction.atomic
def order(  # noqa: PLR0913
    *,
    rapport: Rapport,
    niveau: str,
    territoire: int | None,
    debut: date,
    fin: date,
    criteres: Mapping[str, list[str]],
    format: str,  # noqa: A002  (a field of the form)
    commentaire: str,
    cle: UUID,
    estimation: int,
    now: datetime,
    by: Actor,
    modele: int | None = None,
) -> Commande:
    """The same `cle` twice is one order. Who has ordered much within the hour waits behind the others."""
    today = timezone.localdate(now)
    perimetre = policies.order_at(by, rapport, niveau, territoire, today)
    user = locked(by.user)
    if known := Commande.objects.visible_to(by).filter(cle=cle).first():
        return known
    lately = Commande.objects.filter(user=user, ordered_at__gt=now - timedelta(hours=1)).count()
    if lately >= AN_HOUR:
        raise ValidationError(TOO_MANY)
    asked = Cadre(perimetre, debut, fin, now, criteres={one: tuple(some) for one, some in criteres.items()})
    _check_criteria(rapport, asked)
    if refused := resultats.refusal(rapport, asked, today=today):
        field, sentence = refused
        raise ValidationError({field: sentence})
    commande = Commande(
        user=user,
        cle=cle,
        rapport=rapport.code,
        niveau=niveau,
        territoire=territoire,
        debut=debut,
        fin=fin,
        criteres=dict(criteres),
        format=format,
        estimation=estimation,
        etendue=not perimetre.propre,
        modele_id=modele,
        ordered_at=now,
        tour=now + lately * BEHIND,
        means=by.means,
        address=by.address,
        request_id=by.request_id,
    )
    commande.commentaire = commentaire
    save_valid(commande)
    _record("commande.ordered", commande, by=by, debut=debut, fin=fin)
    return commande


def _check_criteria(rapport: Rapport, asked: Cadre) -> None:
    """Of a model, one may be offered no more: its file would hold nothing, and not say why."""
    known = {one.cle: one for one in rapport.criteres}
    for cle, values in asked.criteres.items():
        critere = known.get(cle)
        offered = {value for value, _ in critere.choix(asked.perimetre)} if critere else set()
        if not offered.issuperset(values):
            raise ValidationError({"criteres": NO_MORE.format(critere.titre if critere else cle)})


@transaction.atomic
def cancel(commande: Commande, *, by: Actor) -> None:
    """Twice is once; a worker that is at it sees it and stops."""
    policies.own(by, commande)
    commande = locked(commande)
    if not commande.is_at_work:
        return
    commande.etat = Etat.ANNULEE
    save_valid(commande)
    _record("commande.cancelled", commande, by=by)


@transaction.atomic
def retry(commande: Commande, *, now: datetime, by: Actor) -> None:
    """After an error; twice is once."""
    policies.own(by, commande)
    commande = locked(commande)
    if commande.etat != Etat.ERREUR:
        return
    commande.etat, commande.raison, commande.essais, commande.tour = Etat.ATTENTE, "", 0, now
    commande.means, commande.address, commande.request_id = by.means, by.address, by.request_id
    save_valid(commande)
    _record("commande.retried", commande, by=by)


@transaction.atomic
def read_file(commande: Commande, *, today: date, by: Actor) -> Iterator[bytes]:
    """Each download leaves a line. ValidationError when the storage cannot give it."""
    policies.fetch(by, commande, today)
    try:
        found = parts.fetch(commande.kept, where=WHERE)
    except vault.Unavailable as error:
        raise ValidationError(GONE) from error
    _record("commande.read", commande, by=by)
    return found


def _record(event: str, commande: Commande, *, by: Actor, **data: Any) -> None:
    record(event, by=by, target=commande, rapport=commande.rapport, **data)
