"""«Consulter»: one's own orders, their files for ten days (OBS-1, OBS-4, OBS-5)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from observatoire import actions, policies
from observatoire.models import Commande, Format
from observatoire.reads import commandes as reads
from observatoire.views.commander import MAKE
from observatoire.views.reach import addresses
from viatraj.core import csv_list, waking, workbook
from viatraj.core.pages import page
from viatraj.core.policies import can
from viatraj.core.saving import act

A_PAGE = 20
TYPES = {one: workbook.TYPE if one == Format.XLSX else csv_list.TYPE for one in Format}
SAFELY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@require_safe
def index(request):
    policies.consult(request.actor)
    choix = reads.Choix.of(request.GET)
    found = Paginator(reads.mine(request.actor, choix), A_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    return page(
        request,
        "observatoire/orders.html",
        commandes=found,
        lignes=reads.lignes(found.object_list, request.actor, today),
        choix=choix,
        rapports=reads.ordered(request.actor),
        etats=reads.ETATS,
        at_work=any(one.is_at_work for one in found.object_list),
        groupes=addresses(reads.groupes(request.actor)),
    )


@require_safe
def fetch(request, pk):
    """Somebody else's, gone, or of a right that has ended: as if there were none."""
    commande, today = _found(request, pk), timezone.localdate()
    if not can(policies.fetch, request.actor, commande, today):
        raise Http404
    try:
        held = act(actions.read_file, commande, today=today, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("observatoire:consulter")
    named = {
        "Content-Disposition": f'attachment; filename="{commande.download_name}"',
        "Content-Length": str(commande.taille),
    }
    return StreamingHttpResponse(held, content_type=TYPES[Format(commande.format)], headers=SAFELY | named)


@require_POST
def cancel(request, pk):
    act(actions.cancel, _found(request, pk), by=request.actor)
    messages.success(request, "La commande est annulée.")
    return redirect("observatoire:consulter")


@require_POST
def retry(request, pk):
    commande = _found(request, pk)
    act(actions.retry, commande, now=timezone.now(), by=request.actor)
    waking.wake(MAKE, commande.pk)
    messages.success(request, "La commande est relancée.")
    return redirect("observatoire:consulter")


def _found(request, pk) -> Commande:
    policies.consult(request.actor)
    return get_object_or_404(Commande.objects.visible_to(request.actor), pk=int(pk))
