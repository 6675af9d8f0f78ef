"""The accounts that a référent may open: those of his perimeter, and those his search has found (COM-8)."""

from django.db.models import Q
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from habilitations import policies
from habilitations.models import Habilitation
from habilitations.reads import search
from viatraj.core import searches

FOUND = "comptes_trouves"  # key of the session: an id typed into the address bar opens no account
KEPT = 500
ORIGINS = ("recherche", "retour", "nommer")  # in an address: where one came from


def remember(request, ids) -> None:
    known = [pk for pk in request.session.get(FOUND, []) if pk not in ids]
    request.session[FOUND] = [*known, *ids][-KEPT:]


def people(request):
    today = timezone.localdate()
    ours = search.in_perimeter(request.actor, today=today)
    opened = search.opened_by(request.actor, today=today)
    shown = Q(pk__in=request.session.get(FOUND, []))
    return User.objects.filter(Q(pk__in=ours.values("pk")) | Q(pk__in=opened.values("pk")) | shown)


def person(request, pk) -> User:
    policies.administer(request.actor)
    return get_object_or_404(people(request), pk=pk)


def ours(request, pk) -> User:
    """An account of the perimeter, or one that he opened and that has not been used yet; else 404."""
    policies.administer(request.actor)
    today = timezone.localdate()
    opened = search.opened_by(request.actor, today=today).filter(pk=pk).first()
    return opened or get_object_or_404(search.in_perimeter(request.actor, today=today), pk=pk)


def back(request, user_id) -> str:
    """To what one came from; else to the account."""
    known = set(ORIGINS) & request.GET.keys()
    return origin(request)[1] if known else reverse("habilitations:compte", args=[user_id])


def origin(request) -> tuple[str, str]:
    """Label and address: the revue as it was filtered (`?retour=`, its query string), the structures
    without référent (`?nommer=`), else a search, kept under a key (`?recherche=`)."""
    if "retour" in request.GET:
        return "Revue des habilitations", revue(request)
    if "nommer" in request.GET:
        return "Structures sans référent", reverse("habilitations:orphelines")
    return "Comptes et habilitations", results(request.GET.get("recherche", ""))


def results(cle) -> str:
    """The results of a search that was kept, with their ticks; else the page to begin with."""
    return (
        reverse("habilitations:recherche", args=[cle])
        if searches.is_key(cle)
        else reverse("habilitations:comptes")
    )


def revue(request) -> str:
    """As it was filtered, at the line one acts on (`&ligne=`)."""
    said, ligne = QueryDict(request.GET.get("retour", "")).urlencode(), request.GET.get("ligne", "")
    anchor = f"#ligne-{ligne}" if ligne.isascii() and ligne.isdecimal() else ""
    return reverse("habilitations:revue") + (f"?{said}" if said else "") + anchor


def habilitation(request, pk) -> Habilitation:
    policies.administer(request.actor)
    visible = Habilitation.objects.visible_to(request.actor).with_lieu().select_related("user")
    return get_object_or_404(visible, pk=pk)
