"""«Administration», «Établissements»: the list, and the tabs of one (ANN-1, ANN-3)."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from annuaire import policies
from annuaire.models import Coordination, Etablissement, Synchronisation, Unite
from annuaire.reads import completude, flux, listes, perimetre, suivi
from annuaire.reads.presentation import ETATS, LEGENDE
from viatraj.core.droits import Droit, Niveau
from viatraj.core.pages import page
from viatraj.core.policies import can


@require_safe
def index(request):
    policies.fiches(request.actor)
    choix = listes.Choix.of(request.GET)
    page_obj = listes.page(request.actor, choix, number=request.GET.get("page"), today=timezone.localdate())
    mine = Coordination.objects.within(request.actor.rights, Droit.STRUCTURE)
    return page(
        request,
        "annuaire/etablissements.html",
        choix=choix,
        page_obj=page_obj,
        coordinations=list(mine.order_by("nom", "pk")),
        etats=Synchronisation.choices,
        completes=listes.COMPLETES.items(),
        verifiees=listes.VERIFIEES.items(),
    )


@require_safe
def unites(request, pk):
    """His units: all of them for the référent of the structure."""
    etablissement = found(request, Niveau.ETABLISSEMENT, pk)
    mine = etablissement.unites.filter(perimetre.of_units(request.actor))
    rows = list(mine.select_related("verifiee_par").order_by("closed_at", "nom", "pk"))
    complete = completude.complete_among([one.pk for one in rows])
    return page(
        request,
        "annuaire/unites.html",
        **head(request, etablissement, "unites"),
        unites=[(one, one.pk in complete) for one in rows],
        may_share=can(policies.share, request.actor, etablissement),
    )


@require_safe
def synchronisation(request, pk):
    etablissement = found(request, Niveau.ETABLISSEMENT, pk)
    return page(
        request,
        "annuaire/synchronisation.html",
        **head(request, etablissement, "synchronisation"),
        flux=flux.of(etablissement),
        region=etablissement.coordination.region,
        ror=suivi.of(etablissement),
        legende=LEGENDE,
        may_decide=can(policies.reconcile, request.actor, etablissement),
    )


def found(request, niveau: str, pk: int) -> Etablissement | Unite:
    """The sheet, or 404: an establishment or a unit that is not his tells nothing."""
    policies.fiches(request.actor)
    if niveau == Niveau.UNITE:
        rows = perimetre.unites(request.actor).select_related(
            "verifiee_par", "replaced_by", "etablissement__coordination__region"
        )
    else:
        rows = perimetre.etablissements(request.actor).select_related(
            "verifiee_par", "replaced_by", "coordination__region"
        )
    if pk > MOST:
        raise Http404
    return get_object_or_404(rows.prefetch_related("elements"), pk=pk)


MOST = 2**63 - 1


def head(request, etablissement: Etablissement, tab: str) -> dict:
    """What the head of an établissement's pages says; `tab`: the one that is shown."""
    tabs = [
        ("etablissement", "Informations générales", "annuaire:etablissement"),
        ("unites", "Unités de soins", "annuaire:unites"),
        ("synchronisation", "Synchronisation", "annuaire:synchronisation"),
    ]
    if request.actor.rights.scopes(Droit.HABILITATION):
        tabs.append(("habilitations", "Habilitations", "etablissement_habilitations"))
    return {
        "etablissement": etablissement,
        "onglets": [(label, reverse(name, args=[etablissement.pk]), key == tab) for key, label, name in tabs],
        "etat": ETATS[etablissement.synchronisation],
    }
