"""An account of the national support, opened by the exploitation."""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import policies
from accounts.actions.referents import register
from accounts.models import User
from journal.models import record
from viatraj.core.saving import locked, save_valid

CLOSED = "Ce compte est désactivé\u00a0: réactivez-le d’abord."


@transaction.atomic
def open_support(*, user: User | None, person, now, by) -> User:
    """`user`, or a new account for `person` (nom, prenom, email), whose holder is sent his first link.

    Support's pages then open to him by a card. Twice is once.
    """
    policies.system(by)
    if user is None:
        if missing := [name for name, value in person.items() if not value.strip()]:
            raise ValidationError(
                f"Donnez --identifiant, ou bien --nom, --prenom et --email (il manque {', '.join(missing)})."
            )
        user = register(**person, profession_label="", telephone="", cle=uuid.uuid4(), now=now, by=by)
    user = locked(user)
    if not user.is_active:
        raise ValidationError(CLOSED)
    if user.is_staff:
        return user
    user.is_staff = True
    save_valid(user)
    record("compte.entrusted", by=by, target=user)
    return user
