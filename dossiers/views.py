"""The dossiers of a médecin's space: lists, creation, search, one dossier and its history (DOS-1, DEL-6)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

import journal.reads
from dossiers import actions, policies
from dossiers.forms import CreateForm, EditIdentiteForm, NumeroForm, PatientForm, VoletForm
from dossiers.models import Dossier
from dossiers.reads.droits import held_on
from dossiers.reads.lignes import COLUMNS, lignes
from journal.forms import HistoireForm
from journal.models import Entry
from viatraj.core import searches
from viatraj.core.droits import Orientation
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import can
from viatraj.core.saving import act

SIZES = (25, 50, 100)
FOUND_AT_MOST = 100
PATIENTS = "patients"  # as `searches` keeps them
LATEST = 20  # lines of history on the dossier's own page


@require_safe
def index(request):
    orientation = _orientation(request)
    policies.index(request.actor, orientation)
    dossiers = Dossier.objects.visible_to(request.actor).newest_first()
    if orientation:
        dossiers = dossiers.filter(orientation=orientation)
    size = _size(request)
    page_obj = Paginator(dossiers.values_list(*COLUMNS), size).get_page(request.GET.get("page"))
    return page(
        request,
        "dossiers/index.html",
        orientation=orientation,
        orientations=[one for one in Orientation if can(policies.index, request.actor, one)],
        lignes=lignes(page_obj.object_list),
        page_obj=page_obj,
        size=size,
        sizes=SIZES,
    )


def _orientation(request) -> str:
    """Asked for in the address; none is all of them."""
    asked = request.GET.get("orientation", "")
    if asked and asked not in Orientation.values:
        raise Http404
    return asked


def _size(request) -> int:
    asked = request.GET.get("taille", "")
    return next((size for size in SIZES if str(size) == asked), SIZES[0])


@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    orientation = _orientation(request)
    policies.create(request.actor, orientation)
    form = CreateForm(posted(request), initial={"orientation": orientation}, actor=request.actor)
    if form.has_scanned():
        again = CreateForm(initial=form.as_read(), actor=request.actor)
        return page(request, "dossiers/create.html", form=again, scanned=form)
    if submit(form, actions.create, by=request.actor):
        messages.success(request, f"Le dossier {form.result.numero_affiche} est créé.")
        return redirect(form.result)
    return page(request, "dossiers/create.html", form=form, scanned=None)


@require_http_methods(["GET", "HEAD", "POST"])
def search(request, cle=""):
    """By number in the address; by name in a POST, kept under a key: no name in an address or a log."""
    policies.index(request.actor)
    if request.method == "POST":
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
        return redirect(dossier)
    form.add_error("numero", "Aucun dossier ne porte ce numéro dans cet espace.")
    return _search_page(request, numero_form=form, form=form, status=404)


def _search_patient(request):
    form = PatientForm(request.POST)
    if not submit(form, actions.search, by=request.actor):
        return _search_page(request, patient_form=form, form=form)
    found = list(form.result.values_list("pk", flat=True)[: FOUND_AT_MOST + 1])
    typed = {name: form.data.get(name, "") for name in form.fields}
    return redirect("dossiers:found", searches.keep(request, PATIENTS, typed=typed, found=found))


def _search_again(request, cle):
    """Those found then, as they are now: nobody else is read, so it is the same search (docs/adr/0039)."""
    asked = searches.find(request, PATIENTS, cle)
    if asked is None:
        messages.info(request, searches.GONE)
        return _search_page(request)
    visible = Dossier.objects.visible_to(request.actor).filter(pk__in=asked["found"][:FOUND_AT_MOST])
    return _search_page(
        request,
        patient_form=PatientForm(initial=asked["typed"]),
        found=lignes(visible.by_patient().values_list(*COLUMNS), after=searches.after(cle)),
        more=len(asked["found"]) > FOUND_AT_MOST,
    )


def _search_page(request, *, numero_form=None, patient_form=None, **context):
    context = {"form": None, "found": None, "more": False} | context
    return page(
        request,
        "dossiers/search.html",
        numero_form=numero_form or NumeroForm(),
        patient_form=patient_form or PatientForm(),
        at_most=FOUND_AT_MOST,
        **context,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request, numero):
    dossier = _dossier(request, numero)
    forms = _forms(request, dossier.volets.select_related("dossier", "validated_by").order_by("kind"))
    sent = next((form for form in forms if form.is_bound), None)
    came_from = request.GET.get("recherche", "")
    if sent and _save(request, sent):
        return redirect(dossier.get_absolute_url() + searches.after(came_from))
    act(actions.read, dossier, by=request.actor)  # a refused form shows the dossier too
    return page(
        request,
        "dossiers/detail.html",
        status=422 if request.method == "POST" and not forms else 200,
        dossier=dossier,
        results=reverse("dossiers:found", args=[came_from]) if searches.is_key(came_from) else "",
        form=sent or next(iter(forms), None),
        forms=forms,
        droits=held_on(request.actor, dossier) if request.actor.is_acting else [],
        histoire=journal.reads.latest(Entry.objects.about(dossier), LATEST),
    )


def _forms(request, volets) -> list[VoletForm]:
    """The sent data go to the form of the volet they name; without a name the first form refuses them."""
    known = {volet.kind: volet for volet in volets}
    sent_to = request.POST.get("volet", "")
    if sent_to not in known:
        sent_to = next(iter(known), "")
    return [
        VoletForm(posted(request) if kind == sent_to else None, volet=volet) for kind, volet in known.items()
    ]


def _save(request, form) -> bool:
    validating = "valider" in request.POST
    verb = actions.validate_volet if validating else actions.edit_volet
    if not submit(form, verb, volet=form.volet, now=timezone.now(), by=request.actor):
        return False
    done = "enregistré et validé" if validating else "enregistré"
    messages.success(request, f"Le {form.volet.get_kind_display()} est {done}.")
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def identite(request, numero):
    dossier = _dossier(request, numero)
    policies.edit_identite(request.actor, dossier)
    form = EditIdentiteForm(posted(request), dossier=dossier)
    if form.has_scanned():
        again = EditIdentiteForm(dossier=dossier, initial=form.as_read())
        return page(request, "dossiers/identite.html", dossier=dossier, form=again, scanned=form)
    if submit(form, actions.edit_identite, dossier=dossier, by=request.actor):
        again = [volet.get_kind_display() for volet in form.result]
        messages.success(request, "L’identité du patient est enregistrée.")
        if again:
            messages.warning(request, f"À valider de nouveau\u00a0: {', '.join(again)}.")
        return redirect(dossier)
    act(actions.read, dossier, by=request.actor)
    return page(request, "dossiers/identite.html", dossier=dossier, form=form, scanned=None)


@require_safe
def history(request, numero):
    """The whole history.

    It shows nothing of the patient, so paging through it is not journalled as a reading.
    """
    dossier = _dossier(request, numero)
    entries = Entry.objects.about(dossier)
    form = HistoireForm(request.GET or None, authors=journal.reads.authors(entries))
    histoire = journal.reads.paged(
        form.apply(entries), size=SIZES[1], number=request.GET.get("page"), fold=form.folds
    )
    return page(request, "dossiers/history.html", dossier=dossier, form=form, histoire=histoire)


def _dossier(request, numero) -> Dossier:
    return get_object_or_404(
        Dossier.objects.visible_to(request.actor).select_related("auteur"), numero=numero
    )
