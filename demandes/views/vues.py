"""Views of a dashboard that a person keeps: created from it, listed, changed, removed, opened (DOS-4)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demandes import actions, policies
from demandes.forms.vues import VueForm
from demandes.handicap.suivis import Suivi
from demandes.models import VueEnregistree
from demandes.reads import vues as reads
from demandes.reads.tableaux.pages import Choix, Tableaux
from demandes.tableaux import Tableau
from demandes.views.reach import board_of
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.saving import act


@require_safe
def index(request):
    """Of all dashboards, those whose right has gone as well: they may be removed."""
    policies.own_views(request.actor)
    rows = [
        (one, reads.board_label(one), reads.refusal(one, request.actor)) for one in reads.mine(request.actor)
    ]
    return page(request, "tableaux/vues.html", vues=rows)


@require_http_methods(["GET", "HEAD", "POST"])
def save(request, code):
    """What the address has chosen, as the dashboard shows it."""
    tableau, choix = board_of(request, code), Choix.of(request.GET)
    if isinstance(tableau, Suivi):
        choix = Choix(vue=tableau.vue(choix.vue).code)
    else:
        choix = Tableaux(tableau, request.actor, choix, now=timezone.now()).choix
    form = VueForm(posted(request))
    if submit(form, actions.save_view, tableau=tableau, choix=choix, by=request.actor):
        messages.success(request, "La vue est enregistrée.")
        return redirect(f"{reverse('tableaux:tableau', args=[code])}{choix.address()}")
    known = {"vue": tableau.vue(choix.vue), "has_more": isinstance(tableau, Tableau)}
    return page(request, "tableaux/vue_save.html", form=form, tableau=tableau, here=choix.address(), **known)


@require_safe
def show(request, pk):
    """Its dashboard, as it was chosen; a sentence where rights have changed since."""
    row = _found(request, pk)
    if why := reads.refusal(row, request.actor):
        return page(request, "tableaux/vue_lost.html", status=409, vue=row, why=why)
    return redirect(f"{reverse('tableaux:tableau', args=[row.tableau])}{reads.choix(row).address()}")


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    row = _found(request, pk)
    form = VueForm(posted(request), initial={"titre": row.titre, "defaut": row.defaut})
    if submit(form, actions.change_view, row=row, by=request.actor):
        messages.success(request, "La vue est enregistrée.")
        return redirect("tableaux:vues")
    return page(request, "tableaux/vue_edit.html", form=form, vue=row)


@require_POST
def remove(request, pk):
    act(actions.remove_view, _found(request, pk), by=request.actor)
    messages.success(request, "La vue est supprimée.")
    return redirect("tableaux:vues")


def _found(request, pk) -> VueEnregistree:
    policies.own_views(request.actor)
    return get_object_or_404(VueEnregistree.objects.of(request.actor.user.pk), pk=int(pk))
