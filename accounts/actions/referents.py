"""What a référent does with somebody else's account: opens it, corrects it (COM-3, COM-4)."""

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import emails, policies
from accounts.actions.adresses import send_link
from accounts.identifiants import login_base
from accounts.models import ChangementAdresse, Session, User
from journal.models import record
from viatraj.core.saving import locked, save_valid

CANCEL_LIFETIME = timedelta(hours=48)
TRIES = 20  # of two référents who open accounts of the same name at the same time
RENAMED = ("nom", "prenom", "profession_label")


@transaction.atomic
def register(*, nom, prenom, email, profession_label, telephone, cle, now, by) -> User:
    """A new account; its holder gets his login and a link of 7 days to choose his password himself.

    The same `cle` twice is one account. ValidationError (`email`) when the address is somebody's.
    """
    policies.register(by)
    if known := User.objects.filter(creation_key=cle).first():
        return known
    user = User(
        nom=nom,
        prenom=prenom,
        email=email,
        profession_label=profession_label,
        telephone=telephone,
        creation_key=cle,
        created_by=by.user,
        password=make_password(None),
    )
    user = _with_a_login(user)
    record("compte.created", by=by, target=user)
    emails.welcome(user, now=now)
    return user


def _with_a_login(user) -> User:
    """`pnom`, then `pnom2`, `pnom3`…: the unique column decides, also in a race."""
    base = login_base(user.prenom, user.nom)
    for _ in range(TRIES):
        user.login = _free(base)
        try:
            return save_valid(user)
        except ValidationError as error:
            if set(getattr(error, "error_dict", {})) != {"login"}:
                raise
    raise ValidationError("Plusieurs comptes du même nom s’ouvrent en même temps. Réessayez.")


def _free(base) -> str:
    taken = set(
        User.objects.filter(login__startswith=base, login__regex=rf"^{base}\d*$").values_list(
            "login", flat=True
        )
    )
    return next(
        login for n in range(1, len(taken) + 2) if (login := f"{base}{n if n > 1 else ''}") not in taken
    )


@transaction.atomic
def welcome_again(user, *, places, now, by):
    """The first link was lost, or is too old; nothing once a password has been chosen."""
    policies.correct(by, user, places)
    user = locked(user)
    if user.has_usable_password():
        raise ValidationError("Cette personne a déjà choisi son mot de passe.")
    emails.welcome(user, now=now)
    record("compte.welcomed", by=by, target=user)


@transaction.atomic
def correct(user, *, nom, prenom, profession_label, telephone, version, places, by) -> User:
    policies.correct(by, user, places)
    user = locked(user, version=version)
    wanted = {"nom": nom, "prenom": prenom, "profession_label": profession_label, "telephone": telephone}
    changed = [name for name, value in wanted.items() if getattr(user, name) != value]
    if not changed:
        return user
    if set(changed) & set(RENAMED):
        policies.rename(by, user, places)
    for name in changed:
        setattr(user, name, wanted[name])
    user.version += 1
    user = save_valid(user)
    record("compte.corrected", by=by, target=user, fields=changed)
    return user


@transaction.atomic
def change_email(user, *, email, version, places, now, by) -> ChangementAdresse | None:
    """Used once the link sent there is followed; the former address may cancel it for 48 hours."""
    policies.change_email(by, user, places)
    user = locked(user, version=version)
    if email == user.email:
        return None
    if User.objects.enabled().filter(email__iexact=email).exclude(pk=user.pk).exists():
        raise ValidationError({"email": "Cette adresse e-mail est déjà celle d’un autre compte."})
    token = secrets.token_urlsafe(32)
    change = send_link(
        user,
        kind=ChangementAdresse.Kind.MAIL,
        target=email,
        now=now,
        lifetime=CANCEL_LIFETIME,
        asked_by=by.user,
        former=user.email,
        cancel_digest=ChangementAdresse.digest_of(token),
        cancel_ends=now + CANCEL_LIFETIME,
    )
    record("adresse.corrected", by=by, target=user)
    emails.change_cancellable(change, token)
    return change


@transaction.atomic
def cancel_change(change, *, now, by) -> bool:
    """From the former address. True when the new one was already in use: what it opened is closed.

    The second factor follows: `authcps.actions.cancel_reception`.
    """
    policies.cancel_change(change, now)
    user, change = locked(change.user), locked(change)
    policies.cancel_change(change, now)
    change.cancelled_at = now
    change.save(update_fields=["cancelled_at"])
    in_use = change.confirmed_at is not None and user.email == change.target
    if in_use:
        user.email, user.email_verified_at = change.former, now
        user.password, user.version = make_password(None), user.version + 1
        save_valid(user)
        Session.objects.filter(user=user).delete()
        emails.forgotten(user, who=f"{user.pk}:{change.pk}", now=now, for_real=True)
    record("adresse.cancelled", by=by, target=user)
    return in_use
