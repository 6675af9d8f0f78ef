"""One demande: read by both sides, and each verb of its table."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from demandes import actions, etats, policies
from demandes.etats import Verbe
from demandes.forms.verbes import VerbeForm
from demandes.reads import fil
from demandes.views.reach import demande_of
from dossiers.models import Dossier
from viatraj.core.forms import posted, submit
from viatraj.core.pages import opens, page
from viatraj.core.saving import act


@require_safe
def detail(request, pk):
    demande, now = demande_of(request, pk), timezone.now()
    fresh = act(actions.read, demande, opens=opens(request), now=now, by=request.actor)
    if fresh is not demande:
        demande = demande_of(request, pk)
    label, tone, icon = fil.chip(demande.etat)
    return page(
        request,
        "demandes/detail.html",
        demande=demande,
        dossier=demande.dossier,
        etat={"label": label, "tone": tone, "icon": icon},
        gestes=fil.gestes(request.actor, demande.vue, now=now),
        pas=fil.pas(demande.vue, named=demande.nominatif),
        rang=fil.rank(demande.vue),
        lit=Dossier.objects.visible_to(request.actor).filter(pk=demande.dossier_id).exists(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request, pk, verbe):
    demande, now = demande_of(request, pk), timezone.now()
    if verbe not in Verbe.values:
        raise Http404
    cote = _cote(request, demande, verbe, now)
    acte = etats.acte(demande.module, verbe, cote)
    if request.method != "POST":
        policies.act(request.actor, demande, verbe, cote)
        if why := policies.refusal(demande, verbe, cote, now=now):
            messages.info(request, why)
            return redirect("demandes:detail", pk)
    form = VerbeForm(posted(request), acte=acte, demande=demande)
    known = {"demande": demande, "verbe": verbe, "cote": cote, "now": now, "by": request.actor}
    if submit(form, actions.perform, **known):
        messages.success(request, f"{fil.FAITS[acte.verbe]}.")
        if acte.verbe == Verbe.RETIRER:
            return redirect("demandes:send", demande.dossier.numero)
        return redirect("demandes:detail", pk)
    return page(
        request, "demandes/apply.html", demande=demande, acte=acte, form=form, danger=verbe in fil.DANGERS
    )


def _cote(request, demande, verbe, now):
    """The side on which he may do it now; else one of his, where the refusal says why."""
    if offered := fil.geste(request.actor, demande.vue, verbe, now=now):
        return offered.cote
    table = etats.TABLES[demande.module]
    for cote in demande.vue.cotes:
        if (verbe, cote) in table:
            return cote
    raise Http404
