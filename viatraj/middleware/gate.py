"""Who may go on: signed in, password in date, charte accepted, form made for the médecin one works for."""

from urllib.parse import urlencode, urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

import delegations.actions
from accounts import chartes
from accounts.mots_de_passe import is_expired
from authcps.views.beginning import LONGEST
from delegations.models import Delegation
from viatraj.core.actor import BY_PASSWORD
from viatraj.core.pages import TooManyRequests, kept
from viatraj.core.saving import act
from viatraj.site.views import errors

# Whether the page that was sent had been drawn for somebody: by what it holds itself, whoever is named there.
SESSION, NOBODY = "session", "envoi"
ENDED = "La délégation sous laquelle vous l’avez ouvert a pris fin entre-temps."


def _wanted(request) -> str:
    """The page asked for, with its filters unless they are too many to be kept."""
    whole = request.get_full_path()
    return whole if len(whole) <= LONGEST else request.path


def _left(request) -> str:
    """The page that a form stood on, if it is one of ours."""
    parts = urlsplit(request.headers.get("Referer", ""))
    whole = parts.path + (f"?{parts.query}" if parts.query else "")
    return whole if parts.netloc == request.get_host() and len(whole) <= LONGEST else ""


class Gate(LoginRequiredMiddleware):
    """Refuse unless signed in; then expired password; then charte; then «au nom de».

    The last refuses a form that was made while working for somebody else.
    """

    EXPIRED = "accounts:expired_password"
    FREE = ("authcps:sign_out", "prolonger")
    MEDECIN_PATHS = ("/medecin/", "/delegations/")  # /dossiers/ is of both doors

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return self.handle_no_permission(request, view_func)
        if request.resolver_match.view_name in self.FREE:
            return None
        if "X-Relecture" not in request.headers:  # a page that reloads itself does not count as use
            request.session.touch(timezone.now())
        first = self._first_page(request)
        if first and first != request.resolver_match.view_name:
            if request.method == "GET" or kept(request, view_func):
                request.session["suite"] = _wanted(request)
            return redirect(reverse(first))
        return self._refuse_other_principal(request)

    def handle_no_permission(self, request, view_func):
        door = "authcps:medecin" if request.path.startswith(self.MEDECIN_PATHS) else "accueil"
        said = {"suite": _wanted(request)} if request.method == "GET" else self._lost(request, view_func)
        return redirect(f"{reverse(door)}?{urlencode(said, safe='/')}".rstrip("?"))

    def _lost(self, request, view_func) -> dict:
        """What was sent after the session had ended: nothing of it is done, and the door says so.

        Of a long form it is kept, for its author alone.
        """
        if request.method != "POST" or request.resolver_match.view_name in self.FREE:
            return {}
        if kept(request, view_func):
            return {"garde": "oui", "suite": _wanted(request)}
        left = _left(request)
        lost = SESSION if request.POST.get("au_nom_de") else NOBODY
        return {"perdu": lost, **({"suite": left} if left else {})}

    def process_exception(self, request, exception):
        if isinstance(exception, TooManyRequests):
            return errors.too_many(request, exception.seconds, exception.why)
        return None

    def _first_page(self, request) -> str:
        """The page that must be dealt with before any other."""
        if self._must_renew(request):
            return self.EXPIRED
        return "charte" if self._must_accept(request) else ""

    def _must_renew(self, request) -> bool:
        """Only after a password (MDP-3); somebody working for another person is not interrupted."""
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
        """Note that a form came after its délégation had ended (DEL-4)."""
        received = Delegation.objects.received_by(request.user).select_related("delegant")
        ended = received.filter(pk=request.session["delegation"]).first()
        if ended is None or written_for != str(ended.delegant_id):
            return False
        route = request.resolver_match.view_name
        act(delegations.actions.note_too_late, ended, route=route, by=request.actor)
        return True
