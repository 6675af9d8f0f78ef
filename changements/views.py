"""«Annuler ce changement»: one button in the message of an act, one page when it is refused (COM-11)."""

from django.contrib import messages
from django.forms import Form
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from changements import actions, policies, reads
from changements.models import Changement
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page


@require_safe
def index(request):
    """«Mes derniers changements»: the button of each, where its message has gone by."""
    policies.own(request.actor)
    now = timezone.now()
    return page(request, "changements/index.html", latest=reads.latest(request.actor, now=now), now=now)


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request, cle):
    changement = get_object_or_404(Changement, cle=cle)
    policies.undo(request.actor, changement)
    form, now = Form(posted(request)), timezone.now()
    back = _back(request.POST.get("retour", ""))
    if submit(form, actions.undo, changement=changement, now=now, by=request.actor):
        messages.success(request, "Le changement est annulé\u00a0: tout est comme avant.")
        return redirect(back)
    return page(
        request,
        "changements/undo.html",
        form=form,
        changement=changement,
        may_undo=not form.is_bound and changement.is_open(now),
        lines=reads.story(changement),
        back=back,
    )


def _back(asked: str) -> str:
    """To the page that the button stood on, if it is one of ours."""
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else "/"
