"""Pages of refusal and failure: what happened, what to do, whom to call, which number.

They also work before session and actor exist. 500 and 503 use no context processor and no base template.
"""

import re

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from viatraj.core.addresses import address
from viatraj.core.pages import kept
from viatraj.core.policies import Denied
from viatraj.core.typography import duration
from viatraj.espaces import support

NOT_SHOWN = re.compile(
    r"csrfmiddlewaretoken|au_nom_de|delegation|cle|version|code$|mot_de_passe|ancien$|code_porteur|choix|droits?[-_]|etape|timbre|formulaire$|suite$"
)


def bad_request(request, exception=None):
    return _page(request, "400.html", 400)


def permission_denied(request, exception=None):
    """Only a Denied speaks to people; other refusals have technical texts."""
    reason = str(exception) if isinstance(exception, Denied) else ""
    context = {"reason": reason, "referents": address("mes_referents"), "typed": _typed(request)}
    return _page(request, "403.html", 403, **context)


def csrf_failure(request, reason=""):
    """`reason` is Django's, for the log, never for people."""
    match = request.resolver_match
    saved = match is not None and kept(request, match.func)  # signed in again in another tab meanwhile
    answer = redirect(request.path) if saved else _page(request, "csrf.html", 403)
    answer.is_csrf_failure = not saved
    return answer


def page_not_found(request, exception=None):
    """An unknown address checks no CSRF token, so what another site posts there is not shown."""
    return _page(request, "404.html", 404, typed=_typed(request) if request.resolver_match else ())


def conflict(request, typed=None, reason=""):
    """The form was drawn for somebody else (two tabs): what was typed is shown, for copying.

    `typed`: (label, value) pairs; without them, what the form sent.
    """
    typed = _typed(request) if typed is None else typed
    return _page(request, "409.html", 409, typed=typed, reason=reason)


def unprocessable(request, reason=""):
    return _page(request, "422.html", 422, reason=reason)


def too_many(request, seconds, why=""):
    """`seconds` to wait, also said to machines; `why`: instead of what is said of accounts."""
    answer = _page(request, "429.html", 429, wait=duration(seconds), why=why)
    answer["Retry-After"] = str(seconds)
    return answer


def server_error(request):
    return _bare(request, "500.html", 500)


def unavailable(request, seconds=60):
    answer = _bare(request, "503.html", 503)
    answer["Retry-After"] = str(seconds)
    return answer


def _page(request, template, status, *, typed=(), **context):
    context |= {"number": _number(request), "typed": typed}
    return render(request, f"errors/{template}", context, status=status)


def _bare(request, template, status):
    one = support.everybodys()
    context = {
        "name": settings.SITE_NAME,
        "phone": one.phone,
        "tel": one.tel,
        "hours": one.hours,
        "number": _number(request),
    }
    return HttpResponse(render_to_string(f"errors/{template}", context), status=status)


def _typed(request):
    """What the refused form sent, so that a text is not lost; secrets and tokens left out."""
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, values in request.POST.lists()
        for value in values
        if value and not NOT_SHOWN.match(name)
    ]


def _number(request) -> str:
    return getattr(request, "request_id", "")
