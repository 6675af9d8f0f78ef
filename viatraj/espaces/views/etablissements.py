"""The tab «Habilitations» of an établissement's sheet: the directory knows nothing of them (ANN-3, ANN-6)."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_safe

import habilitations.policies
from annuaire.views.listes import found, head
from habilitations.reads.revue import Choix, NotVisible, Revue
from viatraj.core.droits import Niveau
from viatraj.core.pages import page

A_PAGE = 50


@require_safe
def people(request, pk):
    etablissement = found(request, Niveau.ETABLISSEMENT, pk)
    habilitations.policies.administer(request.actor)
    today = timezone.localdate()
    asked = {"coordination": str(etablissement.coordination_id), "structure": str(etablissement.pk)}
    try:
        revue = Revue(request.actor, Choix(**asked), today=today)
    except NotVisible as error:
        raise Http404 from error
    page_obj = Paginator(revue.pks(), A_PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "espaces/etablissement_habilitations.html",
        **head(request, etablissement, "habilitations"),
        page_obj=page_obj,
        rows=revue.shown(page_obj.object_list),
        revue=urlencode(asked),
        today=today,
    )
