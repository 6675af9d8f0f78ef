"""Which files there are, of what each holds; the order of one (OBS-1, OBS-2, OBS-3)."""

import re

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from observatoire import actions, policies, rapports
from observatoire.calendrier import CONSOLIDATION, is_provisional
from observatoire.forms.commandes import DATES, CommandeForm
from observatoire.models import Commande, ModeleCommande
from observatoire.rapports import Groupe, Rapport
from observatoire.reads import avancement, estimations
from observatoire.views.reach import address_of
from viatraj.core import waking
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import refusal
from viatraj.core.typography import counted, duration
from viatraj.core.workbook import MAX_ROWS

MAKE = "observatoire.tasks.make"  # by its name: tasks stand beside views
KEY = re.compile(r"[0-9]{1,14}", re.ASCII)


@require_safe
def index(request, groupe):
    """Those that he may not order are greyed, with the reason."""
    policies.groupe(request.actor, groupe)
    today = timezone.localdate()
    rows = [(one, refusal(policies.order, request.actor, one, today)) for one in rapports.by_group(groupe)]
    known = {"groupe": Groupe(groupe), "rows": rows, "jours": CONSOLIDATION.days}
    return page(request, "observatoire/reports.html", **known)


@require_http_methods(["GET", "HEAD", "POST"])
def order(request, groupe, code):
    rapport, now = found(groupe, code), timezone.now()
    today = timezone.localdate(now)
    perimetre = policies.order(request.actor, rapport, today)
    known = {"rapport": rapport, "perimetre": perimetre, "today": today}
    form = CommandeForm(posted(request), initial=_again(request, rapport), **known)
    estimation = _estimated(form, now) if not form.is_bound or form.is_valid() else None
    if request.POST.get("estimer") != "oui" and submit(
        form, actions.order, rapport=rapport, estimation=estimation or 0, now=now, by=request.actor
    ):
        waking.wake(MAKE, form.result.pk)
        messages.success(request, _sent(form.result, today))
        return redirect("observatoire:consulter")
    return page(
        request,
        "observatoire/order.html",
        form=form,
        rapport=rapport,
        groupe=Groupe(groupe),
        list=address_of(groupe),
        estimation=None if estimation is None else _in_words(estimation),
        goes_on=estimation is not None and estimation >= MAX_ROWS,
        provisional=_is_provisional(form, today),
        jours=CONSOLIDATION.days,
        until=today - CONSOLIDATION,
    )


def found(groupe: str, code: str) -> Rapport:
    rapport = rapports.get(code.upper())
    if rapport is None or rapport.groupe != groupe:
        raise Http404
    return rapport


def _again(request, rapport: Rapport) -> dict:
    """What one of his orders, or of his models, asked of the same report."""
    for name, model in (("commande", Commande), ("modele", ModeleCommande)):
        key = request.GET.get(name, "")
        if KEY.fullmatch(key):
            mine = model.objects.visible_to(request.actor)
            return _initial(get_object_or_404(mine, pk=int(key), rapport=rapport.code))
    return {}


def _initial(row: Commande | ModeleCommande) -> dict:
    known = {f"critere_{cle}": values for cle, values in row.criteres.items()}
    pour = row.niveau if row.territoire is None else f"{row.niveau}:{row.territoire}"
    known |= {"pour": pour, "format": row.format, "commentaire": row.commentaire}
    if isinstance(row, Commande):
        return known | {"periode": DATES, "debut": row.debut, "fin": row.fin}
    return known | {"periode": row.periode}


def _estimated(form: CommandeForm, now) -> int | None:
    """Of what is shown: the period and the criteria of the form, as they are or as they were sent."""
    said = form.cleaned_data if form.is_bound else form.proposed()
    if said is None:
        return None
    perimetre = policies.narrowed(form.perimetre, said["niveau"], said["territoire"])
    return estimations.lignes(form.rapport, perimetre, said["debut"], said["fin"], said["criteres"], now=now)


def _is_provisional(form: CommandeForm, today) -> bool:
    said = form.cleaned_data if form.is_bound else form.proposed()
    return bool(said and said.get("fin") and is_provisional(said["fin"], today))


def _in_words(lignes: int) -> str:
    return f"{counted(lignes, 'ligne')} environ, en {duration(avancement.seconds(lignes))}"


def _sent(commande: Commande, today) -> str:
    told = "Votre commande est envoyée. Un e-mail vous dira quand son fichier est prêt."
    if is_provisional(commande.fin, today):
        days = f"{CONSOLIDATION.days}\u00a0derniers jours"
        return f"{told} Sa période touche les {days}\u00a0: les données ne sont pas consolidées."
    return told
