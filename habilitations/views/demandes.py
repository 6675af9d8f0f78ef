"""The requests that a référent answers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from habilitations import actions, policies
from habilitations.forms.demandes import AccepterForm, AccepterProlongationForm, RefuserForm
from habilitations.models import DemandeHabilitation
from habilitations.profils import PROFILS
from habilitations.views.mes_demandes import lieux_of
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page

A_PAGE = 50


@require_safe
def index(request):
    """Those that wait, the oldest first; `toutes`: the others too."""
    policies.administer(request.actor)
    rows = _visible(request)
    everything = request.GET.get("toutes") == "oui"
    rows = rows.order_by("-asked_at", "-pk") if everything else rows.waiting().order_by("asked_at", "pk")
    return page(
        request,
        "habilitations/demandes/index.html",
        demandes=Paginator(rows.with_lieu().select_related("user"), A_PAGE).get_page(request.GET.get("page")),
        everything=everything,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def show(request, pk):
    """What is asked; a POST accepts it, as it is or changed."""
    policies.administer(request.actor)
    rows = _visible(request).with_lieu().select_related("user", "closed_by", "habilitation", "accorde")
    demande = get_object_or_404(rows, pk=pk)
    policies.answer(request.actor, demande)
    form, typed = _form(request, demande)
    arguments = {
        "demande": demande,
        "today": timezone.localdate(),
        "now": timezone.now(),
        "by": request.actor,
    }
    if submit(form, actions.accept, **typed, **arguments):
        messages.success(request, f"La demande de {demande.user.nom_complet} est acceptée.")
        return redirect("habilitations:demandes")
    return page(request, "habilitations/demandes/show.html", form=form, demande=demande)


@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request, pk):
    policies.administer(request.actor)
    demande = get_object_or_404(_visible(request).with_lieu().select_related("user"), pk=pk)
    policies.answer(request.actor, demande)
    form = RefuserForm(posted(request))
    if submit(form, actions.refuse, demande=demande, now=timezone.now(), by=request.actor):
        messages.success(request, f"La demande de {demande.user.nom_complet} est refusée, avec son motif.")
        return redirect("habilitations:demandes")
    return page(request, "habilitations/demandes/refuse.html", form=form, demande=demande)


def _visible(request):
    """One's own are on one's own page: another référent answers them."""
    return DemandeHabilitation.objects.visible_to(request.actor).known_to_profils().exclude(user=request.user)


def _form(request, demande):
    """And what the form does not ask of a prolongation."""
    if demande.is_prolongation or demande.etablissement_id is None:
        form = AccepterProlongationForm(posted(request), initial={"fin": demande.fin})
        return form, {"profil": demande.le_profil, "lieu": demande.lieu}
    as_asked = {
        "lieu": demande.lieu_key,
        "profil": demande.profil,
        "debut": timezone.localdate(),
        "fin": demande.fin,
    }
    arguments = {"lieux": lieux_of(demande.etablissement), "modules": demande.lieu.modules}
    data = posted(request)
    chosen = PROFILS.get(data.get("profil")) if data else None
    if chosen and (data.get("etape") == "droits" or data.get("droits_de") != chosen.code):
        typed = {name: data.get(name, "") for name in as_asked}  # its rights are shown before it is given
        return AccepterForm(profil=chosen, initial=typed, **arguments), {}
    return AccepterForm(data, profil=chosen or demande.le_profil, initial=as_asked, **arguments), {}
