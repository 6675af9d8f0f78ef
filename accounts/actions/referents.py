"""What a référent does with somebody else's account: opens it, corrects it (COM-3, COM-4)."""

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import attaches, emails, policies
from accounts.actions.adresses import refuse_kept
from accounts.identifiants import login_base
from accounts.models import User
from journal.models import record
from viatraj.core.saving import locked, save_valid

TRIES = 20  # of two référents who open accounts of the same name at the same time
RENAMED = ("nom", "prenom", "profession_label")


@transaction.atomic
def register(  # noqa: PLR0913
    *, nom, prenom, email, profession_label, telephone, cle, now, by, told=True
) -> User:
    """A new account; its holder gets his login and a link of 7 days to choose his password himself.

    The same `cle` twice is one account. ValidationError (`email`) when the address is somebody's.
    `told=False`: its caller writes the letter.
    """
    policies.register(by)
    if known := _registered(cle, by):
        return known
    refuse_kept(email, now=now)
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
    try:
        user = _with_a_login(user)
    except ValidationError:
        # Another click of the same form came first and has just committed: return the account it made.
        if known := _registered(cle, by):
            return known
        raise
    record("compte.created", by=by, target=user)
    if told:
        emails.welcome(user, now=now)
    return user


def _registered(cle, by) -> User | None:
    return User.objects.filter(creation_key=cle, created_by=by.user).first()


def _with_a_login(user) -> User:
    """`pnom`, then `pnom2`, `pnom3`…: the first that the unique column accepts."""
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
def welcome_again(user, *, now, by):
    """The first link was lost, or is too old; nothing once a password has been chosen."""
    user = locked(user)
    by = policies.correct(by, user, attaches.of(user, now=now).places)
    if user.has_usable_password():
        raise ValidationError("Cette personne a déjà choisi son mot de passe.")
    emails.welcome(user, now=now)
    record("compte.welcomed", by=by, target=user)


@transaction.atomic
def correct(user, *, nom, prenom, profession_label, telephone, version, now, by) -> User:
    user = locked(user, version=version)
    places = attaches.of(user, now=now).places
    by = policies.correct(by, user, places)
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
