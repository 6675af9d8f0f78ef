"""Pages of lists: keys first, along the perimeter, then the rows of one page (docs/adr/0053)."""

from datetime import date
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Q

from dossiers.models import Dossier
from dossiers.perimetres import SEEING, Suite
from dossiers.reads import traitants
from dossiers.reads.lignes import ordered, seen, written
from viatraj.core.actor import Actor
from viatraj.core.kept import Among, kept, standing_for


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
    """Its rows are as `written` reads them."""
    keys = Suite(actor, Choix(liste, orientation, etat), tri)
    page_obj = Paginator(keys, size).get_page(number)  # type: ignore[arg-type]
    who, places = standing_for(actor, *SEEING)
    page_obj.object_list = _shown(who, tri, **places, keys=list(page_obj.object_list), today=today)
    return page_obj


class Choix(NamedTuple):
    """Of what is in reach, one list, one orientation, one state; none is all of them."""

    liste: str = traitants.Liste.TOUS
    orientation: str = ""
    etat: str = ""

    def __call__(self, actor: Actor) -> Q:
        asked = {"orientation": self.orientation, "etat": self.etat}
        only = Q(**{name: value for name, value in asked.items() if value})
        return only & traitants.presences(actor, self.liste)


@kept
def _shown(actor, tri, /, *, keys, today, **places):
    """Each passes the rule once more."""
    rows = Dossier.objects.visible_to(actor).filter(Among("pk", keys))
    return written(ordered(seen(rows, actor, today=today), tri))
