"""One habilitation: its rights, its end, its removal; the departure of a person (HAB-3, HAB-5, HAB-10)."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from annuaire.models import Lieu
from changements.reads import made_by
from habilitations import actions, policies, rights
from habilitations.forms.droits import AjustementForm
from habilitations.forms.fins import DepartForm, FinForm
from habilitations.models import Habilitation
from habilitations.views import reach
from viatraj.core.droits import Droit, Niveau
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import Denied, can
from viatraj.core.saving import act
from viatraj.core.typography import counted, long_day, plural


@require_http_methods(["GET", "HEAD", "POST"])
def droits(request, pk):
    """«Droits»: seen by a click, adjusted by who may give this profile here."""
    habilitation = reach.habilitation(request, pk)
    may_adjust = habilitation.is_living and can(policies.manage, request.actor, habilitation)
    if request.method == "POST":
        policies.manage(request.actor, habilitation)
    lieu, profil = habilitation.lieu, habilitation.le_profil
    form = AjustementForm(
        posted(request),
        profil=profil,
        niveau=lieu.niveau,
        modules=lieu.modules,
        chosen=_modes(habilitation),
        initial={"version": habilitation.version},
    )
    if submit(form, actions.adjust, habilitation=habilitation, by=request.actor):
        messages.success(
            request,
            f"Les droits de {habilitation.user.nom_complet} sont enregistrés.",
            extra_tags=made_by(request.actor),
        )
        return redirect(reach.back(request, habilitation.user_id))
    stale = getattr(form, "stale", None)
    return page(
        request,
        "habilitations/droits.html",
        form=form,
        differences=list(form.differences(_modes(stale))) if stale else [],
        habilitation=habilitation,
        may_adjust=may_adjust,
        back=reach.back(request, habilitation.user_id),
    )


def _modes(habilitation) -> dict[str, str]:
    return {droit.key: mode for droit, mode in rights.modes(habilitation).items()}


@require_http_methods(["GET", "HEAD", "POST"])
def fin(request, pk):
    """Prolong, or shorten, which is asked once more."""
    habilitation = reach.habilitation(request, pk)
    policies.manage(request.actor, habilitation)
    policies.living(habilitation)
    today, before = timezone.localdate(), habilitation.fin
    as_read = {"fin": before, "version": habilitation.version}
    form = FinForm(posted(request), initial=as_read, today=today, habilitation=habilitation)
    if form.asks:
        return page(request, "habilitations/shorten.html", form=form, habilitation=habilitation)
    if submit(form, actions.change_end, habilitation=habilitation, today=today, by=request.actor):
        messages.success(
            request,
            f"La fin de l’habilitation de {habilitation.user.nom_complet} passe du {long_day(before)} au "
            f"{long_day(form.result.fin)}.",
            extra_tags=made_by(request.actor),
        )
        return redirect(reach.back(request, habilitation.user_id))
    return page(
        request,
        "habilitations/change_end.html",
        form=form,
        habilitation=habilitation,
        today=today,
        back=reach.back(request, habilitation.user_id),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request, pk):
    habilitation = reach.habilitation(request, pk)
    policies.manage(request.actor, habilitation)
    if request.method == "POST":
        act(actions.revoke, habilitation, now=timezone.now(), by=request.actor)
        messages.success(
            request,
            f"L’habilitation de {habilitation.user.nom_complet} est supprimée, avec effet immédiat.",
            extra_tags=made_by(request.actor),
        )
        reach.remember(request, [habilitation.user_id])
        return redirect(reach.back(request, habilitation.user_id))
    back = reach.back(request, habilitation.user_id)
    return page(request, "habilitations/revoke.html", habilitation=habilitation, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
def depart(request, pk):
    """«Départ»: one date ends all that he holds in a structure."""
    person = reach.ours(request, pk)
    today = timezone.localdate()
    lieux = _left(request.actor, person, today)
    if not lieux:
        raise Denied("Cette personne n’a pas d’habilitation dans un établissement ou une unité.")
    policies.depart(request.actor, person, lieux[0])
    first = {"lieu": lieux[0].key, "fin": today}
    form = DepartForm(posted(request), lieux=lieux, initial=first)
    arguments = {"user": person, "today": today, "now": timezone.now(), "by": request.actor}
    if submit(form, actions.depart, **arguments):
        messages.success(
            request,
            f"Le départ de {person.nom_complet} est enregistré\u00a0: {_told(form.result)}.",
            extra_tags=made_by(request.actor),
        )
        reach.remember(request, [pk])
        return redirect("habilitations:compte", pk)
    return page(request, "habilitations/depart.html", form=form, person=person)


def _told(ended: int) -> str:
    if not ended:
        return "aucune habilitation ne dépassait cette date"
    return f"{counted(ended, 'habilitation')} {plural(ended, 'prend,prennent')} fin à cette date"


def _left(actor, person, today) -> list[Lieu]:
    """Structures of the perimeter where he holds something: the widest that the actor manages."""
    held = Habilitation.objects.of(person).visible_to(actor).current(today).with_lieu()
    found = {}
    for one in held.select_related("etablissement__coordination", "unite__etablissement__coordination"):
        for niveau, row in ((Niveau.ETABLISSEMENT, one.etablissement), (Niveau.UNITE, one.unite)):
            if row and actor.rights.cover(Droit.HABILITATION, row.place, domaine=""):
                lieu = Lieu(niveau, row)
                found[lieu.key] = lieu
                break
    return sorted(found.values(), key=lambda lieu: lieu.full_name)
