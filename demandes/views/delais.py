"""The delays of a coordination, by whoever answers for it (DOS-4)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import annuaire.policies
from annuaire.models import Coordination
from changements.reads import made_by
from demandes import actions
from demandes.forms.delais import DelaisForm
from viatraj.core.droits import Droit
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    annuaire.policies.fiches(request.actor)
    mine = Coordination.objects.within(request.actor.rights, Droit.STRUCTURE)
    coordination = get_object_or_404(mine, pk=int(pk))
    form = DelaisForm(posted(request), coordination=coordination)
    if submit(form, actions.set_delays, coordination=coordination, now=timezone.now(), by=request.actor):
        done = made_by(request.actor)  # may be undone
        messages.success(request, "Les délais de la coordination sont enregistrés.", extra_tags=done)
        return redirect("delais:edit", coordination.pk)
    return page(request, "demandes/delais.html", form=form, coordination=coordination)
