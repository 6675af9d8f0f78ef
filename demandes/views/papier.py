"""«Enregistrer un dossier papier», by the unit that has received it (HAB-3)."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from demandes import actions, policies
from demandes.forms.papier import PapierForm
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page


@require_http_methods(["GET", "HEAD", "POST"])
def record_paper(request):
    policies.record_some_paper(request.actor)
    now = timezone.now()
    known = {"actor": request.actor, "today": timezone.localdate(now)}
    form = PapierForm(posted(request), initial={"recu_le": known["today"]}, **known)
    if form.has_scanned():
        again = PapierForm(initial=form.as_read(), **known)
        return page(request, "demandes/record.html", form=again, scanned=form)
    if submit(form, actions.record_paper, now=now, by=request.actor):
        messages.success(request, f"Le dossier {form.result.dossier.numero_affiche} est enregistré.")
        return redirect("demandes:detail", form.result.pk)
    return page(request, "demandes/record.html", form=form, scanned=None)
