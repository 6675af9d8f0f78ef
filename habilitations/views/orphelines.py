"""Structures without a valid référent, for their coordination."""

from django.core.paginator import Paginator
from django.utils import timezone
from django.views.decorators.http import require_safe

from habilitations import policies
from habilitations.reads import orphelines
from viatraj.core.pages import page

A_PAGE = 50


@require_safe
def index(request):
    policies.orphans(request.actor)
    rows = orphelines.visible_to(request.actor, today=timezone.localdate())
    rows = rows.select_related("coordination").order_by("coordination__nom", "nom", "pk")
    return page(
        request,
        "habilitations/orphelines.html",
        structures=Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
    )
