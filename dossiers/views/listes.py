"""The lists of dossiers (DOS-1)."""

from django.core.paginator import Paginator
from django.views.decorators.http import require_safe

from dossiers import policies
from dossiers.models import Dossier
from dossiers.reads.lignes import COLUMNS, lignes
from dossiers.views.reach import orientation_of
from viatraj.core.droits import Orientation
from viatraj.core.pages import page
from viatraj.core.policies import can

SIZES = (25, 50, 100)


@require_safe
def index(request):
    orientation = orientation_of(request)
    policies.index(request.actor, orientation)
    dossiers = Dossier.objects.visible_to(request.actor).newest_first()
    if orientation:
        dossiers = dossiers.filter(orientation=orientation)
    size = _size(request)
    page_obj = Paginator(dossiers.values_list(*COLUMNS), size).get_page(request.GET.get("page"))
    return page(
        request,
        "dossiers/index.html",
        orientation=orientation,
        orientations=[one for one in Orientation if can(policies.index, request.actor, one)],
        lignes=lignes(page_obj.object_list),
        page_obj=page_obj,
        size=size,
        sizes=SIZES,
    )


def _size(request) -> int:
    asked = request.GET.get("taille", "")
    return next((size for size in SIZES if str(size) == asked), SIZES[0])
