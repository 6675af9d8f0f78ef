"""«Comptes et habilitations»: find somebody, see what he holds here (COM-2, COM-8)."""

import time
import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

import journal.reads
from accounts import attaches, limits
from accounts import policies as account_policies
from accounts.models import ChangementAdresse
from habilitations import actions, policies, rights
from habilitations.forms.comptes import RechercheForm
from habilitations.models import Habilitation
from habilitations.reads import a_faire, explications, historique, search
from habilitations.views import panier, reach
from viatraj.core import searches
from viatraj.core.actor import Means
from viatraj.core.pages import TooManyRequests, page
from viatraj.core.policies import can, refusal
from viatraj.core.saisie import noms
from viatraj.core.saving import act

HISTORY = 50
GIVEN = 100
SEARCH = "comptes"  # as `searches` keeps it


@require_http_methods(["GET", "HEAD", "POST"])
def index(request, cle=""):
    """What is typed is a name or an address: posted, then kept under a key (docs/adr/0039)."""
    policies.administer(request.actor)
    if request.method == "POST":
        return _sent(request, cle)
    asked = searches.find(request, SEARCH, cle) if cle else None
    if asked is None:
        if cle:
            messages.info(request, searches.GONE)
        return _page(request, RechercheForm())
    chosen = panier.of(request, asked["chosen"])
    for sentence in (*chosen.lost, *chosen.disabled):
        messages.warning(request, sentence)
    hits = search.hits(request.actor, asked["found"], today=timezone.localdate())
    form = RechercheForm(initial=asked["typed"])
    return _page(request, form, cle, chosen=chosen, hits=hits, truncated=asked["truncated"])


def _sent(request, cle):
    """The ticks of the page come along, whatever is asked; the page keeps them, for whoever comes back."""
    ticked = [] if "vider" in request.POST else panier.ticked(request.POST)
    searches.change(request, SEARCH, cle, chosen=ticked)
    if "vider" in request.POST:
        return redirect(reach.results(cle))
    if "attribuer" in request.POST:  # without ticks, it says so and comes back here
        return redirect(panier.grant(ticked, recherche=cle))
    form = RechercheForm(request.POST)
    if form.is_valid() and (found := found_by(request, form)):
        typed = {name: form.data.get(name, "") for name in form.fields}
        asked = {"typed": typed, "chosen": ticked, "found": found.ids, "truncated": found.truncated}
        return redirect("habilitations:recherche", searches.keep(request, SEARCH, **asked))
    return _page(request, form, chosen=panier.of(request, ticked))


def found_by(request, form) -> search.Found | None:
    now = time.time()
    for limit in (limits.SEARCHES_AT_ONCE, limits.SEARCHES_A_DAY):
        if wait := limits.seconds_to_wait(limit, "comptes", str(request.user.pk), now=now):
            raise TooManyRequests(wait)
    typed = {name: value for name, value in form.cleaned_data.items() if value}
    try:
        found = search.find(request.actor, **typed, today=timezone.localdate())
    except ValidationError as error:
        form.add_error(None, error)
        return None
    act(actions.note_search, criteres=sorted(typed), found=len(found.ids), by=request.actor)
    reach.remember(request, found.ids)
    return found


def _page(request, form, cle="", *, chosen=None, hits=None, truncated=False):
    """`elsewhere`: those chosen who are not among the rows shown; they have ticks of their own."""
    people = chosen.active if chosen else []
    shown = {hit.user.pk for hit in hits or ()}
    return page(
        request,
        "habilitations/comptes.html",
        form=form,
        todo=a_faire.of(request.actor, today=timezone.localdate()),
        hits=hits,
        truncated=truncated,
        chosen={one.pk for one in people},
        elsewhere=[one for one in people if one.pk not in shown],
        after=searches.after(cle),
        given=_given(request),
    )


def _given(request) -> list[Habilitation]:
    """What one has just given together: `?lot=`, at the end of a grant."""
    try:
        lot = uuid.UUID(request.GET.get("lot", ""))
    except ValueError:
        return []
    rows = Habilitation.objects.living().visible_to(request.actor).filter(lot=lot, granted_by=request.user)
    return list(rows.with_lieu().select_related("user").sorted_by("nom")[:GIVEN])


@require_safe
def compte(request, pk):
    """All that he holds in the perimeter; for the rest, only that there is some."""
    person = reach.person(request, pk)
    today = timezone.localdate()
    held = Habilitation.objects.of(person)
    visible = held.visible_to(request.actor).with_lieu()
    current = list(visible.current(today).sorted_by("fin"))
    ties = attaches.of(person, now=timezone.now())
    context = {
        "person": person,
        "results": reach.results(request.GET.get("recherche", "")),
        "rows": current,
        "others": held.current(today).exclude(pk__in=[one.pk for one in current]).exists(),
        "today": today,
        "is_ours": bool(current) or can(account_policies.correct, request.actor, person, ties.places),
        "may_disable": can(account_policies.disable, request.actor, person, ties.places),
    }
    if not context["is_ours"]:
        return page(request, "habilitations/compte.html", **context)
    return page(
        request,
        "habilitations/compte.html",
        **context,
        past=visible.past(today).order_by("-fin", "-pk")[:HISTORY],
        histoire=journal.reads.plain(historique.of_account(person, visible, reader=request.user), HISTORY),
        means=Means(person.last_sign_in_means).label if person.last_sign_in_means else "",
        identites=_identites(person),
        email_refusal=refusal(
            account_policies.change_email, request.actor, person, ties.places, ties.settled
        ),
        pending=_pending(person),
    )


def _identites(person) -> list:
    """His cards and Pro Santé Connect; `other_name`: not at the name of the account."""
    living = list(person.identites.filter(ended_at=None).order_by("since"))
    for one in living:
        one.other_name = not noms.same((one.nom, one.prenom), (person.nom, person.prenom))
    return living


def _pending(person) -> ChangementAdresse | None:
    """A new address asked for, whose link was not followed yet."""
    waiting = person.changements.filter(kind="mail", confirmed_at=None, cancelled_at=None)
    return waiting.filter(ends__gt=timezone.now()).order_by("-asked_at").first()


@require_safe
def effective(request, pk):
    """«Ses droits, comme le service les calcule», read-only: what is held in the perimeter."""
    person = reach.ours(request, pk)
    held = rights.held(person, on=timezone.localdate()).visible_to(request.actor).with_lieu()
    return page(
        request, "habilitations/droits_compte.html", person=person, modules=explications.effective(held)
    )
