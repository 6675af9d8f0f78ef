"""What others follow of statistics: monthly orders that stopped, how true the store is (OBS-3, OBS-4)."""

from django.core.paginator import Paginator
from django.utils import timezone
from django.views.decorators.http import require_safe

from observatoire import policies
from observatoire.reads import arrets, magasin
from viatraj.core.pages import page

A_PAGE = 50


@require_safe
def stopped(request):
    policies.stopped(request.actor)
    rows = arrets.visible_to(request.actor, today=timezone.localdate())
    found = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, arrets.titre(one.rapport)) for one in found.object_list]
    return page(request, "observatoire/stopped.html", modeles=found, rows=rows)


@require_safe
def releves(request):
    policies.follow_store(request.actor)
    found = Paginator(magasin.runs(), A_PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "observatoire/releves.html",
        releves=found,
        lignes=[magasin.Ligne(one) for one in found.object_list],
        last=magasin.last(),
    )
