"""Pages for everybody: legal ones, help, what the service is for (CON-1)."""

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import chartes
from viatraj.core.addresses import address
from viatraj.espaces.menus import links
from viatraj.espaces.support import of
from viatraj.site import plan

STATEMENT_OF = date(2026, 11, 21)  # the accessibility statement was last checked on that day
DOORS = (
    ("Connexion des médecins libéraux", "authcps:medecin"),
    ("Connexion des professionnels en établissement", "authcps:professionnel"),
)


@login_not_required
@require_safe
def accessibility(request):
    return _legal(request, "accessibilite", stated_on=STATEMENT_OF)


@login_not_required
@require_safe
def legal_notice(request):
    return _legal(request, "mentions_legales")


@login_not_required
@require_safe
def personal_data(request):
    return _legal(request, "donnees_personnelles")


@login_not_required
@require_safe
def charte(request):
    return _legal(request, "charte", charte=chartes.current(timezone.localdate()))


@login_not_required
@require_safe
def site_map(request):
    return _legal(request, "plan_du_site", sections=plan.sections())


@login_not_required
@require_safe
def support(request):
    request.supports = of(request.actor, today=timezone.localdate())
    return _legal(request, "assistance", forgotten=address("accounts:forgotten"))


@login_not_required
@require_safe
def about(request):
    return _legal(request, "en_savoir_plus", doors=links(DOORS))


def _legal(request, name, **context):
    context |= {
        "publisher": settings.PUBLISHER,
        "hosting": settings.HOSTING,
        "project_email": settings.SUPPORT_PROJECT_EMAIL,
        "users_url": settings.SUPPORT_USERS_URL,
        "site_url": settings.SITE_URL,
    }
    return render(request, f"site/legal/{name}.html", context)
