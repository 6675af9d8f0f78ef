"""One way to answer with a page, one with a workbook; who has asked for it."""

import tempfile
from collections.abc import Callable
from typing import IO

from django.http import HttpResponse
from django.shortcuts import render

from viatraj.core.workbook import TYPE

PREFETCHED = ("Sec-Purpose", "Purpose", "X-Moz")
SPOOLED = 1_000_000  # bytes kept in memory; a longer workbook goes to the disk


class TooManyRequests(Exception):
    """Come back in `seconds`; answered by the 429 page. `why`: a sentence, where no account is at stake."""

    def __init__(self, seconds: int, why: str = ""):
        super().__init__(seconds, why)
        self.seconds, self.why = seconds, why


def kept(request, view) -> bool:
    """What a long form sent is kept for its author, though its page cannot take it now: no session any more.

    Such a view has a function of its own for it, `keep`, which believes the form's stamp alone.
    """
    keep = getattr(view, "keep", None)
    return bool(request.method == "POST" and keep and keep(request))


def opens(request) -> bool:
    """A person who asks for the page: neither a HEAD, nor a guess of the browser, nor the page itself."""
    guessed = any("prefetch" in request.headers.get(name, "") for name in PREFETCHED)
    return request.method == "GET" and not guessed and "X-Relecture" not in request.headers


def page(request, template, *, status=200, **context):
    """Render; 422 when a form in the context was refused, 409 when it was stale (its text is kept)."""
    form = context.get("form")
    if status == 200 and form is not None and form.is_bound and form.errors:
        status = 409 if hasattr(form, "stale") else 422
    return render(request, template, context, status=status)


def workbook(name: str, write: Callable[[IO[bytes]], None]) -> HttpResponse:
    """What `write(file)` writes, to be kept as `name`: the disk holds all of it before a byte leaves."""
    with tempfile.SpooledTemporaryFile(max_size=SPOOLED) as file:
        write(file)
        file.seek(0)
        content = file.read()
    attached = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=TYPE, headers={"Content-Disposition": attached})
