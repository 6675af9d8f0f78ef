"""Refuses input that no page could read, before anything else looks at it."""

import re

from django.http import UnreadablePostError

from viatraj.site.views import errors

UNREADABLE = re.compile("[\0\ud800-\udfff]")
LONGEST = {"PATH_INFO": 2_000, "QUERY_STRING": 8_000, "HTTP_COOKIE": 8_000}


def refuse_unreadable_input(get_response):
    """A NUL, a lone surrogate, an endless path or cookie: 400, before the session is read."""

    def middleware(request):
        too_long = any(len(request.META.get(name, "")) > most for name, most in LONGEST.items())
        if too_long or any(map(UNREADABLE.search, _texts(request))):
            return errors.bad_request(request)
        return get_response(request)

    return middleware


def refuse_unreadable_files(get_response):
    """The same of a body that may hold files: read once it is known who sends it (`core.files.uploads`).

    One that is cut in the middle has nobody left to answer to; what came of it is not looked at.
    """

    def middleware(request):
        try:
            if _may_hold_files(request) and any(map(UNREADABLE.search, _sent(request))):
                return errors.bad_request(request)
        except UnreadablePostError:
            return errors.bad_request(request)
        return get_response(request)

    return middleware


def _may_hold_files(request) -> bool:
    return request.content_type == "multipart/form-data"


def _texts(request):
    yield request.path_info
    yield from request.COOKIES.values()
    yield from _words(request.GET)
    if not _may_hold_files(request):
        yield from _words(request.POST)


def _sent(request):
    yield from _words(request.POST)
    for sent in request.FILES.values():
        yield sent.name or ""


def _words(typed):
    for name, values in typed.lists():
        yield name
        yield from values
