"""One dossier: created, read (DOS-3)."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from dossiers import actions, policies
from dossiers.forms.identites import CreateForm
from dossiers.reads import historiques, traitants
from dossiers.reads.droits import held_on
from dossiers.reads.lignes import asker
from dossiers.reads.reponses import lignes
from dossiers.views import doublons
from dossiers.views.reach import dossier_of, orientation_of
from viatraj.core import searches
from viatraj.core.forms import posted, submit
from viatraj.core.pages import opens, page
from viatraj.core.saving import act

LATEST = 20  # lines of history on the dossier's own page


@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    orientation = orientation_of(request)
    policies.create(request.actor, orientation)
    known = {"actor": request.actor, "today": timezone.localdate()}
    form = CreateForm(posted(request), initial={"orientation": orientation}, **known)
    if form.has_scanned():
        again = CreateForm(initial=form.as_read(), **known)
        return page(request, "dossiers/create.html", form=again, scanned=form, doublons=None)
    if found := doublons.to_show(request, form, but=Q(cle=_key(form))):
        return page(request, "dossiers/create.html", form=form, scanned=None, doublons=found)
    if submit(form, actions.create, by=request.actor):
        messages.success(request, f"Le dossier {form.result.numero_affiche} est créé.")
        return redirect(form.result)
    return page(request, "dossiers/create.html", form=form, scanned=None, doublons=None)


def _key(form):
    """Of a form that is sent twice, the dossier that it has made already is no other one."""
    return form.cleaned_data["cle"] if form.is_valid() else None


@require_safe
def detail(request, numero):
    dossier = dossier_of(request, numero)
    suivi = traitants.of(request.actor, dossier)
    # The count of the bell is read with the session: without any, nothing is to be marked.
    told = opens(request) and request.session.beside.get("unread")
    act(actions.read, dossier, seen_at=timezone.now() if told else None, by=request.actor)
    if suivi and not suivi.is_answered:  # who the patient is and who asks, no volet
        return page(request, "dossiers/to_answer.html", dossier=dossier, suivi=suivi)
    shown = lignes(request.actor, dossier, now=timezone.now())
    came_from = request.GET.get("recherche", "")
    return page(
        request,
        "dossiers/detail.html",
        dossier=dossier,
        results=reverse("dossiers:found", args=[came_from]) if searches.is_key(came_from) else "",
        suivi=suivi,
        etat=dossier.get_etat_display(),
        demandeur=asker(dossier),
        lignes=shown,
        droits=held_on(request.actor, dossier) if request.actor.is_acting else [],
        pieces=sum(one.pieces for one in shown),
        historique=historiques.latest(
            historiques.seen_by(request.actor, dossier),
            LATEST,
            named=historiques.names_shown(request.actor, dossier),
        ),
    )
