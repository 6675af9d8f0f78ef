"""Signing in by card. Nobody is known yet: challenge, card and ticket guard these, not a policy."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Identite
from authcps import card
from authcps.actions.attempts import verify
from authcps.certificates import Refused, read
from authcps.identity import Verified
from authcps.models import Attempt, Carte, Challenge
from journal.models import record
from viatraj.core.saving import locked

CHALLENGE_LIFETIME = timedelta(seconds=120)
RETURN_LIFETIME = timedelta(seconds=120)


@dataclass(frozen=True)
class Answered:
    """`ticket` lets the browser come back; without one, `refused` says why (`authcps.refusals`)."""

    ticket: str = ""
    refused: str = ""


@transaction.atomic
def challenge(attempt, *, origin, now, by, is_noted=True) -> Challenge:
    """`origin`: scheme and host that the browser sees.

    Earlier challenges of the attempt are no longer valid.
    """
    attempt = locked(attempt)
    Challenge.objects.filter(attempt=attempt, used_at=None).update(used_at=now)
    issued = Challenge.objects.create(attempt=attempt, nonce=Challenge.draw(), origin=origin, issued_at=now)
    if is_noted:
        record("carte.challenged", by=by, door=attempt.door)
    return issued


def answer(given: card.Answer, *, origin, now, by) -> Answered:
    """The signed answer of the programme du poste. A challenge takes one answer, right or wrong."""

    def check(issued):
        if issued.origin != origin:
            raise Refused("origin")
        return card.verify_answer(given, issued, now=now)

    is_first = _spend(given.challenge_id, now)
    with transaction.atomic():
        return _settle(given.challenge_id, is_first, check, now=now, by=by)


def present(challenge_id, *, certificate: bytes, now, by) -> Answered:
    """A card seen by TLS: the proxy has checked its key, and its certificate is checked again here."""

    def check(issued):
        return card.verify_certificate(read(certificate), now=now)

    is_first = _spend(challenge_id, now)
    with transaction.atomic():
        return _settle(challenge_id, is_first, check, now=now, by=by)


def _spend(challenge_id, now) -> bool:
    """Mark the challenge as used, in a transaction of its own, before its answer is read: only one counts."""
    return bool(Challenge.objects.filter(pk=challenge_id, used_at=None).update(used_at=now))


def _settle(challenge_id, is_first: bool, check: Callable[[Challenge], Verified], *, now, by) -> Answered:
    try:
        issued = _spent(challenge_id, is_first, now)
        verified = check(issued)
    except Refused as refusal:
        record("carte.refused", by=by, reason=refusal.reason)
        return Answered(refused=refusal.reason)
    ticket = Challenge.draw()
    issued.identity, issued.ticket_hash = asdict(verified), Challenge.hash_of(ticket)
    issued.save(update_fields=["identity", "ticket_hash"])
    record("carte.read", by=by, means=verified.means, idnat=verified.idnat)
    return Answered(ticket=ticket)


def _spent(challenge_id, is_first: bool, now) -> Challenge:
    if not is_first:
        raise Refused("used")
    issued = Challenge.objects.select_related("attempt").get(pk=challenge_id)
    if not issued.issued_at <= now < issued.issued_at + CHALLENGE_LIFETIME or issued.attempt.ends <= now:
        raise Refused("late")
    return issued


def claim(*, attempt_key: str, ticket: str, now: datetime, by) -> Attempt | None:
    """Back in the browser that began: the attempt, now with its identity; None for any other browser."""
    if not (ticket and attempt_key):
        return None
    with transaction.atomic():
        answered = Challenge.objects.filter(
            ticket_hash=Challenge.hash_of(ticket), attempt_id=attempt_key, used_at__gt=now - RETURN_LIFETIME
        )
        issued = answered.select_related("attempt").first()
        if issued is None:
            return None
        attempt, verified = locked(issued.attempt), Verified.from_json(issued.identity)
        if not answered.update(ticket_hash="") or not verify(attempt, verified=verified, now=now, by=by):
            return None
        record("carte.claimed", by=by, means=verified.means)
        attempt.refresh_from_db()
        return attempt


@transaction.atomic
def note_card(verified: Verified, *, user, now, by) -> None:
    """The card just used is one of this person's."""
    identite = Identite.objects.filter(user=user, idnat=verified.idnat, ended_at=None).first()
    if identite is None or not verified.serial or verified.means not in card.MEANS.values():
        return
    _, is_new = Carte.objects.update_or_create(
        identite=identite,
        issuer=verified.issuer[:300],
        serial=verified.serial,
        defaults={
            "kind": verified.means,
            "not_after": datetime.fromisoformat(verified.not_after),
            "last_seen": now,
        },
    )
    if is_new:
        record("carte.seen", by=by, target=user, means=verified.means)
