"""Units that could take a patient in: searched from his dossier, ticked, then checked and sent (DOS-4).

What is asked says what a patient has: it is posted, and kept under a key (docs/adr/0039).
"""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods

import dossiers.actions
from annuaire.models import Lieu, Unite
from demandes import actions, policies
from demandes.forms.offre import BesoinForm
from demandes.models import Favori
from demandes.reads import besoins, offre
from dossiers.views.reach import dossier_of
from viatraj.core import searches
from viatraj.core.pages import page
from viatraj.core.saving import act

OFFRE = "offre"  # as `searches` keeps it
STAYING = {"favori", "page", "vider"}  # buttons of the results, which ask nothing else


@require_http_methods(["GET", "HEAD", "POST"])
def search(request, numero, cle=""):
    dossier = dossier_of(request, numero)
    policies.send(request.actor, dossier)
    if request.method == "POST":
        return _sent(request, dossier, cle)
    asked = kept(request, dossier, cle)
    if cle and not asked:
        messages.info(request, searches.GONE)
    act(dossiers.actions.read, dossier, by=request.actor)  # the search begins with what it says
    form = _form(dossier, MultiValueDict(asked["typed"])) if asked else _begun(dossier)
    return _page(request, dossier, form, asked["chosen"] if asked else [])


def kept(request, dossier, cle) -> dict | None:
    """What was asked for this dossier under this key: `typed`, and the units `chosen` so far."""
    asked = searches.find(request, OFFRE, cle) if cle else None
    return asked if asked and asked["numero"] == dossier.numero else None


def _begun(dossier) -> BesoinForm:
    """With what the dossier says, as far as it may be asked today: a code may have ended since."""
    typed = besoins.of(dossier, dossier.regard)
    wrong = _form(dossier, MultiValueDict(typed)).errors
    return _form(dossier, MultiValueDict({name: said for name, said in typed.items() if name not in wrong}))


def _form(dossier, sent) -> BesoinForm:
    return BesoinForm(sent, orientation=dossier.orientation, today=timezone.localdate())


def _sent(request, dossier, cle):
    """The ticks of the page come along, whatever its button asks."""
    form, chosen = _form(dossier, request.POST), ticked(request.POST)
    if not form.is_valid():
        return _page(request, dossier, form, chosen)
    if request.POST.get("verifier"):
        return _choose(request, dossier, form, chosen)
    if "favori" in request.POST:
        _toggle(request, dossier)
    known = {"typed": form.typed, "chosen": [] if "vider" in request.POST else chosen}
    if kept(request, dossier, cle) and STAYING & request.POST.keys():
        searches.change(request, OFFRE, cle, **known)
    else:
        cle = searches.keep(request, OFFRE, numero=dossier.numero, **known)
    page_asked = request.POST.get("page", "")
    after = f"?page={page_asked}" if page_asked.isascii() and page_asked.isdecimal() else ""
    return redirect(f"{reverse('demandes:offre_found', args=[dossier.numero, cle])}{after}#t-unites")


def ticked(said) -> list[int]:
    """One more than may be chosen says that it is too many."""
    keys = {int(one) for one in said.getlist("unite") if one.isascii() and one.isdecimal() and len(one) < 19}
    return sorted(keys)[: settings.DEMANDES_AT_ONCE + 1]


def _choose(request, dossier, form, chosen):
    """Into the selection of the dossier, all or none; the page that checks shows it."""
    unites = Unite.objects.open().select_related("etablissement__coordination").filter(pk__in=chosen)
    lieux = [Lieu.of(one) for one in unites.order_by("pk")]
    if not lieux:
        form.add_error(None, "Cochez au moins une unité.")
        return _page(request, dossier, form, chosen)
    try:
        act(actions.select, dossier, lieux=lieux, now=timezone.now(), by=request.actor)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, dossier, form, chosen)
    return redirect("demandes:send", dossier.numero)


def _toggle(request, dossier):
    said = request.POST["favori"].removeprefix("-")
    pk = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0
    unite = get_object_or_404(Unite.objects.open(), pk=pk)
    action = actions.remove_favori if request.POST["favori"].startswith("-") else actions.add_favori
    act(action, dossier=dossier, unite=unite, by=request.actor)


def _page(request, dossier, form, chosen):
    demandeuse = policies.unite_demandeuse(request.actor, dossier)
    owner = policies.favoris_of(request.actor, dossier)
    favoris = set(Favori.objects.of(owner).values_list("cible", flat=True))
    answer = None
    if not form.has_wrong_field:
        asked = form.besoin(demandeuse=demandeuse, favoris=tuple(favoris))
        answer = offre.find(asked, now=timezone.now(), page=_number(request))
    shown = {one.unite.pk for one in answer.lignes} if answer else set()
    others = Unite.objects.open().filter(pk__in=set(chosen) - shown).select_related("etablissement")
    return page(
        request,
        "demandes/offre.html",
        dossier=dossier,
        form=form,
        answer=answer,
        chosen=set(chosen),
        elsewhere=list(others.order_by("etablissement__nom", "nom", "pk")),
        favoris=favoris,
        has_favoris=owner is not None,
    )


def _number(request) -> int:
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
