"""`/robots.txt`: robots read what is written for everybody, and nothing else."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

# A whole branch; without a slash at its end, that page alone.
OPEN = (
    "annuaire:publique",
    "annuaire:former",  # leads to the page of today
    "documentation",
    "en_savoir_plus",
    "plateformes_tnd",
    "accessibilite",
    "mentions_legales",
    "donnees_personnelles",
    "charte_publique",
    "plan_du_site",
    "assistance",
)
SHUT = ("annuaire:export_csv", "annuaire:export_json")  # whole files: for whoever asks for them


@login_not_required
@require_safe
def show(request):
    """The longest rule that fits wins (RFC 9309)."""
    lines = ["User-agent: *", "Disallow: /", f"Allow: {reverse('accueil')}$", "Allow: /static/"]
    lines += [f"Allow: {reverse(name)}" for name in OPEN]
    lines += [f"Disallow: {reverse(name)}" for name in SHUT]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
