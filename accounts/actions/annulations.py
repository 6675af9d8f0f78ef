"""A référent changes somebody's address; its holder agrees, or undoes it (COM-10, docs/adr/0020)."""

import secrets

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import attaches, emails, policies
from accounts.actions.acces import as_it_is, end_since, put_back
from accounts.actions.adresses import CANCEL_LIFETIME, new_change, refuse_kept
from accounts.actions.mots_de_passe import known_by_link
from accounts.models import ChangementAdresse, User
from accounts.policies import Voie
from journal.models import record
from viatraj.core.saving import locked, save_valid

TAKEN = "Cette adresse e-mail est déjà celle d’un autre compte."
NO_REASON = "Indiquez pourquoi la coordination change cette adresse\u00a0: la personne le lira."


@transaction.atomic
def change_email(user, *, email, motif="", version, now, by) -> ChangementAdresse | None:
    """A new address, used once its link has been followed; the former one may cancel for 48 hours after that.

    Where the policy asks for the holder's agreement, the link is sent after he has agreed. An account that
    has never been used is corrected at once; the function then returns None.
    """
    user = locked(user, version=version)
    held = attaches.of(user, now=now)
    voie = policies.change_email(by, user, held.places, held.settled)
    by = policies.correct(by, user, held.places)
    if email == user.email:
        return None
    if User.objects.enabled().filter(email__iexact=email).exclude(pk=user.pk).exists():
        raise ValidationError({"email": TAKEN})
    refuse_kept(email, now=now, but=user)
    if voie == Voie.COORDINATION and not motif:
        raise ValidationError({"motif": NO_REASON})
    record("adresse.corrected", by=by, target=user, voie=voie, motif=motif)
    if voie == Voie.LIBRE:
        return _correct(user, email, now)
    return _ask(user, email, voie, motif, now, by)


def _correct(user, email, now) -> None:
    """All access ends: whoever reads the wrong mailbox may have used its link. A new one is sent."""
    user.email, user.email_verified_at, user.version = email, None, user.version + 1
    save_valid(user)
    end_since(user, since=user.created_at, now=now)
    emails.welcome(user, now=now)


def _ask(user, email, voie, motif, now, by) -> ChangementAdresse:
    token = secrets.token_urlsafe(32)
    change = new_change(
        user,
        kind=ChangementAdresse.Kind.MAIL,
        target=email,
        token=token,
        now=now,
        lifetime=CANCEL_LIFETIME,
        asked_by=by.user,
        before=as_it_is(user),
        motif=motif,
        agreement_needed=voie == Voie.ACCORD,
        cancel_ends=now + CANCEL_LIFETIME,
    )
    if not change.awaits_agreement:
        emails.change_link(change, token)
    emails.change_cancellable(change)
    return change


@transaction.atomic
def agree(change, *, now, by):
    """The holder agrees, from his former address: the link to the new one is sent.

    A second click changes nothing.
    """
    user = locked(change.user)
    change = locked(change)
    policies.agree(change, now)
    if change.agreed_at:
        return
    token = secrets.token_urlsafe(32)
    change.agreed_at, change.digest = now, ChangementAdresse.digest_of(token)
    change.ends = change.cancel_ends = now + CANCEL_LIFETIME
    save_valid(change)
    emails.change_link(change, token)
    record("adresse.agreed", by=known_by_link(user, by), target=user)


@transaction.atomic
def cancel_change(change, *, now, by) -> ChangementAdresse:
    """Undo, from the former address: the account is restored, and all access newer than the change ends.

    `outcome` of the returned row says what was really done. If no change asked by a référent since then was
    confirmed, nobody got in by one, and only the waiting changes are cancelled.
    """
    user = locked(change.user)
    change = locked(change)
    policies.cancel_change(change, now)
    asked_since = user.changements.filter(asked_at__gte=change.asked_at, asked_by__isnull=False)
    if asked_since.filter(confirmed_at__isnull=False).exists():
        change.outcome = _undo(user, change, now)
    else:
        change.outcome = {"served": False}
        asked_since.filter(cancelled_at=None).update(cancelled_at=now)
    change.cancelled_at = now
    save_valid(change)
    record("adresse.cancelled", by=known_by_link(user, by), target=user, **change.outcome)
    if change.outcome["served"]:
        emails.change_cancelled(user, change, at=now)
    return change


def _undo(user, change, now) -> dict:
    restored = put_back(user, change.before)
    user.version += 1
    is_taken = not _saved(user)
    ended = end_since(user, since=change.asked_at, now=now)
    return {"served": True, "restored": restored, "ended": ended, "taken": is_taken}


def _saved(user) -> bool:
    """False when the former address has become another account's: the account then has none."""
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        user.email, user.email_verified_at = "", None
        user.save()
        return False
    return True
