"""Passwords: chosen, changed, forgotten (MDP-1 to MDP-4). All hashing is done before a lock is taken."""

from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import emails, mots_de_passe, policies
from accounts.actions.verrous import lift_lock, note_wrong_password
from accounts.identifiants import spellings
from accounts.models import AncienMotDePasse, Session, User
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saisie import mots_de_passe as saisie
from viatraj.core.saving import by_slices, locked

WRONG = "Ce mot de passe n’est pas celui de votre compte."
LOCKED = (
    "Trop de mots de passe erronés ont été saisis\u00a0: votre compte est bloqué. "
    "Utilisez «\u00a0Mot de passe oublié\u202f?\u00a0»."
)
STALE = "Ce lien n’est plus valable\u00a0: il a déjà servi, ou date de trop longtemps."
NOBODY = User(pk=0, login="personne", email="personne@invalid")


def choose_password(user, *, password, now, by):
    """A first password, or one set by a command; sessions of the former one end (Django's session hash)."""
    policies.system(by)
    encoded = _encode(password, user)
    with transaction.atomic():
        user = _replace(locked(user), encoded, now)
        record("mot_de_passe.chosen", by=by, target=user)
    return user


def prove(user, password, *, now, by):
    """Checks by his password that the owner himself is at this session; else ValidationError (ASVS 7.5.1).

    An account without password is opened by card or Pro Santé Connect only: that session says enough.
    """
    policies.owner(by, user)
    if not user.has_usable_password():
        return
    right, _ = mots_de_passe.verify(password, user.password)
    with transaction.atomic():
        fresh = locked(user)
        refusal = LOCKED if fresh.locked_at else "" if right and fresh.password == user.password else WRONG
        if refusal == WRONG:
            note_wrong_password(fresh, now=now, by=by)
            record("mot_de_passe.refused", by=by, target=fresh)
    if refusal:
        raise ValidationError({"ancien": refusal})


def locked_as_proved(user) -> User:
    """Part of the actions that `prove` guards: the locked row, unless it has changed since the proof."""
    fresh = locked(user)
    if fresh.password != user.password:
        raise ValidationError({"ancien": WRONG})
    return fresh


def change_password(user, *, ancien, mot_de_passe, keep, now, by):
    """MDP-4: the old one is asked; every other session ends, `keep` is this one's key."""
    policies.owner(by, user)
    prove(user, ancien, now=now, by=by)
    encoded = _encode(mot_de_passe, user)
    with transaction.atomic():
        user = _replace(locked_as_proved(user), encoded, now)
        Session.objects.filter(user=user).exclude(session_key=keep).delete()
        record("mot_de_passe.changed", by=by, target=user)
        emails.password_changed(user, at=now)
    return user


@transaction.atomic
def ask_new_password(*, identifiant, now, by):
    """MDP-1, MDP-2: sends a link.

    When there is no such account, the same work is done for a letter that never leaves, so that the time of
    the answer tells nothing.
    """
    names = spellings(identifiant)
    known = User.objects.known_as(names).first()
    may = known is not None and known.is_active and bool(known.email)
    who = str(known.pk) if may else f"-{sha256(names[0].encode()).hexdigest()[:32]}"
    emails.forgotten(known if may else NOBODY, who=who, now=now, for_real=may)
    record(
        "mot_de_passe.forgotten", by=known_by_link(known, by) if may else by, target=known if may else None
    )


def reset_password(user, *, token, mot_de_passe, now, by):
    """The link of the mail, which also proves its address: once; lifts the lock, ends all sessions.

    The code is still asked.
    """
    encoded = _encode(mot_de_passe, user)
    with transaction.atomic():
        user, by = locked(user), known_by_link(user, by)
        if not user.is_active or not mots_de_passe.is_good_link(user, token):
            raise ValidationError(STALE)
        user = _replace(user, encoded, now)
        user.email_verified_at = user.email_verified_at or now
        user.save(update_fields=["email_verified_at"])
        Session.objects.filter(user=user).delete()
        record("mot_de_passe.reset", by=by, target=user)
        lift_lock(user, by=by)
        emails.password_changed(user, at=now)
    return user


def warn_of_expiry(*, now, by) -> int:
    """MDP-3: a mail 15 days before the end, once for each password.

    Returns how many accounts are that near.
    """
    policies.system(by)
    if not settings.PASSWORD_MAX_AGE_DAYS:
        return 0
    oldest = now - timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)
    due = User.objects.enabled().filter(
        password_changed_at__gt=oldest,
        password_changed_at__lte=oldest + timedelta(days=settings.PASSWORD_WARNED_DAYS),
    )

    def warn(part):
        for user in part:
            if emails.password_expires(user, on=mots_de_passe.expires_at(user)):
                record("mot_de_passe.warned", by=by, target=user)

    return by_slices(due.exclude(email=""), warn)


def _encode(password, user) -> str:
    password = saisie.read(password)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"mot_de_passe": error.error_list}) from error
    return mots_de_passe.encode(password)


def _replace(user, encoded, now):
    """Set the new password, and keep the former one among those that may not be reused.

    The row must be locked.
    """
    if user.has_usable_password():
        AncienMotDePasse.objects.create(user=user, encoded=user.password, replaced_at=now)
        kept = user.anciens_mots_de_passe.order_by("-replaced_at", "-pk")[: AncienMotDePasse.KEPT]
        user.anciens_mots_de_passe.exclude(pk__in=[one.pk for one in kept]).delete()
    user.password, user.password_changed_at, user.wrong_passwords_at = encoded, now, []
    user.save(update_fields=["password", "password_changed_at", "wrong_passwords_at"])
    return user


def known_by_link(user, by) -> Actor:
    """The anonymous actor, with the account that the link names."""
    return Actor(user=user, address=by.address, request_id=by.request_id, means=by.means)
