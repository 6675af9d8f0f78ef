"""Refuses input that no page could read, before anything else looks at it."""

import re

from viatraj.site.views import errors

UNREADABLE = re.compile("[\0\ud800-\udfff]")
LONGEST = {"PATH_INFO": 2_000, "QUERY_STRING": 8_000, "HTTP_COOKIE": 8_000}


def refuse_unreadable_input(get_response):
    """A NUL, a lone surrogate, an endless path or cookie: 400, before the session is read."""

    def middleware(request):
        too_long = any(len(request.META.get(name, "")) > most for name, most in LONGEST.items())
        if too_long or any(UNREADABLE.search(text) for text in _texts(request)):
            return errors.bad_request(request)
        return get_response(request)

    return middleware


def _texts(request):
    yield request.path_info
    yield from request.COOKIES.values()
    for typed in (request.GET, request.POST):
        for name, values in typed.lists():
            yield name
            yield from values
    for sent in request.FILES.values():
        yield sent.name or ""
