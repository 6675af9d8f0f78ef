"""What an address names, if this actor may see it."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from dossiers.models import Dossier
from viatraj.core.droits import Orientation


def orientation_of(request) -> str:
    """Asked for in the address; none is all of them."""
    asked = request.GET.get("orientation", "")
    if asked and asked not in Orientation.values:
        raise Http404
    return asked


def dossier_of(request, numero) -> Dossier:
    return get_object_or_404(
        Dossier.objects.visible_to(request.actor).select_related("auteur"), numero=numero
    )
