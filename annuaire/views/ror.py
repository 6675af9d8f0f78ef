"""An établissement and the ROR: offers joined to units, synchronisation entered and left (ANN-1, ANN-2)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from annuaire import actions, policies
from annuaire.forms.ror import ActivationForm, RapprochementForm
from annuaire.models import Etablissement, Rapprochement, Synchronisation
from annuaire.reads import rapprochements as reads
from annuaire.views.listes import found, head
from viatraj.core.droits import Niveau
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.saving import act
from viatraj.core.typography import counted


@require_http_methods(["GET", "HEAD", "POST"])
def reconcile(request, pk):
    etablissement, site = _described(request, pk)
    propositions, unites = reads.propositions(site, etablissement)
    form = RapprochementForm(posted(request), propositions=propositions, unites=unites)
    if form.is_bound and submit(
        form, actions.reconcile, etablissement=etablissement, now=timezone.now(), by=request.actor
    ):
        messages.success(request, f"{counted(len(form.result), 'réponse enregistrée')}.")
        return redirect("annuaire:rapprochement", pk)
    now = timezone.now()
    return page(
        request,
        "annuaire/rapprochement.html",
        **head(request, etablissement, "synchronisation"),
        form=form,
        ror=site,
        decides=[(one, one.may_be_undone(now)) for one in reads.standing(etablissement)],
        is_ready=etablissement.synchronisation == Synchronisation.RAPPROCHE,
    )


@require_POST
def undo(request, pk, rapprochement):
    etablissement, _ = _described(request, pk)
    rows = Rapprochement.objects.filter(etablissement=etablissement).select_related(
        "etablissement__coordination"
    )
    one = get_object_or_404(rows, pk=rapprochement)
    act(actions.undo_rapprochement, one, now=timezone.now(), by=request.actor)
    messages.success(request, "La décision est défaite.")
    return redirect("annuaire:rapprochement", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request, pk):
    """«Ce qui va changer», field by field; then it does."""
    etablissement, site = _described(request, pk)
    if etablissement.synchronisation != Synchronisation.RAPPROCHE:
        return redirect("annuaire:synchronisation", pk)
    form = ActivationForm(posted(request))
    if form.is_bound and submit(
        form, actions.enter_ror, etablissement=etablissement, now=timezone.now(), by=request.actor
    ):
        changed = counted(form.result, "champ mis") if form.result else "aucun champ mis"
        messages.success(request, f"La mise à jour par le ROR est active\u00a0: {changed} à jour.")
        return redirect("annuaire:synchronisation", pk)
    if form.is_bound:
        etablissement, site = _described(request, pk)
    joined = list(reads.joined(etablissement))
    return page(
        request,
        "annuaire/activation.html",
        **head(request, etablissement, "synchronisation"),
        form=form,
        seen=reads.seen(site, etablissement, joined),
        changements=reads.changes(site, etablissement, joined),
        ror=site,
    )


@require_POST
def leave(request, pk):
    etablissement, _ = _described(request, pk)
    act(actions.leave_ror, etablissement, now=timezone.now(), by=request.actor)
    messages.success(
        request, "La mise à jour par le ROR est arrêtée\u00a0: toutes les données se modifient ici."
    )
    return redirect("annuaire:synchronisation", pk)


def _described(request, pk) -> tuple[Etablissement, reads.SiteRor]:
    """404 when the ROR says nothing of it; 403 for who is at home here and may not decide."""
    etablissement = found(request, Niveau.ETABLISSEMENT, pk)
    policies.reconcile(request.actor, etablissement)
    site = reads.site_of(etablissement)
    if site is None:
        raise Http404
    return etablissement, site
