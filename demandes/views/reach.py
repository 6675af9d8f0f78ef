"""What an address names, if this actor may see it: a demande, without names where he may not know them; a
dashboard."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from demandes import policies, regards
from demandes.handicap.suivis import SUIVIS, Suivi
from demandes.models import Demande
from demandes.tableaux import TABLEAUX, Tableau
from dossiers.reads.lignes import profil
from dossiers.volets.adressage import age_on


def demande_of(request, pk) -> Demande:
    """With its `vue`, `nominatif`, and what a page says of the patient."""
    rows = Demande.objects.visible_to(request.actor).with_lieu()
    demande = get_object_or_404(rows.select_related("dossier__auteur", "opened_by"), pk=pk)
    demande.vue = regards.of(request.actor, demande)
    if not demande.vue:
        raise Http404
    now = timezone.now()
    dossier = demande.dossier
    request.orientation = dossier.orientation  # «Comment faire ?» is of it
    demande.nominatif = demande.vue.is_nominatif(now)
    age = age_on(dossier.date_naissance, timezone.localdate(now))
    demande.profil = profil(age, dossier.sexe, dossier.departement)
    if not demande.nominatif:
        dossier.forget_names()
    return demande


def tableau_of(request, code) -> Tableau:
    """404 where none is called so; 403 where his rights do not open it."""
    return _opened(request, TABLEAUX.get(code))


def board_of(request, code) -> Tableau | Suivi:
    """Of demandes or of notifications."""
    return _opened(request, (TABLEAUX | SUIVIS).get(code))


def _opened(request, found):
    if found is None:
        raise Http404
    policies.board(request.actor, found)
    return found
