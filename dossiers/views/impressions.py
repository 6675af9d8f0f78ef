"""A dossier on paper: a page to be printed, and the national form of Grand Âge as a PDF (DOS-3, DOS-5)."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dossiers import actions, policies
from dossiers.natures import Kind
from dossiers.reads import cerfa, impressions
from dossiers.views.reach import dossier_of
from viatraj.core.pages import page
from viatraj.core.saving import act


@require_safe
def print_dossier(request, numero):
    dossier = dossier_of(request, numero)
    policies.print_dossier(request.actor, dossier)
    volets = impressions.volets_of(request.actor, dossier)
    act(actions.print_dossier, dossier, volets=[one.label for one in volets if one.mode], by=request.actor)
    return page(
        request,
        "dossiers/print.html",
        dossier=dossier,
        volets=volets,
        pieces=[
            (Kind(kind).label, names) for kind, names in impressions.pieces_of(request.actor, dossier).items()
        ],
        printed_by=impressions.printed_by(request.actor),
        printed_at=timezone.now(),
    )


@require_safe
def download(request, numero):
    """Its name says the number, and nobody's."""
    dossier = dossier_of(request, numero)
    policies.download(request.actor, dossier)
    demande = impressions.demande(request.actor, dossier, now=timezone.now())
    content = cerfa.pdf(demande)
    labels = [Kind(kind).label for kind in demande.volets]
    act(actions.download, dossier, volets=labels, by=request.actor)
    attached = f'attachment; filename="dossier-{dossier.numero}.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": attached})
