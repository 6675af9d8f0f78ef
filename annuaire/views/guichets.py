"""Guichets uniques: the list, one, its creation and its update (ANN-4)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from annuaire import actions, attaches, policies
from annuaire.forms.guichets import GuichetForm
from annuaire.models import Coordination, Etablissement, Guichet, Lieu
from annuaire.reads import guichets as reads
from viatraj.core.droits import Droit, Niveau
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import can

A_PAGE = 50
OWNERS = {Niveau.ETABLISSEMENT: Etablissement, Niveau.COORDINATION: Coordination}


@require_safe
def index(request):
    policies.guichets(request.actor)
    return page(
        request,
        "annuaire/guichets.html",
        guichets=Paginator(reads.visible_to(request.actor), A_PAGE).get_page(request.GET.get("page")),
        coordinations=reads.coordinations(request.actor),
    )


@require_safe
def show(request, pk):
    guichet = _found(request, pk)
    return page(
        request,
        "annuaire/guichet.html",
        guichet=guichet,
        lieu=Lieu.of(guichet),
        unites=[Lieu.of(one) for one in reads.unites(guichet)],
        repondent=attaches.answering(guichet, today=timezone.localdate()),
        may_edit=can(policies.edit_guichet, request.actor, guichet),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def create(request, niveau, pk):
    """Of an établissement, or of a coordination across several."""
    if niveau not in OWNERS:
        raise Http404
    rows = OWNERS[niveau].objects.within(request.actor.rights, Droit.GUICHET)
    of = get_object_or_404(rows, pk=pk)
    inside = isinstance(of, Etablissement)
    guichet = Guichet(etablissement=of if inside else None, coordination=of.coordination if inside else of)
    policies.edit_guichet(request.actor, guichet)
    form = GuichetForm(posted(request), guichet=guichet)
    if submit(form, actions.create_guichet, of=of, by=request.actor):
        messages.success(request, f"Le guichet «\u00a0{form.result}\u00a0» est créé.")
        return redirect("annuaire:guichet", form.result.pk)
    return page(request, "annuaire/edit_guichet.html", form=form, guichet=guichet, of=of)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    guichet = _found(request, pk)
    policies.edit_guichet(request.actor, guichet)
    form = GuichetForm(posted(request), guichet=guichet, initial=reads.shown(guichet))
    if submit(form, actions.update_guichet, guichet=guichet, by=request.actor):
        messages.success(request, "Le guichet est enregistré.")
        return redirect("annuaire:guichet", pk)
    theirs = reads.told(form.stale) if hasattr(form, "stale") else ()
    return page(request, "annuaire/edit_guichet.html", form=form, guichet=guichet, theirs=theirs)


def _found(request, pk) -> Guichet:
    """Closed ones too: they stay at their address."""
    return get_object_or_404(reads.visible_to(request.actor), pk=pk)
