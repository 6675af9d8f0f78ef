"""Runs of the ROR: what each brought, what was refused and why; one of them by établissement (ANN-7)."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from annuaire import policies
from annuaire.models import Releve
from annuaire.reads import releves as reads
from viatraj.core.droits import Droit, Mode
from viatraj.core.pages import page

A_PAGE = 25


@require_safe
def index(request):
    policies.follow(request.actor)
    found = Paginator(reads.releves(), A_PAGE).get_page(request.GET.get("page"))
    found.object_list = reads.passages(list(found.object_list))
    return page(request, "annuaire/releves.html", releves=found)


@require_safe
def show(request, pk):
    policies.follow(request.actor)
    releve = get_object_or_404(reads.releves(), pk=pk)
    after = request.GET.get("apres", "")[:9]
    lignes, following = reads.lignes(request.actor, releve, after)
    rights = request.actor.rights
    return page(
        request,
        "annuaire/releve.html",
        passage=reads.passages([releve])[0],
        avance=reads.progress(releve) if releve.etat == Releve.Etat.EN_COURS else None,
        lignes=[
            (
                one,
                one.etablissement is not None
                and rights.cover(Droit.STRUCTURE, one.etablissement.place, domaine="", mode=Mode.OUI),
            )
            for one in lignes
        ],
        following=following,
        is_later="apres" in request.GET,
    )
