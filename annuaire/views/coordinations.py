"""A coordination: how it is reached, what it has deployed, where its HAD go."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from annuaire import actions, policies
from annuaire.forms.coordinations import CoordinationForm
from annuaire.models import Coordination
from annuaire.reads import couvertures
from viatraj.core.droits import Droit
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page

MOST = 2**63 - 1


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    coordination = _found(request, pk)
    form = CoordinationForm(posted(request), coordination=coordination)
    if form.is_bound and submit(form, actions.edit_coordination, coordination=coordination, by=request.actor):
        messages.success(request, "La fiche de la coordination est enregistrée.")
        return redirect("annuaire:coordination", coordination.pk)
    may_follow = request.actor.rights.cover(Droit.DEPLOIEMENT, coordination.place, domaine="")
    return page(
        request, "annuaire/coordination.html", form=form, coordination=coordination, may_follow=may_follow
    )


@require_safe
def territoire(request, pk):
    """Which HAD goes to which commune of its département, and those that none reaches."""
    coordination = _found(request, pk)
    if coordination.departement is None:
        raise Http404("Cette coordination n’est rattachée à aucun département.")
    told = couvertures.territoire(coordination.departement)
    return page(
        request,
        "annuaire/territoire.html",
        coordination=coordination,
        territoire=told,
        uncovered=told.uncovered,
    )


def _found(request, pk) -> Coordination:
    policies.fiches(request.actor)
    mine = Coordination.objects.within(request.actor.rights, Droit.STRUCTURE).select_related("departement")
    if pk > MOST:
        raise Http404
    return get_object_or_404(mine, pk=pk)
