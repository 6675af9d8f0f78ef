"""The médecin traitant: sought in the directory, named; what he answers, one by one or several (DOS-2)."""

from django.contrib import messages
from django.forms import Form
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

import annuaire.reads.search
from annuaire.forms.recherches import RechercheForm
from changements.reads import made_by
from dossiers import actions, policies
from dossiers.forms.traitants import ReponseForm, TraitantForm
from dossiers.models import Dossier
from dossiers.reads import traitants
from dossiers.reads.lignes import Ligne, lignes, ordered, seen, written
from dossiers.reads.traitants import Liste
from dossiers.views.reach import dossier_of
from viatraj.core import searches
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.typography import counted, plural

DIRECTORY = "traitant"  # as `searches` keeps it
AT_MOST = 100


@require_http_methods(["GET", "HEAD", "POST"])
def search(request, numero, cle=""):
    """Médecins of the national directory (ANN-5); posted, and kept under a key."""
    dossier = dossier_of(request, numero)
    policies.name_traitant(request.actor, dossier)
    form = RechercheForm(_sought(request, cle))
    if request.method == "POST" and form.is_valid():
        typed = {name: form.data[name] for name in form.fields if name in form.data}
        return redirect("dossiers:traitant_found", numero, searches.keep(request, DIRECTORY, typed=typed))
    return page(
        request,
        "dossiers/traitant_search.html",
        dossier=dossier,
        current=traitants.current(dossier),
        form=form,
        found=form.results() if form.is_bound and form.is_valid() else None,
        source=annuaire.reads.search.SOURCE,
        as_of=annuaire.reads.search.freshness(),
        base=reverse("dossiers:traitant", args=[numero]),
        after=searches.after(cle),
    )


def _sought(request, cle):
    if request.method == "POST":
        return request.POST
    if not cle:
        return None
    asked = searches.find(request, DIRECTORY, cle)
    if asked is None:
        messages.info(request, searches.GONE)
    return asked and asked["typed"]


@require_http_methods(["GET", "HEAD", "POST"])
def name(request, numero, idnat):
    dossier = dossier_of(request, numero)
    policies.name_traitant(request.actor, dossier)
    medecin = annuaire.reads.search.by_number(idnat)
    if medecin is None:
        return redirect("dossiers:traitant", numero)
    current = traitants.current(dossier)
    seen = current.stamp if current else ""
    form = TraitantForm(posted(request), initial={"seen": seen})
    arguments = {"dossier": dossier, "idnat": idnat, "by": request.actor}
    if submit(form, actions.name_traitant, **arguments):
        messages.success(
            request,
            f"Le dossier désigne {form.result.professionnel.titre}. Sa réponse est attendue.",
        )
        return redirect(dossier)
    return page(
        request,
        "dossiers/traitant_name.html",
        dossier=dossier,
        medecin=medecin,
        current=current,
        form=form,
        seen=seen,
        back=_back(request, numero),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request, numero):
    """A page asks first; what was answered meanwhile is shown in its place."""
    dossier = dossier_of(request, numero)
    policies.name_traitant(request.actor, dossier)
    current = traitants.current(dossier)
    form = TraitantForm(posted(request))
    if submit(form, actions.remove_traitant, dossier=dossier, by=request.actor):
        named = current.professionnel.titre if current else "de médecin traitant"
        messages.success(request, f"Le dossier ne désigne plus {named}.")
        return redirect(dossier)
    if not form.is_bound and (current is None or not current.awaits):
        messages.info(request, "Ce dossier n’attend la réponse d’aucun médecin.")
        return redirect(dossier)
    return page(request, "dossiers/traitant_remove.html", dossier=dossier, current=current, form=form)


def _back(request, numero) -> str:
    came_from = request.GET.get("recherche", "")
    if searches.is_key(came_from):
        return reverse("dossiers:traitant_found", args=[numero, came_from])
    return reverse("dossiers:traitant", args=[numero])


@require_POST
def answer(request, numero):
    """«Accepter», «Je ne suis pas le médecin traitant», «Reprendre»."""
    dossier = dossier_of(request, numero)
    form = ReponseForm(request.POST)
    if not form.is_valid():
        raise Http404
    accepting = form.cleaned_data["reponse"] != ReponseForm.DECLINER
    verb = actions.accept if accepting else actions.decline
    answering = Form({})
    if not submit(answering, verb, dossier=dossier, now=timezone.now(), by=request.actor):
        for sentence in answering.non_field_errors():
            messages.error(request, sentence)
        return redirect(_list(dossier, Liste.HORS_PATIENTELE))
    undo = made_by(request.actor)
    if accepting:
        messages.success(request, f"Le dossier {dossier.numero_affiche} est accepté.", extra_tags=undo)
        return redirect(dossier)
    messages.success(
        request,
        f"Le dossier {dossier.numero_affiche} est hors patientèle. Son auteur en est informé par e-mail.",
        extra_tags=undo,
    )
    return redirect(_list(dossier, Liste.A_ACCEPTER))


def _list(dossier, liste) -> str:
    return f"{reverse('dossiers:index')}?liste={liste}&orientation={dossier.orientation}"


@require_http_methods(["GET", "HEAD", "POST"])
def accept_all(request):
    """Ticked in «À accepter», shown again, where some may be left out."""
    policies.accept_all(request.actor)
    rows, form = _chosen(request), Form(posted(request))
    if rows and submit(form, actions.accept_all, dossiers=rows, now=timezone.now(), by=request.actor):
        accepted = counted(len(rows), "dossier accepté")
        messages.success(request, f"{accepted}.", extra_tags=made_by(request.actor))
        return redirect("dossiers:index")
    if not rows:
        messages.info(request, "Cochez d’abord les dossiers à accepter.")
        return redirect(f"{reverse('dossiers:index')}?liste={Liste.A_ACCEPTER}")
    return page(request, "dossiers/accept.html", form=form, lignes=_rows(request, rows), may_accept=True)


def _chosen(request) -> list[Dossier]:
    """Those that still wait; of the others, the page says how many were left out."""
    said = (request.POST if request.method == "POST" else request.GET).getlist("choix")
    if not all(one.isascii() and one.isdecimal() and len(one) == 8 for one in said):
        raise Http404
    waiting = traitants.listed(request.actor, Liste.A_ACCEPTER).filter(numero__in=said)
    found = list(waiting[:AT_MOST])
    if gone := len(set(said)) - len(found):
        told = plural(gone, "n’attend plus de réponse,n’attendent plus de réponse")
        messages.info(request, f"{counted(gone, 'dossier coché')} {told}.")
    return found


def _rows(request, found: list[Dossier]) -> list[Ligne]:
    """By patient, with who asks."""
    shown = Dossier.objects.named_to(request.actor).filter(pk__in=[one.pk for one in found])
    rows = ordered(seen(shown, request.actor, today=timezone.localdate()), "nom")
    return lignes(written(rows), with_asking=True)
