"""Mails about habilitations that end (HAB-6). Killed and run again, they still write each mail once."""

from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from django.db import transaction

from accounts.models import User
from courrier import outbox
from habilitations import emails, policies
from habilitations.models import Alerte, Habilitation
from habilitations.reads import echeances
from journal.models import record
from viatraj.core.turns import Turn, wait_for

PEOPLE = 500  # a transaction: about a second, during which nobody changes these rows


def alert_expiries(*, today, by) -> int:
    """One mail to each holder about all that ends soon, not yet announced.

    Returns how many.
    """
    policies.system(by)
    holders = echeances.to_announce(today).order_by("user").values_list("user", flat=True).distinct()
    posted = 0
    for people in _batches(holders):
        with transaction.atomic():
            wait_for(Turn.ECHEANCES)
            written = _announce(people, today)
            if written:
                record("alerte.posted", by=by, count=written)
        posted += written
    return posted


def _announce(people, today) -> int:
    """Rows that somebody is changing right now are left to the next run: they may be prolonged."""
    due = (
        echeances.to_announce(today)
        .filter(user__in=people)
        .with_lieu()
        .select_related("user")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .order_by("pk")
    )
    rows = sorted(due, key=attrgetter("user_id", "fin", "pk"))
    Alerte.objects.bulk_create(
        Alerte(habilitation=row, fin=row.fin, jours=echeances.stage(row.fin, today)) for row in rows
    )
    return sum(
        emails.ending(user, list(held), today=today) for user, held in groupby(rows, attrgetter("user"))
    )


def digest_expiries(*, today, by) -> int:
    """Once a week, to each référent, what ends within a month in his perimeter. Returns how many mails.

    Référents above a coordination get none, since it would have thousands of lines that others deal with;
    they have «Expirent sous un mois» in the revue.
    """
    policies.system(by)
    monday = today - timedelta(days=today.weekday())
    digests = echeances.digests(today)
    keys = {emails.digest_key(pk, monday): pk for pk in sorted(digests)}
    referents = [keys[key] for key in keys.keys() - outbox.known(keys)]
    posted = 0
    for people in _batches(sorted(referents)):
        with transaction.atomic():
            written = _digest({pk: digests[pk] for pk in people}, monday)
            if written:
                record("alerte.digested", by=by, count=written)
        posted += written
    return posted


def _digest(digests, monday) -> int:
    users = User.objects.in_bulk(digests)
    shown = {pk for digest in digests.values() for pk in digest.first}
    rows = Habilitation.objects.with_lieu().select_related("user").in_bulk(shown)
    return sum(
        emails.digest(users[pk], [rows[one] for one in digest.first], total=digest.count, monday=monday)
        for pk, digest in digests.items()
    )


def _batches(keys):
    keys = list(keys)
    return [keys[start : start + PEOPLE] for start in range(0, len(keys), PEOPLE)]
