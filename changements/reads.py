"""What a page says of a change that may still be undone."""

from collections import defaultdict

from django.db.models import F, Func, IntegerField, Window
from django.db.models.functions import RowNumber

from changements.models import Changement
from journal.models import Entry

LINES = 50
FIRST, AT_MOST = 3, 20  # lines of each, and changes, in the list


def made_by(actor) -> str:
    """The key of what this request has just changed, for its message; empty when it has changed nothing."""
    made = Changement.objects.made_by(actor).filter(request_id=actor.request_id).exclude(request_id="")
    newest = made.order_by("-at", "-pk").values_list("cle", flat=True).first()
    return str(newest or "")


def undoable(cle, *, actor, now) -> Changement | None:
    return Changement.objects.made_by(actor).open_at(now).filter(cle=cle).first()


def latest(actor, *, now) -> list[tuple[Changement, list[Entry]]]:
    """What may still be undone, the newest first, each with the first lines that the journal says of it.

    `count`: of its rows. Two queries, however many changes and rows.
    """
    count = Func("rows", function="jsonb_array_length", output_field=IntegerField())
    made = Changement.objects.made_by(actor).open_at(now).annotate(count=count).defer("rows")
    changements = list(made.order_by("-at", "-pk")[:AT_MOST])
    place = Window(RowNumber(), partition_by=F("tx"), order_by="id")
    lines = Entry.objects.filter(tx__in=[one.tx for one in changements], user=actor.user)
    lines = lines.annotate(place=place).filter(place__lte=FIRST).told()
    told = defaultdict(list)
    for line in lines.order_by("id"):
        told[line.tx].append(line)
    return [(one, told[one.tx]) for one in changements]


def story(changement) -> list[Entry]:
    """What the journal says of it: the lines of its transaction."""
    lines = Entry.objects.filter(tx=changement.tx, user=changement.user_id)
    return list(lines.told().order_by("id")[:LINES])
