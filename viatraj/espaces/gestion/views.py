"""Search an account; see its state, its rights and why, its journal, its letters. Each look is journalled."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

import accounts.actions
from accounts.models import User
from accounts.policies import support
from courrier.models import Channel, Message
from dossiers.reads.pieces import analysis
from habilitations.forms.comptes import PersonneConnueForm
from habilitations.forms.droits import DroitForm
from habilitations.reads import search
from observatoire.reads import magasin, mesures
from viatraj.core import searches
from viatraj.core.actor import Means
from viatraj.core.pages import page
from viatraj.core.saving import act
from viatraj.espaces import droits as effective
from viatraj.espaces.gestion import reads

SEARCH = "gestion"  # as `searches` keeps it
A_PAGE = 50
MEANS = {one.value: one.label for one in Means}


@require_http_methods(["GET", "HEAD", "POST"])
def index(request, cle=""):
    """What is typed is a name or an address: posted, then kept under a key."""
    support(request.actor)
    if request.method == "POST":
        return _sent(request)
    asked = searches.find(request, SEARCH, cle) if cle else None
    if cle and asked is None:
        messages.info(request, searches.GONE)
    return _page(request, PersonneConnueForm(initial=asked["typed"] if asked else None), asked)


def _sent(request):
    form = PersonneConnueForm(request.POST)
    if form.is_valid() and (found := _found(request, form)) is not None:
        typed = {name: form.data.get(name, "") for name in form.fields}
        return redirect("gestion:recherche", searches.keep(request, SEARCH, typed=typed, found=found))
    return _page(request, form, None)


def _found(request, form):
    typed = {name: value for name, value in form.cleaned_data.items() if value}
    try:
        found = search.everywhere(**typed)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    act(accounts.actions.note_support_search, criteres=sorted(typed), found=len(found), by=request.actor)
    return found


def _page(request, form, asked):
    found, more = None, False
    if asked is not None:
        users = User.objects.in_bulk(asked["found"])
        found = [users[pk] for pk in asked["found"][: search.LIMIT] if pk in users]
        more = len(asked["found"]) > search.LIMIT
    return page(
        request,
        "gestion/index.html",
        form=form,
        found=found,
        more=more,
        at_most=search.LIMIT,
        outbox=reads.outbox(now=timezone.now()),
        analysis=analysis(),
        rapports=mesures.queue(now=timezone.now()),
        releve=magasin.last(),
    )


@require_safe
def compte(request, pk):
    person = _looked_at(request, pk, "état")
    today, now = timezone.localdate(), timezone.now()
    etat = reads.etat(person, today=today, now=now)
    return page(request, "gestion/compte.html", person=person, etat=etat, today=today)


@require_safe
def droits(request, pk):
    """«Ses droits comme le service les calcule», with the reason of each, and why not another."""
    person, today = _looked_at(request, pk, "droits"), timezone.localdate()
    form = DroitForm(request.GET if request.GET.get("droit") else None)
    modules = effective.effective(person, today=today)
    told = None
    if form.is_valid():
        told = effective.answer(form.cleaned_data["droit"], modules, person, today=today)
    return page(
        request,
        "gestion/droits.html",
        person=person,
        form=form,
        modules=modules,
        answer=told,
        lent=effective.lent(person, today=today),
        today=today,
    )


@require_safe
def journal(request, pk):
    person = _looked_at(request, pk, "journal")
    asked = request.GET.get("avant", "")
    before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    entries = reads.journal(person, before=before, size=A_PAGE + 1)
    return page(
        request,
        "gestion/journal.html",
        person=person,
        entries=[(one, MEANS.get(one.means, "")) for one in entries[:A_PAGE]],
        before=before,
        older=entries[A_PAGE - 1].pk if len(entries) > A_PAGE else None,
    )


@require_safe
def compte_envois(request, pk):
    person = _looked_at(request, pk, "envois")
    return page(
        request, "gestion/compte_envois.html", person=person, letters=_told(reads.letters_to(person)[:A_PAGE])
    )


@require_safe
def envois(request):
    """All that leaves by e-mail and SMS; `trail` journals that it was looked at (TRC-4)."""
    support(request.actor)
    state, channel = _choice(request, "etat", Message.State), _choice(request, "canal", Channel)
    rows = reads.letters(state=state, channel=channel, now=timezone.now())
    page_obj = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "gestion/envois.html",
        page_obj=page_obj,
        letters=_told(page_obj.object_list),
        state=state,
        channel=channel,
        states=Message.State.choices,
        channels=Channel.choices,
        outbox=reads.outbox(now=timezone.now()),
    )


def _choice(request, name, choices) -> str:
    asked = request.GET.get(name, "")
    return asked if asked in choices.values else ""


def _told(letters) -> list:
    return [(one, reads.kind(one)) for one in letters]


def _looked_at(request, pk, what) -> User:
    """The account, once the journal says who looks at what of it."""
    support(request.actor)
    person = get_object_or_404(User, pk=pk)
    act(accounts.actions.note_consultation, person, what=what, by=request.actor)
    return person
