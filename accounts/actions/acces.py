"""Everything that gives access to an account, in one list; ending what is newer than a moment (COM-10).

An app with ways in of its own names them in its `actions/acces.py`, as `ACCES` (docs/adr/0020).
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

# What an account says of its holder, and where his codes go: kept when a change is asked, put back as it was.
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

    `end(user, since, now)` runs under the lock of the account's row, whose columns are already as they shall
    be; it returns how many it ended. `said`: one, or several, to people. The first of `models` is what it
    locks first.
    """

    said: tuple[str, str]
    models: tuple[type[models.Model], ...]
    end: Callable[..., int]


def _end_password(user, since, now) -> int:
    """Even one of before: its holder chooses another by the link that the letter brings."""
    had = user.has_usable_password()
    user.password, user.wrong_passwords_at = make_password(None), []
    user.save(update_fields=["password", "wrong_passwords_at"])
    return int(had)


def _end_changes(user, since, now) -> int:
    """Those that wait, and the right to cancel what was asked since: the intruder has those links."""
    newer = user.changements.filter(asked_at__gte=since, cancelled_at=None)
    waiting = newer.filter(confirmed_at=None, ends__gt=now).count()
    newer.update(cancelled_at=now)
    # Into the past: for a request that read the clock before this one, it has ended too.
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
    Acces(("une session ouverte", "{} sessions ouvertes"), (Session,), _end_sessions),
)


@cache
def every() -> tuple[Acces, ...]:
    """All apps' lists, in the order in which their rows are locked."""
    found = [*ACCES]
    for config in apps.get_app_configs():
        if config.name != "accounts" and module_has_submodule(config.module, "actions.acces"):
            found += import_module(f"{config.name}.actions.acces").ACCES
    return tuple(sorted(found, key=lambda one: locks.ORDER.index(one.models[0]._meta.db_table)))


def as_it_is(user) -> dict:
    """For `ChangementAdresse.before`; instants in full, which JSON would round."""
    values = {name: getattr(user, name) for name in COLUMNS}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


def put_back(user, before) -> list[str]:
    """Sets the columns as they were, without saving; the names of those told to people."""
    changed = []
    for name, kept in before.items():
        value = User._meta.get_field(name).to_python(kept)
        if getattr(user, name) != value:
            setattr(user, name, value)
            changed.append(name)
    return [User._meta.get_field(name).verbose_name for name in changed if name in TOLD]


def end_since(user, *, since, now) -> list[str]:
    """Walks the list under the lock of `user`; what was ended, in words."""
    told = []
    for one in every():
        if ended := one.end(user, since, now):
            told.append(one.said[0] if ended == 1 or not one.said[1] else one.said[1].format(ended))
    return told
