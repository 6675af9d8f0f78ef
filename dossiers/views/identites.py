"""Who the patient is, corrected (DOS-3)."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dossiers import actions, policies
from dossiers.forms.identites import EditIdentiteForm
from dossiers.views import doublons
from dossiers.views.reach import dossier_of
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.saving import act


@require_http_methods(["GET", "HEAD", "POST"])
def identite(request, numero):
    dossier = dossier_of(request, numero)
    policies.edit_identite(request.actor, dossier)
    known = {"dossier": dossier, "today": timezone.localdate()}
    form = EditIdentiteForm(posted(request), **known)
    if form.has_scanned():
        again = EditIdentiteForm(initial=form.as_read(), **known)
        return page(
            request, "dossiers/identite.html", dossier=dossier, form=again, scanned=form, doublons=None
        )
    if found := doublons.to_show(request, form, but=Q(pk=dossier.pk)):
        return page(
            request, "dossiers/identite.html", dossier=dossier, form=form, scanned=None, doublons=found
        )
    if submit(form, actions.edit_identite, dossier=dossier, now=timezone.now(), by=request.actor):
        again = [volet.get_kind_display() for volet in form.result]
        messages.success(request, "L’identité du patient est enregistrée.")
        if again:
            messages.warning(request, f"À valider de nouveau\u00a0: {', '.join(again)}.")
        return redirect(dossier)
    act(actions.read, dossier, by=request.actor)
    return page(request, "dossiers/identite.html", dossier=dossier, form=form, scanned=None, doublons=None)
