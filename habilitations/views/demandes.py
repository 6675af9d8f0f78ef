"""The requests that a référent answers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from changements.reads import made_by
from habilitations import actions, policies
from habilitations.forms.demandes import AccepterForm, AccepterProlongationForm, RefuserForm
from habilitations.models import DemandeHabilitation, Habilitation
from habilitations.profils import PROFILS
from habilitations.reads import demandes
from habilitations.views import reach
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
    today = timezone.localdate()
    deja = demandes.already(demande, on=today)
    form, typed = _form(request, demande, deja)
    arguments = {
        "demande": demande,
        "today": today,
        "now": timezone.now(),
        "by": request.actor,
    }
    if submit(form, actions.accept, **typed, **arguments):
        told = f"La demande de {demande.user.nom_complet} est acceptée."
        messages.success(request, told, extra_tags=made_by(request.actor))
        return redirect("habilitations:demandes")
    reach.remember(request, [demande.user_id])
    context = {"form": form, "demande": demande, "deja": deja, "today": today}
    return page(request, "habilitations/demandes/show.html", **context, **_holds(request, demande, today))


def _holds(request, demande, today) -> dict:
    """What the person has already: here by its rows, elsewhere only that there is some (COM-8)."""
    current = Habilitation.objects.of(demande.user).current(today)
    rows = list(current.visible_to(request.actor).with_lieu().sorted_by("fin"))
    return {"rows": rows, "elsewhere": current.exclude(pk__in=[row.pk for row in rows]).exists()}


@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request, pk):
    policies.administer(request.actor)
    demande = get_object_or_404(_visible(request).with_lieu().select_related("user"), pk=pk)
    policies.answer(request.actor, demande)
    form = RefuserForm(posted(request))
    if submit(form, actions.refuse, demande=demande, now=timezone.now(), by=request.actor):
        told = f"La demande de {demande.user.nom_complet} est refusée, avec son motif."
        messages.success(request, told, extra_tags=made_by(request.actor))
        return redirect("habilitations:demandes")
    return page(request, "habilitations/demandes/refuse.html", form=form, demande=demande)


def _visible(request):
    """One's own are on one's own page: another référent answers them."""
    return DemandeHabilitation.objects.visible_to(request.actor).known_to_profils().exclude(user=request.user)


def _form(request, demande, deja):
    """The form, and what it does not ask: of a prolongation, of what the person holds already.

    One that was drawn before somebody else gave what is asked is read as it was drawn.
    """
    data = posted(request)
    as_it_is = {"profil": demande.le_profil, "lieu": demande.lieu}
    if deja.is_enough and not (data and "fin" in data):
        return Form(data), as_it_is | {"fin": demande.fin}
    may_change = not demande.is_prolongation and demande.etablissement_id is not None
    if not may_change or (deja.habilitation and not (data and "droits_de" in data)):
        return AccepterProlongationForm(data, initial={"fin": demande.fin}), as_it_is
    as_asked = {
        "lieu": demande.lieu_key,
        "profil": demande.profil,
        "debut": timezone.localdate(),
        "fin": demande.fin,
    }
    arguments = {"lieux": lieux_of(demande.etablissement), "modules": demande.lieu.modules}
    chosen = PROFILS.get(data.get("profil")) if data else None
    if chosen and (data.get("etape") == "droits" or data.get("droits_de") != chosen.code):
        typed = {name: data.get(name, "") for name in as_asked}  # its rights are shown before it is given
        return AccepterForm(profil=chosen, initial=typed, **arguments), {}
    return AccepterForm(data, profil=chosen or demande.le_profil, initial=as_asked, **arguments), {}
