"""«Liste des Plateformes de Coordination et d’Orientation TND», for everybody (DOS-1)."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.views.decorators.http import require_safe

from annuaire.reads import exercices, plateformes
from viatraj.core.pages import page

A_PAGE = 50


@login_not_required
@require_safe
def index(request):
    found = plateformes.open_ones(departements=_own(request.actor))
    departements = list(plateformes.coordinations(found))
    asked = request.GET.get("departement", "")
    chosen = next((one.pk for one in departements if str(one.pk) == asked), None)
    if chosen:
        found = found.filter(coordination=chosen)
    return page(
        request,
        "site/plateformes_tnd.html",
        plateformes=Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        departements=departements,
        chosen=chosen,
    )


def _own(actor) -> set[str]:
    """The départements where the médecin practises; none for others."""
    return exercices.of(actor.principal) if actor.in_medecin_space else set()
