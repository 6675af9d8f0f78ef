"""Give one profile to one or several people, with a check page before anything is written (HAB-1, HAB-4)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from habilitations import actions, checks, policies
from habilitations.forms.attribution import AttributionForm
from habilitations.forms.droits import said
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from habilitations.reads import attribuables
from habilitations.views import reach
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import Denied
from viatraj.core.typography import counted

PEOPLE_AT_MOST = 50


@require_safe
def choose(request):
    """Which profile, among those that the référent may give somewhere; «Non déployé» is said."""
    policies.administer(request.actor)
    people = _people(request)
    if not people:
        messages.info(request, "Cherchez d’abord la ou les personnes à habiliter, puis cochez-les.")
        return redirect("habilitations:comptes")
    deployed = attribuables.deployed(request.actor.rights)
    groupes: dict[str, list] = {}
    for profil in attribuables.grantable_profils(request.actor.rights):
        heading = " · ".join(groupe.label for groupe in profil.groupes)
        groupes.setdefault(heading, []).append((profil, profil.domaine in deployed))
    return page(
        request,
        "habilitations/grant.html",
        people=people,
        query=_query(people),
        groupes=list(groupes.items()),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request, profil):
    """Where, when, with which rights; then the check page; then only the act."""
    policies.administer(request.actor)
    profil, people = PROFILS.get(profil), _people(request)
    if profil is None or not people:
        raise Http404
    places = attribuables.grantable(request.actor.rights, profil)
    typed = request.GET.get("structure", "").strip()
    shown, more = attribuables.shown(places, typed)
    form = AttributionForm(
        posted(request),
        profil=profil,
        modules=attribuables.deployed(request.actor.rights),
        today=timezone.localdate(),
        places=places,
        shown=shown,
    )
    context = {"people": people, "profil": profil, "query": _query(people)}
    etape = request.POST.get("etape")
    if etape != "modifier" and form.is_valid() and _allowed(request.actor, form, profil, people):
        if etape != "confirmer":
            return page(
                request,
                "habilitations/grant_check.html",
                check=form,
                **_check(form, profil, people),
                **context,
            )
        if _done(request, form, profil, people):
            return redirect(
                *(["habilitations:compte", people[0].pk] if len(people) == 1 else ["habilitations:comptes"])
            )
    return page(request, "habilitations/grant_profil.html", form=form, more=more, typed=typed, **context)


def _allowed(actor, form, profil, people) -> bool:
    """What the action would refuse, said at the field before the check page."""
    try:
        for lieu in form.cleaned_data["lieux"]:
            policies.grant(actor, profil, lieu)
            checks.droits(profil, lieu, form.cleaned_data["droits"])
        for one in people:
            policies.grant_to(actor, one)
        checks.end(form.cleaned_data["fin"], today=form.today)
    except Denied as error:
        form.add_error("lieux", str(error))
    except ValidationError as error:
        form.add_error(None, error)
    return form.is_valid()


def _check(form, profil, people) -> dict:
    """What the act would do, and what stands in its way."""
    typed = form.cleaned_data
    held = Habilitation.objects.living().filter(
        user__in=people,
        profil=profil.code,
        lieu_key__in=[lieu.key for lieu in typed["lieux"]],
        debut__lte=typed["fin"],
        fin__gte=typed["debut"],
    )
    return {
        "already": held.with_lieu().select_related("user").order_by("nom_tri", "pk"),
        "changed": [
            (droit.droit.label, said(droit, mode)) for droit, mode in _changed(profil, typed["droits"])
        ],
        "count": len(people) * len(typed["lieux"]),
    }


def _changed(profil, droits):
    return [(droit, droits[droit.key]) for droit in profil.droits if droit.key in droits]


def _done(request, form, profil, people) -> bool:
    arguments = {"users": people, "profil": profil, "today": form.today, "by": request.actor}
    if not submit(form, actions.grant, **arguments):
        return False
    count = len(form.result)
    messages.success(
        request,
        f"{counted(count, 'habilitation attribuée')}\u00a0: {profil}. Chaque personne en est prévenue.",
    )
    return True


def _people(request) -> list:
    """Chosen on the page of results; never oneself."""
    ids = {pk for pk in request.GET.getlist("compte")[:PEOPLE_AT_MOST] if pk.isascii() and pk.isdecimal()}
    known = reach.people(request).filter(pk__in=[pk for pk in ids if len(pk) < 19])
    return list(known.exclude(pk=request.user.pk).order_by("nom", "prenom", "pk"))


def _query(people) -> str:
    return "&".join(f"compte={one.pk}" for one in people)
