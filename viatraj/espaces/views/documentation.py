"""Documentation for everybody, before one is in: signing in, setting up the card (CON-1, CON-10)."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe

from authcps.navigateurs import known_to_fail
from viatraj.core.pages import page


@login_not_required
@require_safe
def sign_in(request):
    return page(
        request,
        "espaces/documentation/se_connecter.html",
        code_minutes=int(settings.CODE_LIFETIME.total_seconds()) // 60,
        trust_hours=int(settings.TRUST_LIFETIME.total_seconds()) // 3600,
    )


@login_not_required
@require_safe
def card(request):
    browser = known_to_fail(request.headers.get("User-Agent", ""))
    known = {"check_url": settings.CARD_CHECK_URL, "browser": browser}
    return page(request, "espaces/documentation/parametrer_ma_carte.html", **known)


@login_not_required
@require_safe
def to_assistant(request):
    return page(request, "espaces/documentation/deleguer_assistant.html")


@login_not_required
@require_safe
def to_confrere(request):
    return page(request, "espaces/documentation/deleguer_confrere.html")
