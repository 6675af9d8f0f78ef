"""Mails to reviewers: at the opening, at half time, three days and one day before the end. Each once."""

from datetime import timedelta

from django.db import connection, transaction

from accounts.models import User
from habilitations import emails, policies
from habilitations.models import Campagne, Rappel
from journal.models import record
from viatraj.core.turns import Turn, wait_for

PEOPLE = 200  # a transaction
LEFT = """
    SELECT r.user_id, count(*) FROM habilitations_relecteur r
    JOIN habilitations_examen e ON e.campagne_id = r.campagne_id AND e.bureau = r.bureau AND e.rang < r.rang
      AND e.state = 'todo' AND COALESCE(e.confie_a_id, r.user_id) = r.user_id
    WHERE r.campagne_id = %s GROUP BY r.user_id"""


def remind_reviewers(*, today, by) -> int:
    """One mail a person, whatever the number of his campaigns. Returns how many.

    What an outage has delayed is told by one mail, not by each that was missed.
    """
    policies.system(by)
    due: dict[int, list] = {}
    for campagne in Campagne.objects.filter(state=Campagne.State.OPEN).order_by("echeance", "pk"):
        kinds = _due(campagne, today)
        for user_id, left in _left(campagne):
            due.setdefault(user_id, []).append((campagne, kinds, left))
    posted, people = 0, sorted(due)
    for start in range(0, len(people), PEOPLE):
        part = {pk: due[pk] for pk in people[start : start + PEOPLE]}
        with transaction.atomic():
            wait_for(Turn.RAPPELS)
            if written := _remind(part, today):
                record("campagne.reminded", by=by, count=written)
        posted += written
    return posted


def _due(campagne, today) -> list[str]:
    """Kinds whose day has come, the first first."""
    kinds, opened, last = Rappel.Kind, campagne.ouverte_le, campagne.echeance
    days = {
        kinds.OPENED: opened,
        kinds.HALF: opened + (last - opened) / 2,
        kinds.THREE: last - timedelta(days=3),
        kinds.ONE: last - timedelta(days=1),
    }
    return [kind for kind, day in days.items() if day <= today]


def _left(campagne) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(LEFT, [campagne.pk])
        return cursor.fetchall()


def _remind(part, today) -> int:
    known = set(Rappel.objects.filter(user__in=part).values_list("campagne", "user", "kind"))
    users = User.objects.filter(disabled_at=None).exclude(email="").in_bulk(part)
    posted = 0
    for user_id in sorted(users):
        told, rows = [], []
        for campagne, kinds, left in part[user_id]:
            new = [kind for kind in kinds if (campagne.pk, user_id, kind) not in known]
            rows += [Rappel(campagne=campagne, user_id=user_id, kind=kind, posted_on=today) for kind in new]
            told += [(campagne, left, Rappel.Kind(new[-1]))] if new else []
        Rappel.objects.bulk_create(rows)
        posted += bool(told) and emails.campagnes_to_review(users[user_id], told)
    return posted
