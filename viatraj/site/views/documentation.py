"""Documentation for everybody, before one is in: a page for each thing one does (CON-1, CON-10, DOC-1)."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from annuaire.reads.presentation import LEGENDE
from authcps.navigateurs import known_to_fail
from demandes.etats.familles import FAMILLES, gestes
from habilitations.profils import PROFILS
from viatraj.core.droits import Domaine
from viatraj.core.pages import page
from viatraj.site.aide import ANNUAIRE
from viatraj.site.fiches import FICHES, GROUPS
from viatraj.site.tableaux import BOARDS, compteurs

SANITAIRE = (Domaine.SANITAIRE, Domaine.GRAND_AGE, Domaine.ADMINISTRATION)


@login_not_required
@require_safe
def index(request):
    return page(request, "site/documentation/index.html", groups=GROUPS)


@login_not_required
@require_safe
def fiche(request, slug):
    if slug not in FICHES:
        raise Http404
    return page(
        request,
        FICHES[slug].template,
        fiche=FICHES[slug],
        back=_back(request),
        **_facts(request),
        **_drawn(slug),
    )


def _back(request) -> str:
    """The page that led here; from one fiche to another, the trail of links above is enough."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure()):
        return ""
    parts = urlsplit(came_from)
    if parts.path.startswith(reverse("documentation")):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _drawn(slug: str) -> dict:
    """Of a family of verbs, of a dashboard, or of the ROR, what its table says."""
    if slug == ANNUAIRE:
        return {"legende": LEGENDE}
    if slug in BOARDS:
        return {"compteurs": compteurs(slug)}
    return {"gestes": gestes(slug)} if slug in FAMILLES else {}


def _facts(request) -> dict:
    """Figures of the settings, and what depends on the browser."""
    lifetime = settings.PASSWORD_MAX_AGE_DAYS
    return {
        "code_minutes": int(settings.CODE_LIFETIME.total_seconds()) // 60,
        "trust_hours": int(settings.TRUST_LIFETIME.total_seconds()) // 3600,
        "password_days": lifetime,
        "password_ends": timezone.localdate() + timedelta(days=lifetime) if lifetime else None,
        "notice_days": settings.HABILITATION_NOTICE_DAYS,
        "tries": settings.PASSWORD_TRIES,
        "window": int(settings.PASSWORD_WINDOW.total_seconds()) // 60,
        "undone_hours": settings.ADMISSION_UNDONE_HOURS,
        "check_url": settings.CARD_CHECK_URL,
        "users_url": settings.SUPPORT_USERS_URL,
        "browser": known_to_fail(request.headers.get("User-Agent", "")),
        "profils": [
            (profil, ", ".join(niveau.label.lower() for niveau in profil.niveaux))
            for profil in PROFILS.values()
            if profil.domaine in SANITAIRE
        ],
    }
