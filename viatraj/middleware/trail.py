"""Journal lines, within limits, for refused and missing pages and for readings of the journal (TRC-4)."""

from functools import cache

import structlog
from django.db import DatabaseError
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

import journal.actions
from accounts.limits import limiter
from viatraj.core.saving import act

log = structlog.get_logger(__name__)
TRAIL = ("admin:journal_entry", "admin:journal_seal", "gestion:envois")  # of everybody, so no account's
# Lines of one kind: from one account or address, then from everybody. Of a flood, only the first are kept.
EACH, READINGS = parse("30 per hour"), parse("1000 per hour")
ALL = parse("1000 per hour")


def trail(get_response):
    def middleware(request):
        response = get_response(request)
        if request.resolver_match:  # else no page of ours
            _tell(request, response)
        return response

    return middleware


def _tell(request, response):
    match, status = request.resolver_match, response.status_code
    if status == 200:
        if match.view_name.startswith(TRAIL):
            _record("trace.read", request)
    elif status == 429:
        _record("rythme.limited", request)
    elif getattr(response, "is_csrf_failure", False):
        _record("formulaire.refused", request)
    elif status == 404 and "token" in match.kwargs:
        _record("lien.missed", request)
    elif status in (403, 404):
        _tell_of_somebody(request, status)


def _tell_of_somebody(request, status):
    """Only for somebody signed in: what robots try is of no interest."""
    if not request.user.is_authenticated:
        return
    if status == 403:
        _record("acces.refused", request)
    else:
        _record("acces.missed", request)


def _record(event, request):
    by, match = request.actor, request.resolver_match
    whom = str(by.user.pk) if by.user else by.address
    try:
        passes, last = _budget(limiter(), event, whom)
    except RedisError:
        passes, last = _budget(_here(), event, whom)
    if not passes:
        return
    # Numbers of rows; never a token, nor a word that somebody may have typed.
    ids = {name: str(value) for name, value in match.kwargs.items() if str(value).isdecimal()}
    try:
        act(journal.actions.note, event, route=match.route, last=last, ids=ids, by=by)
    except DatabaseError:
        log.error("trail.lost", exc_info=True)


def _budget(limiter, event, whom) -> tuple[bool, bool]:
    """(may one more line be written?, is it the last one?)."""
    each = READINGS if event == "trace.read" else EACH
    if not (limiter.hit(each, "trail", event, whom) and limiter.hit(ALL, "trail", event)):
        return False, True
    return True, not (limiter.test(each, "trail", event, whom) and limiter.test(ALL, "trail", event))


@cache
def _here() -> FixedWindowRateLimiter:
    """The count of this process alone, while Valkey is down."""
    return FixedWindowRateLimiter(MemoryStorage())
