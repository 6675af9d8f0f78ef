"""Pages of lists: keys first, along the perimeter, then the rows of one page (docs/adr/0053)."""

from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from dossiers import regards
from dossiers.models import Decision, Dossier
from dossiers.reads import traitants
from dossiers.reads.etats import etat as etat_of
from dossiers.reads.lignes import RECENTS, ordered, seen
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
    if liste == traitants.Liste.TOUS and not etat and tri == RECENTS:  # of presences alone
        but = traitants.unanswered(actor)
        keys = regards.perimetre(actor, orientation=orientation, but=but).order_by("-dossier")
        page_obj = Paginator(keys.values_list("dossier", flat=True), size).get_page(number)
    else:
        found = traitants.listed(actor, liste, orientation)
        found = _in_state(found, etat) if etat else found
        rows = ordered(seen(found, actor, today=today), tri)
        page_obj = Paginator(rows.values_list("pk", flat=True), size).get_page(number)
    shown = Dossier.objects.visible_to(actor).filter(pk__in=list(page_obj.object_list))
    page_obj.object_list = ordered(seen(shown, actor, today=today), tri)
    return page_obj


def _in_state(found: QuerySet, etat: str) -> QuerySet:
    """What is decided is a column; the others are looked at closer, one in twenty."""
    if etat in Decision.values:
        return found.filter(decision=etat)
    return found.filter(decision="").alias(dans=etat_of()).filter(dans=etat)
