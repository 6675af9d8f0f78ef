"""The médecin libéral's home (DOS-1), which is also his delegate's while he acts for him (DEL-5)."""

from typing import NamedTuple

from django.utils import timezone
from django.views.decorators.http import require_safe

import dossiers.policies
from delegations.models import Delegation
from dossiers.forms import NumeroForm, PatientForm
from viatraj.core.droits import Orientation
from viatraj.core.pages import page
from viatraj.core.policies import can
from viatraj.espaces import policies

# What each orientation leads to, and the icon of its block.
BLOCS = {
    Orientation.GRAND_AGE: (
        "Orientation en Établissement d’Hébergement pour Personnes Âgées Dépendantes, "
        "Unités de Soins de Longue Durée, Résidences Autonomie",
        "utilisateur",
    ),
    Orientation.SANITAIRE: (
        "Orientation en soins médicaux et de réadaptation, hospitalisation à domicile, soins palliatifs",
        "bouclier",
    ),
    Orientation.TND: ("Prise en charge précoce des Troubles du Neuro-Développement", "liste"),
}


class Bloc(NamedTuple):
    orientation: Orientation
    intro: str
    icon: str
    form: NumeroForm
    may_list: bool
    may_create: bool


@require_safe
def medecin(request):
    policies.medecin_space(request.actor)
    blocs = [_bloc(request.actor, one) for one in Orientation]
    return page(
        request,
        "espaces/medecin.html",
        blocs=[bloc for bloc in blocs if bloc.may_list or bloc.may_create],
        patient_form=PatientForm() if can(dossiers.policies.index, request.actor) else None,
        lent=_lent(request.actor),
        awaiting=_awaiting(request.actor),
    )


def _bloc(actor, orientation) -> Bloc:
    intro, icon = BLOCS[orientation]
    return Bloc(
        orientation,
        intro,
        icon,
        NumeroForm(auto_id=f"id_%s_{orientation}"),
        can(dossiers.policies.index, actor, orientation),
        can(dossiers.policies.create, actor, orientation),
    )


def _awaiting(actor):
    """Proposed to oneself: asked in one's own name only."""
    if actor.is_acting:
        return []
    return Delegation.objects.awaiting(actor.user, on=timezone.localdate()).select_related("delegant")


def _lent(actor):
    """«Pour qui je travaille»: asked in one's own name only."""
    if actor.is_acting:
        return []
    received = Delegation.objects.received_in_force(actor.user, on=timezone.localdate())
    return received.select_related("delegant").order_by("delegant__nom", "delegant__prenom", "pk")
