"""Structures without a valid référent, for their coordination, which names one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from annuaire.models import Etablissement, Lieu
from habilitations import policies
from habilitations.forms.comptes import PersonneConnueForm
from habilitations.profils import REFERENT_STRUCTURE
from habilitations.reads import orphelines, search
from habilitations.views import comptes
from viatraj.core import searches
from viatraj.core.droits import Droit
from viatraj.core.pages import page

A_PAGE = 50
SEARCH = "nommer"  # as `searches` keeps it


@require_safe
def index(request):
    policies.orphans(request.actor)
    rows = orphelines.visible_to(request.actor, today=timezone.localdate())
    rows = rows.select_related("coordination").order_by("coordination__nom", "nom", "pk")
    return page(
        request,
        "habilitations/orphelines.html",
        structures=Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def name_referent(request, pk, cle=""):
    """Whom: who works there, or whom a search finds; then the grant, its place and profile chosen."""
    policies.orphans(request.actor)
    places = Etablissement.objects.open().within(request.actor.rights, Droit.REFERENT_STRUCTURE)
    structure = get_object_or_404(places, pk=pk)
    if request.method != "POST":
        return _page(request, structure, cle=cle)
    form = PersonneConnueForm(request.POST)
    if form.is_valid() and (found := comptes.found_by(request, form)):
        typed = {name: form.data.get(name, "") for name in form.fields}
        kept = searches.keep(request, SEARCH, typed=typed, found=found.ids)
        return redirect("habilitations:name_referent_found", structure.pk, kept)
    return _page(request, structure, form)


def _page(request, structure, form=None, *, cle=""):
    today = timezone.localdate()
    asked = searches.find(request, SEARCH, cle) if cle else None
    if cle and asked is None:
        messages.info(request, searches.GONE)
    hits = search.hits(request.actor, asked["found"], today=today) if asked else None
    return page(
        request,
        "habilitations/name_referent.html",
        structure=structure,
        form=form or PersonneConnueForm(initial=asked["typed"] if asked else None),
        hits=hits,
        profil=REFERENT_STRUCTURE,
        carried=urlencode({"structure": structure.nom, "lieu": Lieu.of(structure).key, "nommer": "oui"}),
        there=orphelines.working_at(structure, but=request.user, today=today),
    )
