"""What somebody asks of his référents: a habilitation, a prolongation; and their answers."""

from django.contrib import messages
from django.db.models import Q, Value
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annuaire.models import Cle, Etablissement, Lieu
from habilitations import actions, policies
from habilitations.forms.demandes import ChercherForm, DemandeHabilitationForm, ProlongationForm
from habilitations.models import DemandeHabilitation, Habilitation
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.periods import add_months
from viatraj.core.saisie import numeros
from viatraj.core.saving import act

FOUND, SHOWN = 30, 50


@require_safe
def index(request):
    policies.ask(request.actor)
    today = timezone.localdate()
    held = Habilitation.objects.of(request.user).current(today).with_lieu().order_by("fin", "pk")
    asked = (
        DemandeHabilitation.objects.of(request.user)
        .known_to_profils()
        .with_lieu()
        .order_by("-asked_at", "-pk")
    )
    return page(
        request,
        "habilitations/demandes/mine.html",
        habilitations=held,
        demandes=asked[:SHOWN],
        today=today,
    )


@require_safe
def choose(request):
    """Where: one's own établissements first, any other by its name or number."""
    policies.ask(request.actor)
    form = ChercherForm(request.GET if "q" in request.GET else None)
    own = Habilitation.objects.of(request.user).living().values("etablissement")
    found = None
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data["q"]
        rows = Etablissement.objects.open()
        rule = Q(cle__contains=Cle(Value(typed))) | Q(finess=numeros.squeezed(typed).zfill(9))
        found = rows.filter(rule).order_by("nom", "pk")[:FOUND]
    return page(
        request,
        "habilitations/demandes/choose.html",
        form=form,
        own=Etablissement.objects.open().filter(pk__in=own).order_by("nom", "pk"),
        found=found,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, pk):
    policies.ask(request.actor)
    etablissement = get_object_or_404(Etablissement.objects.open(), pk=pk)
    today = timezone.localdate()
    form = DemandeHabilitationForm(
        posted(request), lieux=lieux_of(etablissement), initial={"fin": add_months(today, 12)}
    )
    arguments = {"today": today, "now": timezone.now(), "by": request.actor}
    if submit(form, actions.ask, **arguments):
        messages.success(
            request, "Votre demande est transmise à vos référents. Vous recevrez leur réponse par e-mail."
        )
        return redirect("habilitations:mes_demandes")
    return page(request, "habilitations/demandes/ask.html", form=form, etablissement=etablissement)


@require_http_methods(["GET", "HEAD", "POST"])
def prolong(request, pk):
    """From its own page, or in one click from a home, to which it then goes back (`retour`)."""
    policies.ask(request.actor)
    held = Habilitation.objects.of(request.user).living().with_lieu()
    habilitation = get_object_or_404(held, pk=pk)
    today = timezone.localdate()
    form = ProlongationForm(posted(request), initial={"fin": add_months(max(today, habilitation.fin), 12)})
    arguments = {"habilitation": habilitation, "today": today, "now": timezone.now(), "by": request.actor}
    if submit(form, actions.ask_prolongation, **arguments):
        messages.success(
            request, "Votre demande est transmise à vos référents. Vous recevrez leur réponse par e-mail."
        )
        return redirect("accueil" if "retour" in request.POST else "habilitations:mes_demandes")
    return page(request, "habilitations/demandes/prolong.html", form=form, habilitation=habilitation)


@require_POST
def withdraw(request, pk):
    demande = get_object_or_404(DemandeHabilitation.objects.of(request.user), pk=pk)
    state = act(actions.withdraw, demande, now=timezone.now(), by=request.actor).state
    if state == DemandeHabilitation.State.WITHDRAWN:
        messages.success(request, "La demande est retirée.")
    else:
        messages.warning(
            request, "Cette demande avait déjà reçu sa réponse\u00a0: elle ne peut plus être retirée."
        )
    return redirect("habilitations:mes_demandes")


def lieux_of(etablissement) -> dict[str, Lieu]:
    """Itself, its open units and guichets, by the key that forms send."""
    units = etablissement.unites.open().order_by("nom", "pk")
    guichets = etablissement.guichets.filter(closed_at=None).order_by("nom", "pk")
    lieux = [Lieu.of(row) for row in (etablissement, *units, *guichets)]
    return {lieu.key: lieu for lieu in lieux}
