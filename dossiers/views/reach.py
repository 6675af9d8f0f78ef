"""What an address names, if this actor may see it; without names where he may not know them (DOS-4)."""

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annuaire.reads.territoires import nom_of
from dossiers import regards
from dossiers.models import Dossier, Presence
from dossiers.reads.lignes import age
from viatraj.core.droits import Orientation

# Read once: by the rule, and by what the page says of who asks.
WHERE = Prefetch("presences", Presence.objects.with_comptes().with_lieu().order_by("pk"))


def orientation_of(request) -> str:
    """Asked for in the address; none is all of them."""
    asked = request.GET.get("orientation", "")
    if asked and asked not in Orientation.values:
        raise Http404
    return asked


def dossier_of(request, numero) -> Dossier:
    """With its `regard`, and whatever else pages say of it: no other way leads to a dossier's page."""
    rows = Dossier.objects.visible_to(request.actor).select_related("auteur")
    rows = rows.annotate(age=age(timezone.localdate()), ne_a=nom_of("lieu_naissance"))
    dossier = get_object_or_404(rows.prefetch_related(WHERE), numero=numero)
    request.orientation = dossier.orientation  # «Comment faire ?» is of it
    dossier.regard = regards.of(request.actor, dossier)
    if not dossier.regard.is_nominatif:
        dossier.forget_names()
        del dossier.ne_a
    return dossier
