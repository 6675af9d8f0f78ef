"""The history of an account, as far as it concerns its référents (TRC-2, COM-8)."""

from django.db.models import Q

from habilitations.reads import referents
from journal.models import Entry

# Never its holder's sign-ins, passwords or other structures.
OF_ACCOUNTS = (
    "compte.created",
    "compte.welcomed",
    "compte.corrected",
    "compte.disabled",
    "compte.enabled",
    "compte.restored",
    "compte.locked",
    "compte.unlocked",
    "adresse.corrected",
    "adresse.agreed",
    "adresse.cancelled",
    "identite.other_name",
)


def of_account(person, visible, *, reader):
    """Lines on what he holds that is `visible`, and on the account by whoever manages, or managed, there."""
    authors = Q(user__in=referents.managing(visible)) | Q(user__in=[person, reader]) | Q(user=None)
    on_account = Entry.objects.about(person).filter(authors, event__in=OF_ACCOUNTS)
    return (on_account | Entry.objects.about_any(visible)).newest_first()
