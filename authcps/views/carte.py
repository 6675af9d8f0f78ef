"""«Se connecter par CPS»: by the programme du poste, or by the card host's TLS (CPX-1, CON-7, CON-10).

The way: the door's button (POST) → a page with a link to the programme du poste → its own page asks for the
code porteur → a plain form comes back to `answered`, without any cookie → `returned`, where this browser must
hold the attempt and bring the ticket of the answer: neither alone is worth anything.
"""

import hmac
from urllib.parse import unquote, urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from authcps import actions, navigateurs
from authcps import card as card_answers
from authcps.card import attempt_digest
from authcps.models import Challenge
from authcps.refusals import of as refusal_of
from authcps.views import beginning
from authcps.views.arrival import ATTEMPT, arrive, attempt_of
from viatraj.core.pages import page
from viatraj.core.saving import act

SEE_OTHER = 303


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def card(request):
    """The button of a door begins; the page then leads to the reader."""
    if request.method == "POST":
        return _begin(request)
    attempt = attempt_of(request)
    if attempt is None:
        return redirect("accueil")
    issued = attempt.challenges.filter(
        used_at=None, issued_at__gt=timezone.now() - actions.CHALLENGE_LIFETIME
    ).first()
    return page(
        request,
        "authcps/carte.html",
        door=attempt.door,
        suite=attempt.next_path,
        reader=_reader_url(request, issued) if issued else "",
        card_host=_card_host_url(issued) if issued and settings.CARD_HOST else "",
        minutes=int(actions.CHALLENGE_LIFETIME.total_seconds()) // 60,
    )


def _begin(request):
    is_noted = beginning.is_noted(request)
    attempt = beginning.begin(request, is_noted=is_noted)
    arguments = {"origin": _origin(request), "is_noted": is_noted}
    act(actions.challenge, attempt, **arguments, now=timezone.now(), by=request.actor)
    return redirect("authcps:card")


def _origin(request) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _reader_url(request, issued: Challenge) -> str:
    asked = {
        "origine": issued.origin,
        "defi": issued.pk,
        "nonce": issued.nonce,
        "tentative": attempt_digest(issued.attempt_id),
        "emis": int(issued.issued_at.timestamp()),
        "retour": request.build_absolute_uri(reverse("authcps:card_answer")),
    }
    return f"{settings.CARD_READER_URL}?{urlencode(asked)}"


def _card_host_url(issued: Challenge) -> str:
    return f"{settings.CARD_HOST}{reverse('authcps:card_tls')}?{urlencode({'defi': issued.pk})}"


@csrf_exempt  # from the programme du poste, on another origin: the signature says who it is
@login_not_required
@require_POST
def answered(request):
    try:
        given = card_answers.read_answer(request.POST)
    except card_answers.Refused:
        return _failed("unreadable")  # no challenge that could be marked as used
    outcome = act(actions.answer, given, origin=_origin(request), now=timezone.now(), by=request.actor)
    return _back(outcome)


@login_not_required
@require_safe
def tls(request):
    """On the card host only, behind its proxy, which alone knows the secret."""
    if not _is_card_host(request):
        raise Http404
    pem = unquote(request.headers.get("X-Card-Certificate", ""))
    try:
        challenge_id = UUID(request.GET.get("defi", ""))
    except ValueError:
        return _failed("unreadable", origin=settings.SITE_URL)
    if not pem:
        return _failed("no_card", origin=settings.SITE_URL)
    outcome = act(
        actions.present,
        challenge_id,
        certificate=pem[: card_answers.LONGEST].encode(errors="replace"),
        now=timezone.now(),
        by=request.actor,
    )
    issued = Challenge.objects.filter(pk=challenge_id).first()
    return _back(outcome, origin=issued.origin if issued else settings.SITE_URL)


def _is_card_host(request) -> bool:
    secret, given = settings.CARD_PROXY_SECRET, request.headers.get("X-Card-Proxy-Secret", "")
    is_ours = bool(settings.CARD_HOST) and request.get_host() == urlsplit(settings.CARD_HOST).netloc
    return is_ours and bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


def _back(outcome, origin=""):
    if outcome.refused:
        return _failed(outcome.refused, origin)
    return _see_other(f"{origin}{reverse('authcps:card_return')}?{urlencode({'ticket': outcome.ticket})}")


def _failed(reason, origin=""):
    return _see_other(f"{origin}{reverse('authcps:card_failed')}?{urlencode({'motif': reason})}")


def _see_other(url):
    response = redirect(url)
    response.status_code = SEE_OTHER
    return response


@login_not_required
@require_safe
def returned(request):
    """The browser that began comes back with the answer's ticket: signing in goes on."""
    attempt = act(
        actions.claim,
        attempt_key=request.session.get(ATTEMPT, ""),
        ticket=request.GET.get("ticket", ""),
        now=timezone.now(),
        by=request.actor,
    )
    if attempt is None:
        return _failed("other_browser")
    return arrive(request, attempt)


@login_not_required
@require_safe
def failed(request):
    """CON-10: what went wrong, and the three things to do about it."""
    return page(
        request,
        "authcps/carte_failed.html",
        refusal=refusal_of(request.GET.get("motif", "")),
        browser=navigateurs.known_to_fail(request.headers.get("User-Agent", "")),
        check_url=settings.CARD_CHECK_URL,
    )
