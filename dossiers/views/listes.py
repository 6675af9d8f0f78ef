"""The lists of dossiers (DOS-1, DOS-4)."""

from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_safe

from dossiers import policies
from dossiers.models.etats import Etat
from dossiers.reads import listes, traitants
from dossiers.reads.lignes import SORTS, lignes
from dossiers.reads.traitants import Liste
from dossiers.views.reach import orientation_of
from viatraj.core.droits import Orientation
from viatraj.core.pages import page
from viatraj.core.policies import can

SIZES = (25, 50, 100)


@require_safe
def index(request):
    orientation = orientation_of(request)
    policies.index(request.actor, orientation)
    liste = _liste(request)
    chosen = {
        "etat": _chosen(request, "etat", Etat.values, ""),
        "tri": _chosen(request, "tri", SORTS, next(iter(SORTS))),
        "taille": int(_chosen(request, "taille", [str(size) for size in SIZES], str(SIZES[0]))),
    }
    page_obj = listes.page(
        request.actor,
        liste=liste,
        orientation=orientation,
        etat=chosen["etat"],
        tri=chosen["tri"],
        size=chosen["taille"],
        number=request.GET.get("page"),
        today=timezone.localdate(),
    )
    with_asking = not request.actor.in_medecin_space or liste != Liste.TOUS
    shown = lignes(page_obj.object_list, with_asking=with_asking)
    return page(
        request,
        "dossiers/index.html",
        liste=liste,
        onglets=_tabs(request, orientation),
        replaced=traitants.replaced(one.numero for one in shown) if liste == Liste.HORS_PATIENTELE else (),
        checked=request.GET.get("coche") == "page",
        may_accept=can(policies.accept_all, request.actor),
        empty=_empty(liste, orientation),
        orientation=orientation,
        orientations=[one for one in Orientation if can(policies.index, request.actor, one)],
        etats=Etat.choices,
        sorts=SORTS.items(),
        sizes=SIZES,
        lignes=shown,
        with_asking=with_asking,
        page_obj=page_obj,
        **chosen,
    )


def _liste(request) -> str:
    """All, unless a médecin's space is asked for another."""
    asked = request.GET.get("liste", Liste.TOUS)
    if asked not in Liste.values or (asked != Liste.TOUS and not request.actor.in_medecin_space):
        raise Http404
    return asked


def _tabs(request, orientation) -> list[tuple[str, str, int]]:
    """(list, its name, how many wait there); none outside a médecin's space."""
    if not request.actor.in_medecin_space:
        return []
    waiting = traitants.awaiting(request.actor)
    count = waiting.get(orientation, 0) if orientation else sum(waiting.values())
    names = dict(Liste.choices)
    if request.actor.is_acting:
        names[Liste.TOUS] = "Tous ses dossiers"
    if orientation == Orientation.TND:
        names[Liste.A_ACCEPTER] = "Précisions demandées"
    return [(one, name, count if one == Liste.A_ACCEPTER else 0) for one, name in names.items()]


def _empty(liste, orientation) -> str:
    if liste == Liste.HORS_PATIENTELE:
        return "Aucun dossier hors patientèle."
    if liste == Liste.A_ACCEPTER:
        asked = (
            "Aucune demande de précision" if orientation == Orientation.TND else "Aucun dossier à accepter"
        )
        return f"{asked}."
    return "Aucun dossier à afficher."


def _chosen(request, name, known, usual) -> str:
    asked = request.GET.get(name, "")
    return asked if asked in known else usual
