"""An attempt, from its first factor to its session.

Nobody is signed in yet: caps protect these, not policies.
"""

from dataclasses import asdict
from datetime import timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import F

import accounts.actions
from accounts import mots_de_passe
from accounts.identifiants import spellings
from accounts.models import User
from authcps import policies
from authcps.identity import Verified
from authcps.models import Attempt, TrustedBrowser
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import by_slices

ATTEMPT_LIFETIME = timedelta(minutes=30)


def identify(*, identifiant, mot_de_passe, door, next_path, now, by, pairing=None):
    """The first factor: an Attempt, or None.

    Whatever the reason, the work and the answer are the same (MDP-2).

    The hash is computed before any lock is taken; the account is then read again, locked. `pairing`: the
    attempt of a card or PSC without account; its identity goes on with this one.
    """
    known = User.objects.known_as(spellings(identifiant)).values_list("pk", "password").first()
    pk, password = known or (0, UNUSABLE_PASSWORD_PREFIX)
    # Without a usable password, `verify_password` computes a hash all the same: the answer takes as long.
    right, must_update = mots_de_passe.verify(mot_de_passe, password)
    renewed = mots_de_passe.encode(mot_de_passe) if right and must_update else None
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(pk=pk).first()
        reason = _reason_to_refuse(user, bool(pairing), right and user and user.password == password)
        if user is None or reason:
            _note_refusal(user, reason, now=now, by=by)
            return None
        if renewed:
            user.password = renewed
            user.save(update_fields=["password"])
        if pairing and not finish(pairing, now):
            return None
        attempt = Attempt.objects.create(
            door=door,
            user=user,
            identity=pairing.identity if pairing else None,
            next_path=next_path,
            ends=now + ATTEMPT_LIFETIME,
        )
        record("connexion.started", by=known_as(user, by), target=user, door=door)
        return attempt


def _reason_to_refuse(user, by_card, right) -> str:
    if user is None:
        return "unknown"
    if user.disabled_at:
        return "disabled"
    if user.locked_at:
        return "locked"
    if not right:
        return "wrong"
    if user.is_medecin and user.first_strong_at is None and not by_card:
        return "never_by_card"  # CON-3
    return ""


def _note_refusal(user, reason, *, now, by):
    # The same statements for all reasons: the time taken tells nothing.
    if reason == "wrong":
        accounts.actions.note_wrong_password(user, now=now, by=by)
    else:
        with transaction.atomic():
            User.objects.filter(pk=user.pk if user else 0).update(login=F("login"))
    record("connexion.refused", by=by, target=user, reason=reason)


def known_as(user, by) -> Actor:
    """The anonymous actor (door, address), with the account now known."""
    return Actor(user=user, address=by.address, request_id=by.request_id, quality=by.quality, means=by.means)


@transaction.atomic
def begin(*, door, next_path, now, by, is_noted=True) -> Attempt:
    """Begin by a card or Pro Santé Connect, which will say who it is.

    In a storm of such requests there is no journal line: attempts are purged after a day, the journal never
    is.
    """
    attempt = Attempt.objects.create(door=door, next_path=next_path, ends=now + ATTEMPT_LIFETIME)
    if is_noted:
        record("connexion.begun", by=by, door=door)
    return attempt


@transaction.atomic
def verify(attempt, *, verified: Verified, now, by) -> bool:
    """Write on the attempt who the card or Pro Santé Connect says it is: once, before the attempt ends."""
    living = Attempt.objects.filter(
        pk=attempt.pk, user=None, identity__isnull=True, signed_in_at=None, ends__gt=now
    )
    if not living.update(identity=asdict(verified), means=verified.means):
        return False
    record("identite.verified", by=by, means=verified.means, idnat=verified.idnat)
    return True


def finish(attempt, now) -> bool:
    """An attempt opens one session, once."""
    return bool(
        Attempt.objects.filter(pk=attempt.pk, signed_in_at=None, ends__gt=now).update(signed_in_at=now)
    )


@transaction.atomic
def sign_out(*, by):
    policies.sign_out(by)
    record("connexion.closed", by=by, target=by.user)


def purge(*, now, by) -> int:
    """Delete attempts and their codes 24 hours after their end, and ended trusts.

    Returns how many attempts.
    """
    policies.system(by)

    def purge_attempts(part):
        Attempt.objects.filter(pk__in=[attempt.pk for attempt in part]).delete()
        record("connexions.purged", by=by, ended=len(part))

    def purge_browsers(part):
        TrustedBrowser.objects.filter(pk__in=[browser.pk for browser in part]).delete()

    by_slices(TrustedBrowser.objects.filter(ends__lt=now), purge_browsers, size=1000)
    return by_slices(Attempt.objects.filter(ends__lt=now - timedelta(days=1)), purge_attempts, size=500)
