"""Pages of lists: keys first, along the perimeter, then the rows of one page (docs/adr/0053)."""

from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Q

from dossiers.models import Dossier
from dossiers.perimetres import Suite
from dossiers.reads import traitants
from dossiers.reads.lignes import ordered, seen
from viatraj.core.actor import Actor


def page(
    actor: Actor,
    *,
    liste: str,
    orientation: str,
    etat: str,
    tri: str,
    size: int,
    number: int | str | None,
    today: date,
) -> Page:
    """Its rows are as `seen` reads them."""
    asked = {"orientation": orientation, "etat": etat}
    only = Q(**{name: value for name, value in asked.items() if value})
    keys = Suite(actor, only & traitants.presences(actor, liste), tri)
    page_obj = Paginator(keys, size).get_page(number)  # type: ignore[arg-type]
    shown = Dossier.objects.visible_to(actor).filter(pk__in=page_obj.object_list)
    page_obj.object_list = ordered(seen(shown, actor, today=today), tri)
    return page_obj
