"""«Répartir les unités»: some of an établissement go to another, with all that lies there (ANN-7)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from annuaire import actions, policies
from annuaire.forms.fermetures import RepartitionForm, SuccesseurForm
from annuaire.models import Lieu
from annuaire.reads import fermetures as reads
from annuaire.views.fermetures import chosen, head
from viatraj.core.droits import Niveau
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.typography import counted


@require_http_methods(["GET", "HEAD", "POST"])
def share(request, pk):
    structure = get_object_or_404(reads.visible_to(request.actor, Niveau.ETABLISSEMENT), pk=pk)
    policies.share(request.actor, structure)
    others = reads.receivers(request.actor, structure)
    into, mot = chosen(request, others), request.GET.get("mot", "").strip()[:100]
    if request.method == "POST" and into is None:
        return redirect("annuaire:repartir", pk)  # choose it first
    form = RepartitionForm(posted(request), etablissement=structure) if into else None
    if form and submit(form, actions.split, etablissement=structure, into=into, by=request.actor):
        moved = len(form.result)
        messages.success(
            request, f"{counted(moved, 'unité rattachée')} à l’établissement «\u00a0{into}\u00a0»."
        )
        return redirect("annuaire:repartir", pk)
    return page(
        request,
        "annuaire/share.html",
        **(head(structure) | {"here": request.path}),
        form=form,
        into=into,
        recherche=SuccesseurForm(initial={"mot": mot}),
        mot=mot,
        trouves=[Lieu.of(one) for one in reads.named(others, mot)] if mot else [],
    )
