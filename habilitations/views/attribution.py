"""Give one profile to one or several people, with a check page before anything is written (HAB-1, HAB-4)."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from changements.reads import made_by
from habilitations import actions, policies
from habilitations.forms.attribution import AT_MOST, AttributionForm
from habilitations.forms.droits import said
from habilitations.profils import PROFILS
from habilitations.reads import attribuables
from habilitations.reads.attribution import Attribution
from habilitations.views import panier, reach
from viatraj.core import searches
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.typography import counted, long_day

NAMED_AT_MOST = 3
LONGEST = 100  # characters of a field
ENTRY = "attribution"  # what a grant asks for, as `searches` keeps it until the check page


@require_safe
def choose(request):
    """Which profile, among those that the référent may give somewhere; «Non déployé» is said."""
    policies.administer(request.actor)
    if "choix" in request.GET:  # ticked in the revue
        return redirect(panier.grant(panier.holders(request), retour=request.GET.get("retour", "")))
    people, refused = _people(request)
    if refused:
        return refused
    if not people:
        messages.info(request, "Choisissez d’abord la ou les personnes à habiliter\u00a0: cochez-les.")
        return redirect(reach.origin(request)[1])
    deployed = attribuables.deployed(request.actor.rights)
    groupes: dict[str, list] = {}
    for profil in attribuables.grantable_profils(request.actor.rights):
        heading = " · ".join(groupe.label for groupe in profil.groupes)
        groupes.setdefault(heading, []).append((profil, profil.is_offered and profil.domaine in deployed))
    return page(
        request, "habilitations/grant.html", groupes=list(groupes.items()), **_carried(request, people)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request, profil):
    """Where, when, with which rights; then the check page, at an address of its own; then only the act."""
    policies.administer(request.actor)
    profil = PROFILS.get(profil)
    people, refused = _people(request)
    if refused:
        return refused
    if profil is None or not people:
        raise Http404
    places = attribuables.grantable(request.actor.rights, profil)
    typed = request.GET.get("structure", "").strip()
    shown, more = attribuables.shown(places, typed)
    form = AttributionForm(
        posted(request) or _entry(request),
        initial={"lieux": request.GET.getlist("lieu")},
        profil=profil,
        modules=attribuables.deployed(request.actor.rights),
        today=timezone.localdate(),
        places=places,
        shown=shown,
    )
    context = {"profil": profil, **_carried(request, people)}
    if request.POST.get("etape") == "modifier":  # the same form, with dates that follow what was typed
        return redirect(f"{request.path}?{_kept(request, form, context['carried'])}&modifier=oui")
    modifying = request.method != "POST" and "modifier" in request.GET
    refusals = [] if modifying or not form.is_valid() else _refusals(request, form, profil, people)
    if not modifying and form.is_valid():
        if request.method == "POST" and not _confirms(request):
            return redirect(f"{request.path}?{_kept(request, form, context['carried'])}")
        if refusals or request.method != "POST":
            return _checked(request, form, profil, people, refusals)
        if _done(request, form, profil, people):
            return redirect(_end(request, form.result))
    return page(request, "habilitations/grant_profil.html", form=form, more=more, typed=typed, **context)


def _end(request, given) -> str:
    """One sees what one gave: on the person's page, beside the results, or in the message of a list."""
    url = reach.origin(request)[1]
    if {"retour", "nommer"} & request.GET.keys():
        return url
    if "recherche" in request.GET or given[0].user_id != given[-1].user_id:
        return f"{url}?{urlencode({'lot': given[0].lot})}"
    return reverse("habilitations:compte", args=[given[0].user_id])


def _kept(request, form, carried) -> str:
    """What was typed, good or not, under a key; what could never be good is not kept whole."""
    sent = {name: request.POST.getlist(name)[: AT_MOST + 1] for name in form.fields}
    typed = {name: [value[:LONGEST] for value in values] for name, values in sent.items() if values}
    return urlencode([*carried, ("saisie", searches.keep(request, ENTRY, typed=typed))])


