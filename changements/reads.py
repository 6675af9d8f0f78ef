"""What a page says of a change that may still be undone."""

from changements.models import Changement
from journal.models import Entry

LINES = 50


def made_by(actor) -> str:
    """The key of what this request has just changed, for its message; empty when it has changed nothing."""
    made = Changement.objects.filter(user=actor.user, request_id=actor.request_id).exclude(request_id="")
    newest = made.order_by("-at", "-pk").values_list("cle", flat=True).first()
    return str(newest or "")


def undoable(cle, *, actor, now) -> Changement | None:
    return Changement.objects.open_at(now).filter(cle=cle, user=actor.user).first()


def story(changement) -> list[Entry]:
    """What the journal says of it: the lines of its transaction."""
    lines = Entry.objects.filter(tx=changement.tx, user=changement.user_id)
    return list(lines.select_related("user", "on_behalf_of").order_by("id")[:LINES])
