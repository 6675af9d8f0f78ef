"""«Comptes et habilitations»: where a référent's day begins (COM-2)."""

from django.views.decorators.http import require_safe

from habilitations import policies
from viatraj.core.pages import page


@require_safe
def index(request):
    policies.administer(request.actor)
    return page(request, "habilitations/comptes.html")
