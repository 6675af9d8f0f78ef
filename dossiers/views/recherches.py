"""A dossier by its number, a patient by his name (DOS-1)."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dossiers import actions, policies
from dossiers.actions.dossiers import FOUND_AT_MOST
from dossiers.forms.recherches import NumeroForm, PatientForm
from dossiers.models import Dossier
from dossiers.reads.lignes import lignes, ordered, seen, written
from dossiers.views.reach import orientation_of
from viatraj.core import searches
from viatraj.core.forms import submit
from viatraj.core.pages import page
from viatraj.core.policies import can

PATIENTS = "patients"  # as `searches` keeps them


@require_http_methods(["GET", "HEAD", "POST"])
def search(request, cle=""):
    """By number in the address; by name in a POST, kept under a key: no name in an address or a log."""
    policies.index(request.actor)
    if request.method == "POST":
        policies.search(request.actor)
        return _search_patient(request)
    if "numero" in request.GET:
        return _search_numero(request)
    return _search_again(request, cle) if cle else _search_page(request)


def _search_numero(request):
    form = NumeroForm(request.GET)
    if not form.is_valid():
        return _search_page(request, numero_form=form, form=form)
    visible = Dossier.objects.visible_to(request.actor)
    if dossier := visible.filter(numero=form.cleaned_data["numero"]).first():
        _tell_other_orientation(request, dossier)
        return redirect(dossier)
    form.add_error("numero", "Aucun dossier ne porte ce numéro parmi ceux que vous pouvez consulter.")
    return _search_page(request, numero_form=form, form=form, status=404)


def _tell_other_orientation(request, dossier):
    """Sought from the block of one orientation, found in another: a number is of one dossier only."""
    if orientation_of(request) not in ("", dossier.orientation):
        messages.info(request, f"Ce dossier relève de «\u00a0{dossier.get_orientation_display()}\u00a0».")


def _search_patient(request):
    form = PatientForm(request.POST)
    if not submit(form, actions.search, by=request.actor):
        return _search_page(request, patient_form=form, form=form)
    typed = {name: form.data.get(name, "") for name in form.fields}
    return redirect("dossiers:found", searches.keep(request, PATIENTS, typed=typed, found=form.result))


def _search_again(request, cle):
    """Those found then, as they are now: nobody else is read, so it is the same search (docs/adr/0039)."""
    asked = searches.find(request, PATIENTS, cle)
    if asked is None:
        messages.info(request, searches.GONE)
        return _search_page(request)
    known = Dossier.objects.named_to(request.actor).filter(pk__in=asked["found"][:FOUND_AT_MOST])
    rows = ordered(seen(known, request.actor, today=timezone.localdate()), "nom")
    return _search_page(
        request,
        patient_form=PatientForm(initial=asked["typed"]),
        found=lignes(
            written(rows), after=searches.after(cle), with_asking=not request.actor.in_medecin_space
        ),
        more=len(asked["found"]) > FOUND_AT_MOST,
    )


def _search_page(request, *, numero_form=None, patient_form=None, **context):
    context = {"form": None, "found": None, "more": False} | context
    return page(
        request,
        "dossiers/search.html",
        numero_form=numero_form or NumeroForm(),
        patient_form=(patient_form or PatientForm()) if can(policies.search, request.actor) else None,
        at_most=FOUND_AT_MOST,
        with_asking=not request.actor.in_medecin_space,
        **context,
    )