def _entry(request) -> QueryDict | None:
    """What was typed before the check page."""
    cle = request.GET.get("saisie", "")
    if not cle:
        return None
    asked = searches.find(request, ENTRY, cle)
    if asked is None:
        messages.info(
            request, "Ce que vous aviez saisi n’est plus disponible\u00a0: saisissez-le de nouveau."
        )
        return None
    entry = QueryDict(mutable=True)
    for name, values in asked["typed"].items():
        entry.setlist(name, values)
    return entry


def _carried(request, people) -> dict:
    label, url = reach.origin(request)
    origin = {name: request.GET.get(name, "") for name in reach.ORIGINS}
    ids = [one.pk for one in people]
    carried = panier.carried(ids, **origin)
    return {
        "people": people,
        "carried": carried,
        "query": urlencode(carried),
        "start": panier.grant(ids, **origin),
        "origin": {"label": label, "url": url},
    }


def _confirms(request) -> bool:
    return request.POST.get("etape") == "confirmer"


def _refusals(request, form, profil, people) -> list:
    """What the action would refuse: at the field where there is one; else, for the check page, by person."""
    attribution = Attribution(users=people, profil=profil, **form.cleaned_data)
    if _confirms(request) and attribution.given(by=request.actor).exists():
        return []  # a double click
    found = attribution.refusals(today=form.today, by=request.actor)
    at_fields = {(one.field, *one.sentences) for one in found if one.field}
    for field, *sentences in sorted(at_fields):
        form.add_error(field if field in form.fields else None, sentences)
    return [one for one in found if one.user]


def _checked(request, form, profil, people, refusals):
    """The check page: what the act would do, or what stands in its way."""
    typed, again = form.cleaned_data, request.GET.copy()
    refused = {str(one.user.pk) for one in refusals}
    again.setlist("compte", [pk for pk in request.GET.getlist("compte") if pk not in refused])
    changed = [(droit.droit.label, said(droit, mode)) for droit, mode in _changed(profil, typed["droits"])]
    return page(
        request,
        "habilitations/grant_check.html",
        status=422 if request.method == "POST" else 200,
        profil=profil,
        check=form,
        refusals=refusals,
        refused=len(refused),
        without=f"?{again.urlencode()}" if again.getlist("compte") else "",
        modify=f"?{request.GET.urlencode()}&modifier=oui",
        changed=changed,
        count=len(people) * len(typed["lieux"]),
        **_carried(request, people),
    )


def _changed(profil, droits):
    return [(droit, droits[droit.key]) for droit in profil.droits if droit.key in droits]


def _done(request, form, profil, people) -> bool:
    arguments = {"users": people, "profil": profil, "today": form.today, "by": request.actor}
    if not submit(form, actions.grant, **arguments):
        return False
    count = counted(len(form.result), "habilitation attribuée")
    whom = _named([one.nom_complet for one in people], "personne")
    where = _named([str(lieu) for lieu in form.cleaned_data["lieux"]], "endroit")
    until = long_day(form.cleaned_data["fin"])
    messages.success(
        request,
        f"{count}\u00a0: {profil}, pour {whom} ({where}), jusqu’au {until} inclus. "
        "Chaque personne en sera prévenue.",
        extra_tags=made_by(request.actor),
    )
    return True


def _named(names, what) -> str:
    return ", ".join(names) if len(names) <= NAMED_AT_MOST else counted(len(names), what)


def _people(request) -> tuple[list, HttpResponse | None]:
    """Those chosen; or the way back, with the reason, when they are not all there, or not all to be given
    anything. What was posted for a disabled account is refused at its form."""
    chosen = panier.of(request, panier.ticked(request.GET))
    if not chosen.people and not chosen.oneself:
        return [], None
    refusals = chosen.lost if request.method == "POST" else chosen.lost + chosen.disabled
    if not refusals:
        return chosen.people, None
    messages.warning(request, " ".join(["Rien n’est attribué.", *refusals]))
    return [], redirect(reach.origin(request)[1])
