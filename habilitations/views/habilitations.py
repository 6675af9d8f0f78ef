"""One habilitation: its rights, its end, its removal (HAB-3, HAB-5, HAB-10)."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from changements.reads import made_by
from habilitations import actions, policies, rights
from habilitations.forms.droits import AjustementForm
from habilitations.forms.fins import FinForm, PrevenirForm
from habilitations.reads import relais
from habilitations.views import reach
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import can
from viatraj.core.typography import long_day


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
            f"Les droits de {habilitation.user.nom_complet} ({habilitation.intitule}) sont enregistrés.",
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
            f"La fin de l’habilitation de {habilitation.user.nom_complet} ({habilitation.intitule}) passe du "
            f"{long_day(before)} au {long_day(form.result.fin)}.",
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
    today, back = timezone.localdate(), reach.back(request, habilitation.user_id)
    left = relais.alone([habilitation], on=today, today=today)
    form = PrevenirForm(posted(request), left=left)
    if submit(form, actions.revoke, habilitation=habilitation, now=timezone.now(), by=request.actor):
        messages.success(
            request,
            f"L’habilitation de {habilitation.user.nom_complet} ({habilitation.intitule}) est supprimée, "
            "avec effet immédiat.",
            extra_tags=made_by(request.actor),
        )
        reach.remember(request, [habilitation.user_id])
        return redirect(back)
    return page(request, "habilitations/revoke.html", form=form, habilitation=habilitation, back=back)
