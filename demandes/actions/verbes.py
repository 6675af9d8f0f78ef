"""A verb of the table, done by somebody: allowed, said whole, then applied."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annuaire.models import Unite
from demandes import etats, policies
from demandes.actions import alertes, moves
from demandes.actions.moves import Dit
from demandes.etats import Acte, Champ, Cote, Verbe
from demandes.models import Demande, echeances
from demandes.motifs import AUTRE
from demandes.reads import destinataires, verifications
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.policies import can
from viatraj.core.saving import Stale
from viatraj.core.typography import short_day

TEXTE_MAX = 4000
AHEAD = timedelta(days=2 * 366)


class Moved(Stale):
    """What is answered is what was shown: another date may have been proposed meanwhile."""

    sentence = "La demande a changé depuis l’affichage de cette page\u00a0: relisez-la avant de recommencer."


@transaction.atomic
def perform(
    demande: Demande, *, verbe: str, cote: str, now: datetime, by: Actor, version: int | None = None, **said
) -> Demande:
    """One row of the table. `said`: those of `Dit`; what the row does not ask is left out.

    Done twice is done once: a state that it has just led to is a success without effect.
    """
    dossier, demandes = moves.hold(demande.dossier)
    demande = demandes[demande.pk]
    by = policies.act(by, demande, verbe, cote)
    acte = etats.acte(demande.module, verbe, cote)
    assert acte is not None  # noqa: S101
    if _is_done(demande, acte, by):
        return demande
    if why := policies.refusal(demande, verbe, cote, now=now):
        raise ValidationError(why)
    if version is not None and demande.version != version:
        raise Moved(demande)
    if verbe in (Verbe.ENVOYER, Verbe.REACTIVER):
        verifications.refuse(dossier, [demande.lieu], now=now, but=demande)
    moves.put(demande, acte, Cote(cote), now=now, by=by, dit=_said(acte, demande, now, **said))
    return demande


def _is_done(demande: Demande, acte: Acte, by: Actor) -> bool:
    """By whoever repeats it: the last step is this verb of his."""
    last = demande.transitions.order_by("-version").first()
    return (
        last is not None
        and (last.verbe, last.par_id) == (acte.verbe, by.user and by.user.pk)
        and (demande.etat not in acte.before)
    )


@transaction.atomic
def read(demande: Demande, *, opens: bool, now: datetime, by: Actor) -> Demande:
    """Each display leaves a line (DOS-5). `opens`: who receives it looks at it, and it was not opened yet."""
    known = policies.read(by, demande)
    record("demande.read", by=known, target=demande, label=demande.dossier.numero, lieu=str(demande.lieu))
    unread = opens and not policies.refusal(demande, Verbe.CONSULTER, Cote.RECEVEUR, now=now)
    if unread and can(policies.act, by, demande, Verbe.CONSULTER, Cote.RECEVEUR):
        demande = open_first(demande, now=now, by=by)
    if opens:
        alertes.note_seen(now, by, demande=demande)
    return demande


@transaction.atomic
def open_first(demande: Demande, *, now: datetime, by: Actor) -> Demande:
    """The first to come opens it, once; whoever comes at the same time finds it open."""
    _, demandes = moves.hold(demande.dossier)
    demande = demandes[demande.pk]
    by = policies.act(by, demande, Verbe.CONSULTER, Cote.RECEVEUR)
    acte = etats.acte(demande.module, Verbe.CONSULTER, Cote.RECEVEUR)
    if acte and not policies.refusal(demande, Verbe.CONSULTER, Cote.RECEVEUR, now=now):
        moves.put(demande, acte, Cote.RECEVEUR, now=now, by=by)
    return demande


def _said(acte: Acte, demande: Demande, now: datetime, **said: Any) -> Dit:
    """What the row asks, checked; sentences stand at their fields."""
    asked = {champ: said.get(champ.value) for champ in acte.asks}
    motif = said.get("motif", "") if acte.motifs else ""
    texte = (said.get("texte") or "").strip() if acte.motifs or Champ.TEXTE in acte.asks else ""
    day = asked.get(Champ.DATE_PROPOSEE)
    if day and asked.get(Champ.VALABLE_JUSQU, day) is None:
        asked[Champ.VALABLE_JUSQU] = day + timedelta(echeances.validite_of(demande).nombre)
    if Champ.TEXTE in asked or motif == AUTRE:
        asked[Champ.TEXTE] = texte
    today = timezone.localdate(now)
    faults = {
        champ.value: why for champ, value in asked.items() if (why := CHECKS[champ](value, demande, today))
    }
    if acte.motifs and motif not in acte.motifs:
        faults["motif"] = "Choisissez un motif de la liste."
    if len(texte) > TEXTE_MAX:
        faults["texte"] = f"Ce texte compte plus de {TEXTE_MAX}\u00a0caractères\u00a0: abrégez-le."
    if faults:
        raise ValidationError(faults)
    return Dit(**{champ.value: value for champ, value in asked.items()} | {"texte": texte, "motif": motif})


def _texte(value: str, demande: Demande, today: date) -> str:
    return "" if value else "Écrivez ce qu’il faut préciser."


def _ahead(day: date | None, demande: Demande, today: date) -> str:
    if day is None:
        return "Indiquez une date."
    if day < today:
        return "Cette date est passée\u00a0: choisissez aujourd’hui ou plus tard."
    return "" if day <= today + AHEAD else "Cette date est trop lointaine\u00a0: deux ans au plus."


def _behind(day: date | None, demande: Demande, today: date) -> str:
    if day is None:
        return "Indiquez la date de l’admission."
    if day > today:
        return "Une admission se déclare le jour même ou après\u00a0: cette date est à venir."
    assert demande.sent_at is not None  # noqa: S101
    sent = timezone.localdate(demande.sent_at)
    return "" if day >= sent else f"L’admission ne précède pas la demande, envoyée le {short_day(sent)}."


def _unite(unite: Unite | None, demande: Demande, today: date) -> str:
    if unite is None or not destinataires.beside(demande).filter(pk=unite.pk).exists():
        return "Choisissez une unité de la liste."
    return ""


CHECKS: dict[Champ, Callable[[Any, Demande, date], str]] = {
    Champ.TEXTE: _texte,
    Champ.DATE_PROPOSEE: _ahead,
    Champ.VALABLE_JUSQU: _ahead,
    Champ.DATE_ADMISSION: _behind,
    Champ.UNITE: _unite,
}
