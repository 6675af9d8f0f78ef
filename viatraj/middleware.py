"""What every request passes through, in the order of `settings.MIDDLEWARE`."""

import re
import time
import uuid
from ipaddress import ip_address, ip_network
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

import delegations.actions
import delegations.rights
import habilitations.rights
from accounts import chartes
from accounts.mots_de_passe import is_expired
from delegations.models import Delegation
from viatraj.core.actor import BY_PASSWORD, Actor, Rights
from viatraj.core.droits import Droit
from viatraj.core.pages import TooManyRequests
from viatraj.espaces.views import errors

log = structlog.get_logger("viatraj.request")
UNREADABLE = re.compile("[\0\ud800-\udfff]")
ENDED = "La délégation sous laquelle vous l’avez ouvert a pris fin entre-temps."
LONGEST = {"PATH_INFO": 2_000, "QUERY_STRING": 8_000, "HTTP_COOKIE": 8_000}


def request_log(get_response):
    """One line a request: route, never the path (a token or a searched name may be in it)."""

    def middleware(request):
        request.request_id = uuid.uuid4().hex[:12]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)
        started = time.perf_counter()
        response = get_response(request)
        match = getattr(request, "resolver_match", None)
        log.info(
            "request",
            method=request.method,
            route=match.route if match else "",
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        response["X-Request-ID"] = request.request_id
        return response

    return middleware


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


def security_headers(get_response):
    def middleware(request):
        response = get_response(request)
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.setdefault("Cache-Control", "no-store")  # pages carry names; ward computers are shared
        return response

    return middleware


def address_of(request) -> str:
    """The caller's address; a forwarded one is believed from our own proxies only."""
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while forwarded and _is_trusted(address):
        address = forwarded.pop().strip() or address
    try:
        return str(ip_address(address))
    except ValueError:
        return "inconnue"


def _is_trusted(address: str) -> bool:
    try:
        return any(ip_address(address) in ip_network(proxy) for proxy in settings.TRUSTED_PROXIES)
    except ValueError:
        return not address and bool(settings.TRUSTED_PROXIES)  # nginx on our unix socket


def actor(get_response):
    """`request.actor`: who, in whose name, with which rights; read from dates in SQL at each request."""

    def middleware(request):
        request.actor = SimpleLazyObject(lambda: _actor(request))
        return get_response(request)

    return middleware


def _actor(request) -> Actor:
    known = {"address": address_of(request), "request_id": request.request_id}
    user = request.user
    if not user.is_authenticated:
        return Actor.anonymous(**known)
    known["means"] = request.session.get("means", "")
    chosen = request.session.get("delegation")
    delegation = _delegation(chosen, user) if chosen else None
    request.delegation_ended = bool(chosen) and delegation is None
    if delegation:
        return Actor(
            user=user,
            on_behalf_of=delegation.delegant,
            rights=delegations.rights.of_delegate(delegation),
            quality=delegation.quality,
            delegation_id=delegation.pk,
            **known,
        )
    rights = habilitations.rights.of_user(user, on=timezone.localdate())
    if user.is_medecin:
        rights = Rights(delegations.rights.of_medecin(user.pk).grants | rights.grants)
        return Actor(user=user, rights=rights, quality="médecin", **known)
    return Actor(user=user, rights=rights, quality=_quality(user, rights), **known)


def _quality(user, rights) -> str:
    if user.is_staff:
        return "support"
    return "référent" if rights.scopes(Droit.HABILITATION) else "professionnel"


def _delegation(pk, user):
    return (
        Delegation.objects.received_in_force(user, on=timezone.localdate())
        .select_related("delegant")
        .prefetch_related("droits")
        .filter(pk=pk)
        .first()
    )


class Gate(LoginRequiredMiddleware):
    """Deny by default; then expired password; then charte; then «au nom de».

    The last one: the form was drawn for whom one still works for.
    """

    EXPIRED = "accounts:expired_password"
    FREE = ("authcps:sign_out", "prolonger")
    MEDECIN_PATHS = ("/medecin/", "/delegations/", "/dossiers/")

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return self.handle_no_permission(request, view_func)
        if request.resolver_match.view_name in self.FREE:
            return None
        if "X-Relecture" not in request.headers:  # a page that reads itself again is nobody's presence
            request.session.touch(timezone.now())
        first = self._first_page(request)
        if first and first != request.resolver_match.view_name:
            if request.method == "GET":
                request.session["suite"] = request.path
            return self._go(request, reverse(first))
        return self._refuse_other_principal(request)

    def handle_no_permission(self, request, view_func):
        door = "authcps:medecin" if request.path.startswith(self.MEDECIN_PATHS) else "accueil"
        suite = urlencode({"suite": request.path}, safe="/") if request.method == "GET" else ""
        return self._go(request, f"{reverse(door)}?{suite}".rstrip("?"))

    def process_exception(self, request, exception):
        if isinstance(exception, TooManyRequests):
            return errors.too_many(request, exception.seconds)
        return None

    def _go(self, request, url):
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return redirect(url)

    def _first_page(self, request) -> str:
        """What stands before any other page."""
        if self._must_renew(request):
            return self.EXPIRED
        return "charte" if self._must_accept(request) else ""

    def _must_renew(self, request) -> bool:
        """Password door only (MDP-3). Who already works for somebody else is not stopped in the middle."""
        by_password = request.session.get("means") in BY_PASSWORD
        return by_password and not request.actor.is_acting and is_expired(request.user, timezone.now())

    def _must_accept(self, request) -> bool:
        """Once accepted, the session remembers the version: no query at each page (CON-13)."""
        charte = chartes.current(timezone.localdate())
        if request.session.get("charte") == charte.version:
            return False
        if request.user.acceptations.filter(version=charte.version).exists():
            request.session["charte"] = charte.version
            return False
        return True

    def _refuse_other_principal(self, request):
        if request.method != "POST":
            return None
        written_for = request.POST.get("au_nom_de", "")
        by = request.actor
        if written_for == str(by.principal.pk) or (
            not written_for and not (by.is_acting or self._ended(request))
        ):
            return None
        if self._ended(request) and self._note_too_late(request, written_for):
            return errors.conflict(request, reason=ENDED)
        return errors.conflict(request)

    def _ended(self, request) -> bool:
        return request.delegation_ended

    def _note_too_late(self, request, written_for) -> bool:
        """The form was drawn while the délégation stood: that it came too late is told (DEL-4)."""
        received = Delegation.objects.received_by(request.user).select_related("delegant")
        ended = received.filter(pk=request.session["delegation"]).first()
        if ended is None or written_for != str(ended.delegant_id):
            return False
        route = request.resolver_match.view_name
        delegations.actions.note_too_late(ended, route=route, by=request.actor)
        return True
