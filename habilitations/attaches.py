"""Tells the apps below, which cannot import this one, where an account holds habilitations."""

from django.db.models.functions import Now, TruncDate
from django.utils import timezone

from accounts.attaches import Attaches
from accounts.policies import SETTLED_AFTER
from annuaire.models.lieux import MODELS
from habilitations.events import OF_ACCOUNTS, OF_IMPORTS
from habilitations.models import Habilitation
from journal import filing
from viatraj.core.actor import Place
from viatraj.core.droits import Droit, Niveau


def of_account(user, *, now) -> Attaches:
    """`settled` by its dates and by when it was given."""
    today, since = timezone.localdate(now), now - SETTLED_AFTER
    held = Habilitation.objects.of(user)
    long_held = held.in_force(today).filter(debut__lte=timezone.localdate(since), granted_at__lte=since)
    return Attaches([one.place for one in held.current(today)], [one.place for one in long_held])


def of_row(event, row, *, by) -> list[str]:
    """A line on what somebody holds, or asks for, at a place (TRC-2)."""
    return [filing.of_account(row.user_id), *filing.of_place(row.place)]


def of_examen(event, examen, *, by) -> list[str]:
    """A line on the review of a habilitation concerns whom, and where, that habilitation does."""
    return of_row(event, examen.habilitation, by=by)


def of_person(event, user, *, by) -> list[str]:
    """A line on an account, where it holds something; of a référent's act, only where he is one (COM-8)."""
    if event not in OF_ACCOUNTS:
        return []
    held = Habilitation.objects.of(user).living().filter(fin__gte=TruncDate(Now()))  # the journal's own clock
    places = [one.place for one in held]
    if by.user is not None and by.user.pk != user.pk:
        places = [place for place in places if by.rights.cover(Droit.HABILITATION, place, domaine="")]
        places = places or _governed(by)
    return [filing.of_account(user.pk), *(subject for place in places for subject in filing.of_place(place))]


def of_import(event, upload, *, by) -> list[str]:
    if event not in OF_IMPORTS:
        return []
    return [subject for place in _governed(by) for subject in filing.of_place(place)]


def _governed(by) -> list[Place]:
    """Where a référent may act: a new account is told there, before it holds anything."""
    places = []
    for niveau, ids in by.rights.scopes(Droit.HABILITATION).items():
        places += [Place()] if niveau == Niveau.NATIONAL else _places(MODELS[Niveau(niveau)], ids)
    return places


def _places(model, ids) -> list[Place]:
    above = {"Etablissement": ["coordination"], "Unite": ["etablissement__coordination"]}
    rows = model.objects.filter(pk__in=ids).select_related(*above.get(model.__name__, []))
    return [row.place for row in rows]
