"""Decisions of an MDPH: entered, notified to ESMS, corrected, cancelled or restored (DOS-4)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from demandes import actions, policies
from demandes.forms.decisions import (
    AnnulerForm,
    CorrigerForm,
    DecisionForm,
    EsmsForm,
    NotifierForm,
    RetablirForm,
)
from demandes.models import Decision
from demandes.reads import esms, fiches
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import Denied, can
from viatraj.core.saving import act
from viatraj.core.typography import counted


@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    mdph = esms.mdph_of(request.actor)
    if not mdph.exists():
        raise Denied("Seule une MDPH enregistre une décision d’orientation.")
    form = DecisionForm(posted(request), mdph=mdph)
    if submit(form, actions.record_decision, now=timezone.now(), by=request.actor):
        messages.success(request, "La décision est enregistrée. Choisissez les établissements à notifier.")
        return redirect("notifications:notify", form.result.pk)
    return page(request, "notifications/create.html", form=form, several=mdph.count() > 1)


def decision_of(request, pk) -> Decision:
    return get_object_or_404(
        Decision.objects.visible_to(request.actor).select_related("mdph__departement"), pk=pk
    )


@require_safe
def detail(request, pk):
    decision = decision_of(request, pk)
    act(actions.read_decision, decision, by=request.actor)
    today = timezone.localdate()
    return page(
        request,
        "notifications/decision.html",
        decision=decision,
        validite=decision.validite(today),
        lignes=fiches.notified(decision, now=timezone.now()),
        decides=can(policies.decide, request.actor, decision.mdph_id),
        may_notify=decision.annulee_at is None and decision.fin >= today,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def notify(request, pk):
    decision = decision_of(request, pk)
    policies.decide(request.actor, decision.mdph_id)
    own = {"departement": decision.mdph.departement_id or ""}
    choix = EsmsForm(request.GET if "departement" in request.GET else own)
    known = choix.cleaned_data if choix.is_valid() else {"departement": "", "nom": ""}
    form = NotifierForm(posted(request), decision=decision)
    if submit(form, actions.notify, decision=decision, now=timezone.now(), by=request.actor):
        told = counted(len(form.result), "notification envoyée")
        messages.success(request, f"{told}.")
        return redirect(decision)
    found = esms.proposed(decision, **known)
    return page(
        request,
        "notifications/notify.html",
        decision=decision,
        choix=choix,
        form=form,
        proposed=found[: esms.SHOWN],
        more=len(found) > esms.SHOWN,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request, pk):
    """What stands now is told to whoever corrects it from an old page."""
    decision = decision_of(request, pk)
    policies.decide(request.actor, decision.mdph_id)
    answered = esms.answered(decision)
    form = CorrigerForm(posted(request), decision=decision, answered=answered)
    if submit(form, actions.correct_decision, decision=decision, now=timezone.now(), by=request.actor):
        messages.success(request, "La décision est corrigée.")
        return redirect(decision)
    act(actions.read_decision, decision, by=request.actor)
    return page(request, "notifications/correct.html", decision=decision, form=form, answered=answered)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, pk):
    return _decided(request, pk, AnnulerForm, actions.cancel_decision, "Annuler la décision")


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request, pk):
    return _decided(request, pk, RetablirForm, actions.restore_decision, "Rétablir la décision")


def _decided(request, pk, asked, action, title):
    decision = decision_of(request, pk)
    policies.decide(request.actor, decision.mdph_id)
    form = asked(posted(request), decision=decision)
    if submit(form, action, decision=decision, now=timezone.now(), by=request.actor):
        done = "annulée" if form.result.annulee_at else "rétablie"
        messages.success(request, f"La décision est {done}, avec ses notifications.")
        return redirect(decision)
    return page(
        request,
        "notifications/decide.html",
        decision=decision,
        form=form,
        title=title,
        danger=asked is AnnulerForm,
    )
