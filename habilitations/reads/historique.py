"""The history of an account, as far as it concerns its référents (TRC-2, COM-8)."""

from django.db.models import Q

from habilitations.events import OF_ACCOUNTS
from habilitations.reads import referents
from journal.models import Entry


def of_account(person, visible, *, reader):
    """Lines on what he holds that is `visible`, and on the account by whoever manages, or managed, there."""
    authors = Q(user__in=referents.managing(visible)) | Q(user__in=[person, reader]) | Q(user=None)
    on_account = Entry.objects.about(person).filter(authors, event__in=OF_ACCOUNTS)
    return on_account | Entry.objects.about_any(visible)
