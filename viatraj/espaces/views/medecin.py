"""The médecin libéral's home (DOS-1), which is also his delegate's while he acts for him (DEL-5)."""

from functools import cache

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

import dossiers.policies
from delegations import reads
from demandes.reads.tableaux.pages import waiting as demandes_waiting
from demandes.tableaux import TABLEAUX
from dossiers.forms.recherches import NumeroForm, PatientForm
from dossiers.reads import traitants
from dossiers.reads.traitants import Liste
from habilitations.reads.mes_habilitations import stirring
from viatraj.core.addresses import address
from viatraj.core.drawing import drawn
from viatraj.core.droits import Orientation
from viatraj.core.pages import page
from viatraj.core.policies import can
from viatraj.core.typography import counted, grouped, plural
from viatraj.espaces import policies, support
from viatraj.espaces.menus import ROOM

# What each orientation leads to, and the icon of its block.
BLOCS = {
    Orientation.GRAND_AGE: (
        "Orientation en Établissement d’Hébergement pour Personnes Âgées Dépendantes, "
        "Unités de Soins de Longue Durée, Résidences Autonomie",
        "utilisateur",
    ),
    Orientation.SANITAIRE: (
        "Orientation en Service de Soins Médicaux et de Réadaptation, Hospitalisation à Domicile, "
        "Unité de Soins Palliatifs",
        "bouclier",
    ),
    Orientation.TND: ("Prise en charge précoce des Troubles du Neuro-Développement", "liste"),
}


@require_safe
def medecin(request):
    by = request.actor
    policies.medecin_space(by)
    waiting, precisions = traitants.awaiting(by), _precisions(by)
    request.supports = support.of(by, today=timezone.localdate())
    return page(
        request,
        "espaces/medecin.html",
        blocs=[
            mark_safe(  # noqa: S308
                _bloc(one, *_may(by, one), by.is_acting).replace(
                    ROOM, precisions if one == Orientation.TND else _told(one, waiting.get(one, 0))
                )
            )
            for one in Orientation
            if any(_may(by, one))
        ],
        patient_fields=_patient_fields() if can(dossiers.policies.index, by) else "",
        **({} if by.is_acting else _own(request.user)),
    )


def _may(actor, orientation) -> tuple[bool, bool]:
    """List its dossiers, create one."""
    return can(dossiers.policies.index, actor, orientation), can(dossiers.policies.create, actor, orientation)


def _told(orientation: Orientation, count: int) -> str:
    """«22 dossiers à accepter», with the way to them; nothing when there is none."""
    if not count:
        return ""
    link = f"{address('dossiers:index')}?orientation={orientation}&liste={Liste.A_ACCEPTER}"
    words = f"{grouped(count)} dossier{plural(count)} à accepter"
    return format_html('<a class="attente" href="{}">{}</a>', link, words)


def _precisions(actor) -> str:
    """«3 précisions demandées» by a platform of the TND, with the way to them; nothing when there is none."""
    found = demandes_waiting(TABLEAUX["medecin"], actor, orientation=Orientation.TND, now=timezone.now())
    count = next((one.nombre for one in found if one.vue.code == "precision"), 0)
    if not count:
        return ""
    link = f"{address('tableaux:index')}medecin/?vue=precision&orientation={Orientation.TND}"
    return format_html('<a class="attente" href="{}">{}</a>', link, counted(count, "précision demandée"))


@cache
def _bloc(orientation: Orientation, may_list: bool, may_create: bool, is_acting: bool) -> str:
    """As HTML, kept in the process for each set of rights; it holds nothing personal."""
    intro, icon = BLOCS[orientation]
    form = NumeroForm(auto_id=f"id_%s_{orientation}")
    shown = {"orientation": orientation, "intro": intro, "icon": icon, "form": form, "is_acting": is_acting}
    shown["room"] = ROOM
    return drawn("espaces/bloc_orientation.html", shown | {"may_list": may_list, "may_create": may_create})


@cache
def _patient_fields() -> str:
    return PatientForm().render()


def _own(user) -> dict:
    """What is asked in one's own name only: délégations received, what ends soon, one's requests."""
    today = timezone.localdate()
    return {
        **reads.received(user, on=today)._asdict(),
        **stirring(user, today=today, now=timezone.now())._asdict(),
        "lent_until_soon": reads.lent_until_soon(user, on=today),
        "today": today,
    }
