"""A dossier suspended, cancelled, resumed (DOS-3)."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dossiers import actions, policies
from dossiers.forms.decisions import ANNULER, REPRENDRE, SUSPENDRE, DecisionForm
from dossiers.views.reach import dossier_of
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page

ACTIONS = {SUSPENDRE: actions.suspend, ANNULER: actions.cancel, REPRENDRE: actions.resume}
DONE = {SUSPENDRE: "suspendu", ANNULER: "annulé", REPRENDRE: "repris"}


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request, numero):
    dossier = dossier_of(request, numero)
    policies.decide(request.actor, dossier)
    form = DecisionForm(posted(request), dossier=dossier, actor=request.actor)
    if submit(form, _decide, dossier=dossier, now=timezone.now(), by=request.actor):
        done = DONE[form.cleaned_data["choix"]]
        messages.success(request, f"Le dossier {dossier.numero_affiche} est {done}.")
        return redirect(dossier)
    return page(request, "dossiers/decision.html", dossier=dossier, form=form)


def _decide(*, choix, motif, dossier, **known):
    """The one action that was chosen."""
    motif = {"motif": motif} if choix == ANNULER else {}
    return ACTIONS[choix](dossier, **motif, **known)
