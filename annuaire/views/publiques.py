"""The directory for everybody: search, the page of an établissement, what is open data."""

import csv
import json
import time
from itertools import chain

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import limits
from annuaire.forms.publiques import OffreForm
from annuaire.reads import exports, publiques
from annuaire.reads.publiques import PRESTATIONS
from annuaire.reads.thesaurus import PATHOLOGIES
from viatraj.core.pages import TooManyRequests, page
from viatraj.core.saisie import Refused, numeros

A_PAGE = 20
KEPT = "public, max-age=600"
SLOWED = "Pour rester disponible à tous, l’annuaire limite les recherches venues d’une même adresse."
TAKEN = (
    "Pour rester disponible à tous, l’annuaire limite les téléchargements du fichier complet venus d’une "
    "même adresse."
)


def _cacheable(request, response):
    """The same for everybody who has not signed in."""
    if not request.user.is_authenticated and response.status_code == 200:
        response["Cache-Control"] = KEPT
    return response


@login_not_required
@require_safe
def index(request):
    offered = publiques.offered(today=timezone.localdate())
    form = OffreForm(
        request.GET or None,
        pathologies=offered.get(PATHOLOGIES, ()),
        prestations=offered.get(PRESTATIONS, ()),
    )
    told = {"form": form, "asked": None}
    if form.is_bound and form.is_valid() and form.asked:
        _slow_down(request, SLOWED, (limits.ASKED_OF_THE_DIRECTORY, "annuaire", request.actor.address))
        told |= _found(request, form.asked)
    return _cacheable(request, page(request, "annuaire/publique.html", **told))


def _slow_down(request, why, *ways):
    for limit, *key in ways:
        if wait := limits.seconds_to_wait(limit, *key, now=time.time()):
            raise TooManyRequests(wait, why)


def _found(request, asked):
    answer = publiques.find(asked)
    page_obj = Paginator(answer.etablissements, A_PAGE).get_page(request.GET.get("page"))
    natures = publiques.with_natures(list(page_obj.object_list))
    return {
        "asked": asked,
        "answer": answer,
        "page_obj": page_obj,
        "lignes": [(one, natures.get(one.pk, [])) for one in page_obj.object_list],
    }


@login_not_required
@require_safe
def etablissement(request, finess):
    row = publiques.sheet(finess)
    if row is None:
        raise Http404("Aucun établissement de l’annuaire n’a ce numéro FINESS.")
    unites = list(row.unites.all())
    own, *theirs = publiques.in_words([row, *unites])
    response = page(
        request,
        "annuaire/etablissement_public.html",
        etablissement=row,
        reponses=own,
        unites=list(zip(unites, theirs, strict=True)),
    )
    return _cacheable(request, response)


@login_not_required
@require_safe
def former(request):
    """The address of the former service, which web sites still give: «?FINESS=770701050»."""
    try:
        finess = numeros.finess(request.GET.get("FINESS", ""))
    except Refused as error:
        raise Http404(str(error)) from error
    if not finess:
        return redirect("annuaire:publique", permanent=True)
    return redirect("annuaire:public", finess, permanent=True)


@login_not_required
@require_safe
def export_csv(request):
    """One line an open établissement: what is public of it."""
    writer = csv.writer(_Echo(), delimiter=";")
    lines = (writer.writerow(row) for row in chain([exports.HEADS], exports.rows()))
    return _file(request, chain(["\ufeff"], lines), "text/csv; charset=utf-8", "csv")


@login_not_required
@require_safe
def export_json(request):
    """The same with its units, as one array."""
    parts = (
        (", " if number else "") + json.dumps(one, ensure_ascii=False)
        for number, one in enumerate(exports.sheets())
    )
    return _file(request, chain(["["], parts, ["]"]), "application/json", "json")


class _Echo:
    """A file that hands back what is written to it, line by line."""

    def write(self, line):
        return line


def _file(request, parts, kind, extension):
    """As a stream: whoever reads slowly holds a slice of it in memory, never the whole."""
    alone = (limits.TAKEN_WHOLE, "annuaire-fichier", request.actor.address)
    _slow_down(request, TAKEN, alone, (limits.TAKEN_WHOLE_IN_ALL, "annuaire-fichier"))
    response = StreamingHttpResponse(parts, content_type=kind)
    name = f"etablissements-{timezone.localdate():%Y-%m-%d}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _cacheable(request, response)
