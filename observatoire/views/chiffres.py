"""Main figures of a report on screen, with a bar a row and the line of twelve months (OBS-2, OBS-7)."""

from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_safe

from observatoire import policies
from observatoire.calendrier import Periode, days_of, is_provisional
from observatoire.forms.commandes import level_of, levels
from observatoire.rapports import Cadre, Groupe
from observatoire.reads import chiffres
from observatoire.views.commander import found
from observatoire.views.reach import address_of
from viatraj.core.pages import page


@require_safe
def show(request, groupe, code):
    """What is not a choice of his is the first one."""
    rapport, now = found(groupe, code), timezone.now()
    today = timezone.localdate(now)
    perimetre = policies.order(request.actor, rapport, today)
    if not rapport.is_shown:
        raise Http404
    niveaux = dict(levels(perimetre))
    pour = _among(request.GET.get("pour"), niveaux, list(niveaux)[-1])
    periode = _among(request.GET.get("periode"), Periode.values, Periode.MOIS.value)
    debut, fin = days_of(periode, today)
    cadre = Cadre(policies.narrowed(perimetre, *level_of(pour)), debut, fin, now)
    return page(
        request,
        "observatoire/chiffres.html",
        rapport=rapport,
        groupe=Groupe(groupe),
        list=address_of(groupe),
        found=chiffres.of(rapport, cadre),
        niveaux=niveaux.items(),
        periodes=Periode.choices,
        pour=pour,
        periode=periode,
        provisional=is_provisional(fin, today),
        height=chiffres.HEIGHT,
    )


def _among(said, known, otherwise: str) -> str:
    return said if said in known else otherwise
