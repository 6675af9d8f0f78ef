"""«Activité de mes délégataires»: what was done in my name, filtered, exported (TRC-2)."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

import journal.reads
from accounts.models import User
from delegations import actions, policies
from delegations.models import Delegation
from journal.forms import HistoireForm
from journal.models import Entry
from viatraj.core import workbook
from viatraj.core.pages import page
from viatraj.core.saving import act

BY_PAGE, EXPORTED_AT_MOST = 50, 10_000
HEAD = ["Date", "Délégataire", "Qualité", "Action", "Dossier"]


@require_safe
def activity(request):
    form, entries = _asked(request)
    histoire = journal.reads.paged(entries, size=BY_PAGE, number=request.GET.get("page"), fold=form.folds)
    return page(request, "delegations/activity.html", form=form, histoire=histoire)


@require_safe
def export(request):
    """The same lines, in a workbook."""
    _, entries = _asked(request)
    rows = [_row(entry) for entry in entries.newest_first()[:EXPORTED_AT_MOST]]
    act(actions.export_activity, count=len(rows), by=request.actor)
    content = workbook.write("Activité de mes délégataires", HEAD, rows, widths=[18, 28, 12, 70, 12])
    answer = HttpResponse(content, content_type=workbook.TYPE)
    name = f"activite-delegues-{timezone.localdate():%Y-%m-%d}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _asked(request):
    policies.own_delegations(request.actor)
    medecin = request.actor.user
    received = Delegation.objects.granted_by(medecin).filter(delegataire__isnull=False)
    delegues = User.objects.filter(pk__in=received.values("delegataire")).order_by("nom", "prenom", "pk")
    form = HistoireForm(request.GET or None, authors=delegues)
    return form, form.apply(Entry.objects.done_in_name_of(medecin))


def _row(entry) -> tuple:
    return entry.at, entry.user.titre, entry.quality, entry.sentence, entry.numero
