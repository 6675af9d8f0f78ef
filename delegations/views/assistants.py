"""Délégations to assistants: who, which rights, until when (DEL-2, DEL-4)."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from delegations import actions, policies, rights
from delegations.forms import AssistantForm, ModifyAssistantForm, initial_of
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.periods import add_months


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request):
    policies.grant(request.actor)
    today = timezone.localdate()
    year = {"debut": today, "fin": add_months(today, 12) - timedelta(days=1)}
    form = AssistantForm(posted(request), initial=year | initial_of(rights.PRESETS[0].lent))
    arguments = {"today": today, "now": timezone.now(), "by": request.actor}
    if submit(form, actions.grant_assistant, **arguments):
        messages.success(
            request,
            f"Invitation envoyée à {form.result.nom_complet}. La délégation prendra effet quand elle aura "
            "été acceptée avec une carte CPx à ce nom.",
        )
        return redirect("delegations:index")
    return page(request, "delegations/grant_assistant.html", form=form, presets=rights.PRESETS)


def modify(request, delegation):
    form = ModifyAssistantForm(posted(request), delegation=delegation)
    arguments = {"today": timezone.localdate(), "now": timezone.now(), "by": request.actor}
    if submit(form, actions.modify_assistant, delegation=delegation, **arguments):
        messages.success(request, modified(delegation, form.result))
        return redirect("delegations:index")
    stale = getattr(form, "stale", None)
    return page(
        request,
        "delegations/modify_assistant.html",
        form=form,
        delegation=delegation,
        presets=rights.PRESETS,
        stands=rights.label(rights.lent(stale)) if stale else "",
    )


def modified(delegation, told) -> str:
    """With the former period beside the new one: nobody shortens it unawares."""
    said = "\u00a0: " + ", ".join(told) if told else ""
    return f"La délégation {delegation.du_titre} est modifiée{said}."
