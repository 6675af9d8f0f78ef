"""«Journal de vos structures»: what was done there, by whom, to whom (COM-13, TRC-2)."""

import re

from django.utils import timezone
from django.views.decorators.http import require_safe

from habilitations import actions, policies
from habilitations.forms.journal import JournalForm
from habilitations.reads import journal as reads
from journal.models import Entry
from journal.reads import filed, parts
from viatraj.core import pages
from viatraj.core.pages import page
from viatraj.core.saving import act
from viatraj.core.typography import grouped
from viatraj.core.workbook import Workbook

SIZE, EXPORTED_AT_MOST = 50, 50_000
NUMBER = re.compile(r"[0-9]{1,18}")


@require_safe
def index(request):
    form, asked = _asked(request)
    found = filed(asked, size=SIZE + 1, after=_after(request))
    lignes = reads.lignes(found[:SIZE])
    return page(
        request,
        "habilitations/journal.html",
        form=form,
        lignes=lignes,
        # A number typed into the address names nobody: only a line of the perimeter does.
        person=lignes[0].person if asked.person and lignes else None,
        is_older="avant" in request.GET,
        older=found[SIZE - 1].pk if len(found) > SIZE else None,
        at_most=grouped(EXPORTED_AT_MOST),
    )


@require_safe
def workbook(request):
    """All that answers, up to a bound that the page tells; never a patient, never a health datum."""
    _, asked = _asked(request)
    lines = 0

    def cells():
        nonlocal lines
        for part in parts(asked, at_most=EXPORTED_AT_MOST):
            lines += len(part)
            yield from (ligne.cells for ligne in reads.lignes(part))

    def write(file):
        with Workbook(file) as book, book.sheet("Journal", reads.COLUMNS) as sheet:
            sheet.write_rows(cells())
        act(actions.note_journal_export, lignes=lines, by=request.actor)

    return pages.workbook(f"journal-structures-{timezone.localdate()}.xlsx", write)


def _asked(request):
    policies.administer(request.actor)
    authors = reads.authors(request.actor, today=timezone.localdate())
    form = JournalForm(request.GET or None, authors=authors)
    return form, reads.asked(request.actor, form)


def _after(request) -> Entry | None:
    """The line that the page before ended with; its address is no secret, it only says from when."""
    pk = request.GET.get("avant", "")
    return Entry.objects.filter(pk=int(pk)).first() if NUMBER.fullmatch(pk) else None
