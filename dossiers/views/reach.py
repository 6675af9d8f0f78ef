"""What an address names, if this actor may see it; without names where he may not know them (DOS-4)."""

from django.http import Http404
from django.utils import timezone

from annuaire.reads.territoires import nom_of
from dossiers import perimetres, regards
from dossiers.models import Dossier
from dossiers.reads.lignes import age
from viatraj.core.droits import Orientation
from viatraj.core.kept import kept, standing_for


def orientation_of(request) -> str:
    """Asked for in the address; none is all of them."""
    asked = request.GET.get("orientation", "")
    if asked and asked not in Orientation.values:
        raise Http404
    return asked


def dossier_of(request, numero) -> Dossier:
    """With its `regard`, and whatever else pages say of it: no other way leads to a dossier's page."""
    who, places = standing_for(request.actor, *perimetres.SEEING)
    found = _visible_to(who, **places, numero=numero, today=timezone.localdate())
    if not found:
        raise Http404
    [dossier] = found
    request.orientation = dossier.orientation  # «Comment faire ?» is of it
    dossier.regard = regards.of(request.actor, dossier)
    if not dossier.regard.is_nominatif:
        dossier.forget_names()
        del dossier.ne_a
    return dossier


@kept
def _visible_to(actor, *, numero, today, **places):
    rows = Dossier.objects.visible_to(actor).select_related("auteur").filter(numero=numero)
    return rows.annotate(age=age(today), ne_a=nom_of("lieu_naissance"))
