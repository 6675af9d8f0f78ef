"""One dossier: created, read, written (DOS-3)."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dossiers import actions, policies
from dossiers.forms.identites import CreateForm
from dossiers.forms.volets import VoletForm
from dossiers.models import Volet
from dossiers.reads import historiques, pieces, traitants
from dossiers.reads.droits import held_on
from dossiers.reads.etats import Etat
from dossiers.reads.lignes import asker
from dossiers.views import doublons
from dossiers.views.reach import dossier_of, orientation_of
from viatraj.core import searches
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.saving import act

LATEST = 20  # lines of history on the dossier's own page


@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    orientation = orientation_of(request)
    policies.create(request.actor, orientation)
    form = CreateForm(posted(request), initial={"orientation": orientation}, actor=request.actor)
    if form.has_scanned():
        again = CreateForm(initial=form.as_read(), actor=request.actor)
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


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request, numero):
    dossier = dossier_of(request, numero)
    suivi = traitants.of(request.actor, dossier)
    if suivi and not suivi.is_answered:
        return _to_answer(request, dossier, suivi)
    forms = _forms(request, _volets(dossier))
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
        suivi=suivi,
        etat=Etat(dossier.etat).label,
        demandeur=asker(dossier),
        droits=held_on(request.actor, dossier) if request.actor.is_acting else [],
        pieces=pieces.count(dossier, actor=request.actor),
        historique=historiques.latest(
            historiques.of(dossier), LATEST, named=historiques.names_shown(request.actor, dossier)
        ),
    )


def _to_answer(request, dossier, suivi):
    """To a médecin traitant who has not accepted it: who the patient is and who asks, no volet."""
    if request.method == "POST":
        policies.look_inside(request.actor, dossier)
    act(actions.read, dossier, by=request.actor)
    return page(request, "dossiers/to_answer.html", dossier=dossier, suivi=suivi)


def _volets(dossier) -> list[Volet]:
    """In the order of a page; each knows the dossier that has been read, and its regard."""
    rows = {volet.kind: volet for volet in dossier.volets.select_related("validated_by").order_by("pk")}
    return [rows[kind] for kind in Volet.Kind if kind in rows]


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
