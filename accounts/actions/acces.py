"""The list of all that gives access to an account, and how to end what is newer than a given moment (COM-10).

Each app lists its own ways in as `ACCES`, in its `actions/acces.py` (docs/adr/0020).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import models
from django.db.models import F
from django.utils.module_loading import module_has_submodule

from accounts.models import AncienMotDePasse, ChangementAdresse, Session, User
from viatraj.core import locks

# The columns that are kept when a change of address is asked, and restored when it is undone.
COLUMNS = (
    "email",
    "email_verified_at",
    "mobile",
    "mobile_verified_at",
    "reception",
    "nom",
    "prenom",
    "named_by_card",
    "profession",
    "categorie",
    "profession_label",
    "specialite",
    "telephone",
    "adresse",
    "first_strong_at",
)
TOLD = ("email", "mobile", "reception", "nom", "prenom", "profession_label", "telephone", "adresse")


@dataclass(frozen=True)
class Acces:
    """One kind of way in: the tables that hold it, and how what was added since a moment is ended.

    `closes`: it ends with the account too, and is not given back when that is enabled again.
    `end(user, since, now)` returns how many it ended; the caller holds the account's row locked, with its
    columns already restored. `said` names one, and several, in the letter. `models`: the tables it changes,
    the one it locks first in front.
    """

    said: tuple[str, str]
    models: tuple[type[models.Model], ...]
    end: Callable[..., int]
    closes: bool = False


def _end_password(user, since, now) -> int:
    """The password ends even when it is older: the holder chooses another by the link in the letter."""
    had = user.has_usable_password()
    user.password, user.wrong_passwords_at = make_password(None), []
    user.save(update_fields=["password", "wrong_passwords_at"])
    return int(had)


def _end_changes(user, since, now) -> int:
    """Changes still waiting, and the links to cancel those asked since: an intruder may have them."""
    newer = user.changements.filter(asked_at__gte=since, cancelled_at=None)
    waiting = newer.filter(confirmed_at=None, ends__gt=now).count()
    newer.update(cancelled_at=now)
    # Their end is set in the past, since a request under way may have read the clock before this one.
    user.changements.filter(confirmed_at=None, ends__gt=now).update(ends=F("asked_at"))
    return waiting


def _end_sessions(user, since, now) -> int:
    living = user.sessions.filter(expire_date__gt=now).count()
    user.sessions.all().delete()
    return living


ACCES = (
    Acces(("le mot de passe", ""), (User, AncienMotDePasse), _end_password),
    Acces(
        ("une demande de changement d’adresse ou de portable", "{} demandes de changement d’adresse"),
        (ChangementAdresse,),
        _end_changes,
    ),
    Acces(("une session ouverte", "{} sessions ouvertes"), (Session,), _end_sessions, closes=True),
)


@cache
def every() -> tuple[Acces, ...]:
    """The lists of all apps, in the order of locks."""
    found = [*ACCES]
    for config in apps.get_app_configs():
        if config.name != "accounts" and module_has_submodule(config.module, "actions.acces"):
            found += import_module(f"{config.name}.actions.acces").ACCES
    return tuple(sorted(found, key=lambda way: locks.ORDER.index(way.models[0]._meta.db_table)))


def as_it_is(user) -> dict:
    """The columns as they are, for `ChangementAdresse.before`.

    Instants as text, because JSON would round them.
    """
    values = {name: getattr(user, name) for name in COLUMNS}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


def put_back(user, before) -> list[str]:
    """Restore the columns without saving.

    Returns the French names of those that changed and are told to people.
    """
    changed = []
    for name, kept in before.items():
        value = User._meta.get_field(name).to_python(kept)
        if getattr(user, name) != value:
            setattr(user, name, value)
            changed.append(name)
    return [User._meta.get_field(name).verbose_name for name in changed if name in TOLD]


def end_since(user, *, since, now) -> list[str]:
    """End everything newer than `since`, in all apps; `user` must be locked.

    Returns what was ended, in French.
    """
    told = []
    for way in every():
        if ended := way.end(user, since, now):
            told.append(way.said[0] if ended == 1 or not way.said[1] else way.said[1].format(ended))
    return told


def close(user, *, now):
    """Part of disabling: whoever is in is out, and no browser is trusted any more."""
    for way in every():
        if way.closes:
            way.end(user, user.created_at, now)
