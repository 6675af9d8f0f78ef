"""«Mes délégations»: what a médecin lends (DEL-1, DEL-3, DEL-4)."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import annuaire.reads.search
import journal.reads
from accounts.models import Identite
from annuaire.forms.recherches import RechercheForm
from delegations import actions, policies, reads, rights
from delegations.forms import ConfrereForm, ModifyForm
from delegations.models import Delegation
from delegations.views import assistants
from journal.forms import HistoireForm
from journal.models import Entry
from viatraj.core import searches
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.periods import add_months
from viatraj.core.saving import act

DIRECTORY = "annuaire"  # as `searches` keeps it
HISTORY = 50


@require_safe
def index(request):
    policies.own_delegations(request.actor)
    today = timezone.localdate()
    current = reads.granted(request.actor, on=today)
    return page(
        request,
        "delegations/index.html",
        medecins=[row for row in current if row.is_confrere],
        assistants=[(row, rights.label(rights.lent(row))) for row in current if not row.is_confrere],
        today=today,
    )


@require_safe
def history(request, kind):
    """«Afficher l’historique»: the délégations that are over, and every verb on all of them."""
    policies.own_delegations(request.actor)
    granted, today = _granted(request).filter(kind=kind), timezone.localdate()
    entries = Entry.objects.about_any(granted)
    form = HistoireForm(request.GET or None, authors=journal.reads.authors(entries), genres={})
    histoire = journal.reads.paged(form.apply(entries), size=HISTORY, number=request.GET.get("page"))
    return page(
        request,
        "delegations/history.html",
        kind=kind,
        past=granted.past(today).order_by("-fin", "-pk")[:200],
        form=form,
        histoire=histoire,
        today=today,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def search(request, cle=""):
    """Médecins of the national directory (ANN-5): by nom, and code postal or commune if one likes.

    Posted, and kept under a key; an address with `?nom=` is understood too.
    """
    policies.grant(request.actor)
    form = RechercheForm(_sought(request, cle))
    if request.method == "POST" and form.is_valid():
        typed = {name: form.data[name] for name in form.fields if name in form.data}
        return redirect("delegations:found", searches.keep(request, DIRECTORY, typed=typed))
    found = form.results(exclude=_own_numbers(request.actor.user)) if form.is_valid() else None
    context = {"source": annuaire.reads.search.SOURCE, "as_of": annuaire.reads.search.freshness()}
    context |= {"base": reverse("delegations:search"), "after": searches.after(cle)}
    return page(request, "delegations/search.html", form=form, found=found, **context)


def _sought(request, cle):
    if request.method == "POST":
        return request.POST
    if not cle:
        return request.GET if "nom" in request.GET else None
    asked = searches.find(request, DIRECTORY, cle)
    if asked is None:
        messages.info(request, searches.GONE)
    return asked and asked["typed"]


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request, idnat):
    policies.grant(request.actor)
    came_from = request.GET.get("recherche", "")
    back = reverse("delegations:search")
    if searches.is_key(came_from):
        back = reverse("delegations:found", args=[came_from])
    confrere = annuaire.reads.search.by_number(idnat)
    if confrere is None or idnat in _own_numbers(request.actor.user):
        return redirect(back)
    today = timezone.localdate()
    month = {"debut": today, "fin": add_months(today, 1) - timedelta(days=1)}
    has_account = Identite.objects.filter(idnat=idnat, ended_at=None, user__disabled_at=None).exists()
    form = ConfrereForm(posted(request), initial=month, has_account=has_account)
    arguments = {"idnat": idnat, "today": today, "now": timezone.now(), "by": request.actor}
    if submit(form, actions.grant_confrere, **arguments):
        messages.success(
            request,
            f"Délégation proposée par e-mail au {form.result.titre}. Elle prendra effet après acceptation.",
        )
        return redirect("delegations:index")
    return page(request, "delegations/grant.html", form=form, confrere=confrere, back=back)


@require_safe
def show(request, pk):
    """«Droits»: what this délégation lends (DEL-4)."""
    policies.own_delegations(request.actor)
    delegation = get_object_or_404(_granted(request).prefetch_related("droits"), pk=pk)
    context = {"delegation": delegation, "today": timezone.localdate()}
    if delegation.is_confrere:
        return page(request, "delegations/show.html", **context)
    return page(
        request, "delegations/show_assistant.html", lent=rights.table(rights.lent(delegation)), **context
    )


@require_http_methods(["GET", "HEAD", "POST"])
def modify(request, pk):
    policies.own_delegations(request.actor)
    delegation = get_object_or_404(_granted(request), pk=pk)
    policies.modify(request.actor, delegation)
    if not delegation.is_confrere:
        return assistants.modify(request, delegation)
    as_read = {"debut": delegation.debut, "fin": delegation.fin, "version": delegation.version}
    form = ModifyForm(posted(request), initial=as_read)
    arguments = {"today": timezone.localdate(), "now": timezone.now(), "by": request.actor}
    if submit(form, actions.modify, delegation=delegation, **arguments):
        messages.success(request, assistants.modified(delegation, form.result))
        return redirect("delegations:index")
    return page(request, "delegations/modify.html", form=form, delegation=delegation)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request, pk):
    policies.own_delegations(request.actor)
    delegation = get_object_or_404(_granted(request), pk=pk)
    if request.method == "POST":
        act(actions.revoke, delegation, now=timezone.now(), by=request.actor)
        messages.success(request, f"La délégation {delegation.du_titre} est supprimée, avec effet immédiat.")
        return redirect("delegations:index")
    return page(request, "delegations/revoke.html", delegation=delegation)


@require_POST
def resend(request, pk):
    policies.own_delegations(request.actor)
    delegation = get_object_or_404(_granted(request), pk=pk)
    if act(actions.resend, delegation, now=timezone.now(), by=request.actor):
        messages.success(
            request,
            f"Une nouvelle invitation part à l’adresse {delegation.du_titre}, valable 30 jours. "
            "Le lien de la précédente n’est plus valable.",
        )
    else:
        messages.info(
            request,
            f"Une invitation est déjà partie à l’adresse {delegation.du_titre} il y a moins d’une heure. "
            "Laissez-lui le temps d’arriver\u00a0; demandez de vérifier aussi le courrier indésirable.",
        )
    return redirect("delegations:index")


def _granted(request):
    return Delegation.objects.visible_to(request.actor).granted_by(request.actor.user)


def _own_numbers(user) -> list[str]:
    return list(user.identites.filter(ended_at=None).values_list("idnat", flat=True))
