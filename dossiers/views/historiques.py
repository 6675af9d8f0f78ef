"""«Historique des actions» of a dossier: read, filtered, printed (DOS-5, DEL-6)."""

from django.utils import timezone
from django.views.decorators.http import require_safe

import journal.reads
from dossiers import policies
from dossiers.forms.historiques import HistoriqueForm
from dossiers.reads import historiques, impressions
from dossiers.views.reach import dossier_of
from viatraj.core.pages import page

A_PAGE = 50
PRINTED = 500  # lines of paper, some twenty sheets; filters cut it smaller


@require_safe
def history(request, numero):
    """It shows nothing of the patient, so paging through it is not journalled as a reading."""
    return _page(request, numero, "dossiers/history.html", size=A_PAGE, number=request.GET.get("page"))


@require_safe
def print_history(request, numero):
    """The same filters, on paper."""
    printed = {"size": PRINTED, "number": 1, "printed_at": timezone.now()}
    printed["printed_by"] = impressions.printed_by(request.actor)
    return _page(request, numero, "dossiers/history_print.html", **printed)


def _page(request, numero, template, *, size, number, **context):
    dossier = dossier_of(request, numero)
    policies.look_inside(request.actor, dossier)
    named = historiques.names_shown(request.actor, dossier)
    entries = historiques.seen_by(request.actor, dossier).rows()
    authors = journal.reads.authors(entries) if named else None
    form = HistoriqueForm(request.GET or None, authors=authors)
    historique = historiques.paged(
        form.apply(entries), size=size, number=number, fold=form.folds, named=named
    )
    return page(
        request,
        template,
        dossier=dossier,
        form=form,
        named=named,
        historique=historique,
        consultations=historiques.consultations(entries, named=named),
        **context,
    )
