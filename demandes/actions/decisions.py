"""What an MDPH decides, and whom it notifies (DOS-4, docs/adr/0071)."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annuaire.models import Coordination, Etablissement, Lieu
from demandes import policies
from demandes.actions import passages
from demandes.actions.passages import Pas
from demandes.handicap.motifs import MOTIFS
from demandes.handicap.statuts import PASSAGES, Geste, Statut
from demandes.models import Decision, Notification
from demandes.reads import esms
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import Stale, save_valid

AT_MOST = 30  # ESMS notified at once


class Moved(Stale):
    sentence = "La décision a changé depuis l’affichage de cette page\u00a0: relisez-la avant de recommencer."


@transaction.atomic
def record_decision(*, mdph: Coordination, cle: uuid.UUID, fin: date, now: datetime, by: Actor, **said: Any):
    """The same form sent twice is one decision. `said`: fields of `Decision`."""
    by = policies.decide(by, mdph.pk)
    if fin < timezone.localdate(now):
        raise ValidationError({"fin": "Cette date est passée\u00a0: une décision échue ne se notifie plus."})
    known = {"mdph": mdph, "cle": cle, "fin": fin, "cree_par": by.user, **said}
    try:
        decision = save_valid(Decision(**known))
    except ValidationError:
        if done := Decision.objects.filter(**known).first():
            return done
        raise
    record("decision.recorded", by=by, target=decision, label=decision.numero, mdph=mdph.nom)
    return decision


@transaction.atomic
def read_decision(decision: Decision, *, by: Actor) -> None:
    """Each display leaves a line (DOS-5)."""
    by = policies.read_decision(by, decision)
    record("decision.read", by=by, target=decision, label=decision.numero, mdph=decision.mdph.nom)


@transaction.atomic
def notify(
    decision: Decision, *, etablissements: Sequence[Etablissement], now: datetime, by: Actor
) -> list[Notification]:
    """Each ESMS its own row, all or none; one that has it already is a success without effect."""
    decision, known = passages.hold(decision)
    by = policies.decide(by, decision.mdph_id)
    today = timezone.localdate(now)
    if decision.annulee_at:
        raise ValidationError("La décision est annulée\u00a0: rétablissez-la avant de la notifier.")
    if decision.fin < today:
        raise ValidationError("La décision est échue\u00a0: elle ne se notifie plus.")
    if not etablissements or len(etablissements) > AT_MOST:
        raise ValidationError({"etablissements": f"Choisissez de un à {AT_MOST}\u00a0établissements."})
    there = {one.etablissement_id for one in known.values()}
    asked = [one for one in etablissements if one.pk not in there]
    rows = esms.of_categorie(decision.categorie).filter(pk__in=[one.pk for one in asked])
    able = set(rows.values_list("pk", flat=True))
    for one in asked:
        if one.pk not in able:
            raise ValidationError(
                {"etablissements": f"«\u00a0{one}\u00a0» est fermé, ou n’accueille pas cette orientation."}
            )
    return [
        passages.begin_notification(decision, Lieu.of(one), now=now, by=by)
        for one in sorted(asked, key=lambda one: one.pk)
    ]


@transaction.atomic
def cancel_decision(
    decision: Decision, *, now: datetime, by: Actor, motif: str = "", version: int | None = None
) -> Decision:
    """With all its notifications that live; done twice is done once."""
    decision, known = passages.hold(decision)
    by = policies.decide(by, decision.mdph_id)
    if decision.annulee_at:
        return decision
    _check(decision, version)
    if motif and motif not in MOTIFS[Statut.DECISION_ANNULEE]:
        raise ValidationError({"motif": "Ce motif n’est pas de ceux d’une décision annulée."})
    decision.annulee_at, decision.motif = now, motif
    decision.version += 1
    save_valid(decision)
    record("decision.cancelled", by=by, target=decision, label=decision.numero, mdph=decision.mdph.nom)
    _put_each(known, Geste.ANNULER_DECISION, motif, now=now, by=by)
    return decision


@transaction.atomic
def restore_decision(decision: Decision, *, now: datetime, by: Actor, version: int | None = None) -> Decision:
    """Those that its cancelling closed are reactivated; those that were closed before stay so."""
    decision, known = passages.hold(decision)
    by = policies.decide(by, decision.mdph_id)
    if decision.annulee_at is None:
        return decision
    _check(decision, version)
    decision.annulee_at, decision.motif = None, ""
    decision.version += 1
    save_valid(decision)
    record("decision.restored", by=by, target=decision, label=decision.numero, mdph=decision.mdph.nom)
    _put_each(known, Geste.RETABLIR, "", now=now, by=by)
    return decision


def _put_each(known: dict[int, Notification], geste: Geste, motif: str, *, now: datetime, by: Actor) -> None:
    passage, today = PASSAGES[geste], timezone.localdate(now)
    for one in known.values():
        if one.statut in passage.before:
            passages.put(one, Pas(passage, motif, today), now=now, by=by)


def _check(decision: Decision, version: int | None) -> None:
    if version is not None and decision.version != version:
        raise Moved(decision)
