"""A sheet: read, modified one rubrique at a time, verified; the history of each field (ANN-2, ANN-3)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annuaire import actions, fiches, policies
from annuaire.fiches import Stock
from annuaire.forms.fiches import FicheForm, RetourForm
from annuaire.reads import fermetures, historiques, termes
from annuaire.reads.presentation import Sheet
from annuaire.views.listes import found, head
from viatraj.core.droits import Niveau
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import refusal
from viatraj.core.saving import act

A_PAGE = 25


@require_safe
def show(request, pk, niveau):
    sheet = _sheet(request, niveau, pk)
    return page(
        request,
        f"annuaire/{niveau}.html",
        **_head(request, sheet),
        closed=refusal(policies.open_fiche, sheet.structure),
        may_edit=not refusal(policies.edit_fiche, request.actor, sheet.structure),
        may_close=not refusal(policies.close, request.actor, sheet.structure),
        may_gather=niveau == Niveau.ETABLISSEMENT and not refusal(policies.guichets, request.actor),
        avis=fermetures.avis(sheet.structure),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk, rubrique, niveau):
    sheet = _sheet(request, niveau, pk)
    shape = sheet.rubrique(rubrique)
    if shape is None or not sheet.donnees(shape):
        raise Http404
    policies.edit_fiche(request.actor, sheet.structure)
    offered = termes.offered(sheet.donnees(shape), today=sheet.today)
    form = FicheForm(posted(request), sheet=sheet, rubrique=shape, offered=offered)
    if form.is_bound and submit(
        form, actions.modify, structure=sheet.structure, now=timezone.now(), by=request.actor
    ):
        messages.success(request, "La fiche est enregistrée.")
        return redirect(f"{_address(sheet)}#r-{shape.code}")
    return page(request, "annuaire/edit_fiche.html", **_head(request, sheet), form=form, rubrique=shape)


@require_POST
def verify(request, pk, niveau):
    sheet = _sheet(request, niveau, pk)
    act(actions.verify, sheet.structure, now=timezone.now(), by=request.actor)
    messages.success(request, "La fiche est notée comme vérifiée aujourd’hui.")
    return redirect(_address(sheet))


@require_http_methods(["GET", "HEAD", "POST"])
def history(request, pk, champ, niveau):
    """Before and after, by whom; and back to a former value."""
    sheet = _sheet(request, niveau, pk)
    try:
        donnee = fiches.donnee(niveau, champ)
    except KeyError as error:
        raise Http404 from error
    form = RetourForm(posted(request), sheet=sheet, donnee=donnee)
    if form.is_bound and submit(
        form, actions.modify, structure=sheet.structure, now=timezone.now(), by=request.actor
    ):
        messages.success(request, f"{donnee.label}\u00a0: la valeur choisie est reprise.")
        return redirect(f"{_address(sheet)}#c-{champ}")
    if hasattr(form, "stale"):
        sheet = Sheet(form.stale, today=sheet.today)
    page_obj = Paginator(historiques.of(sheet, donnee), A_PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "annuaire/history.html",
        **_head(request, sheet),
        form=form,
        donnee=donnee,
        reponse=sheet.reponse(donnee),
        page_obj=page_obj,
        changements=historiques.shown(sheet, donnee, list(page_obj.object_list)),
        may_edit=donnee.stock != Stock.LIGNES
        and not refusal(policies.edit_fiche, request.actor, sheet.structure),
    )


def _sheet(request, niveau, pk) -> Sheet:
    return Sheet(found(request, niveau, pk), today=timezone.localdate())


def _address(sheet: Sheet) -> str:
    return reverse(f"annuaire:{sheet.structure.niveau}", args=[sheet.structure.pk])


def _head(request, sheet: Sheet) -> dict:
    """The établissement, its tabs, and the sheet; `niveau` names its pages."""
    structure = sheet.structure
    is_unite = structure.niveau == Niveau.UNITE
    above = structure.etablissement if is_unite else structure
    return {
        **head(request, above, "unites" if is_unite else "etablissement"),
        "sheet": sheet,
        "structure": structure,
        "niveau": structure.niveau.value,
        "region": above.coordination.region,
        "here": _address(sheet),
    }
