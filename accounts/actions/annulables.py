"""What of an account can be put back as it was (COM-11)."""

from accounts import attaches, emails, policies
from accounts.models import User
from changements.actions.annulables import Annulable
from journal.models import record


def _named(user) -> str:
    return f"le compte {user.login}"


def _may(by, user, now):
    if user.is_active:  # it was opened by the act
        policies.withdraw(by, user)
        return by
    return policies.disable(by, user, attaches.of(user, now=now).places)


def _record(user, *, made, by):
    if made:
        record("compte.withdrawn", by=by, target=user)
    else:
        record("compte.restored", by=by, target=user)


def _tell(users, *, made, to, changement) -> set[str]:
    told = [user for user in users if user.email in to]
    for user in told:
        (emails.withdrawn if made else emails.enabled)(user, at=changement.undone_at)
    return {user.email for user in told}


ANNULABLES = (
    Annulable(model=User, columns=("disabled_at",), named=_named, may=_may, record=_record, tell=_tell),
)
