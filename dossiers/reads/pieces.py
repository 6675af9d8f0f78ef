"""Files joined to a dossier, as a page lists them; how their analysis goes, for operators."""

from typing import Any, NamedTuple

from django.db.models import Count, Min

from dossiers import policies
from dossiers.models import Dossier, PieceJointe, Volet
from viatraj.core.actor import Actor
from viatraj.core.files import antivirus
from viatraj.core.policies import can
from viatraj.core.typography import file_size


class Ligne(NamedTuple):
    piece: PieceJointe
    taille: str
    may_read: bool
    may_hide: bool


def lignes(dossier: Dossier, *, actor: Actor) -> list[Ligne]:
    """Those of the volets that this person reads, newest first; of the others he learns nothing."""
    pieces = PieceJointe.objects.of(dossier).shown().order_by("-pk")
    pieces = pieces.select_related("volet", "added_by", "on_behalf_of").defer("sealed_key")
    found = []
    for piece in pieces:
        piece.volet.dossier = dossier
        if can(policies.read_piece, actor, dossier, piece.volet.kind):
            may_read, may_hide = (
                can(policies.open_piece, actor, piece),
                can(policies.hide_piece, actor, piece),
            )
            found.append(Ligne(piece, file_size(piece.taille), may_read, may_hide))
    return found


def writable(dossier: Dossier, *, actor: Actor):
    """The volets to which this person may join a file."""
    kinds = [kind for kind in Volet.Kind if can(policies.add_piece, actor, dossier, kind)]
    return Volet.objects.filter(dossier=dossier, kind__in=kinds).select_related("dossier").order_by("kind")


def analysis() -> dict[str, Any]:
    """Is there an antivirus, what waits for it, and since when?"""
    waiting = PieceJointe.objects.to_analyse().order_by().aggregate(count=Count("pk"), oldest=Min("added_at"))
    return {"on": antivirus.is_on(), **waiting}
