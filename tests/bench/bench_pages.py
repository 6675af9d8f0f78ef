"""A list of 50 dossiers: processor time of a whole request, against the same page written as people often do.

The split (SQL, template, rest) is in the line's name, in milliseconds a request.
"""

import logging
from datetime import date

from django.core.paginator import Paginator
from django.forms import ModelForm
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from dossiers.models import Dossier
from tests.bench.cpu import compared, compiled
from tests.bench.report import line
from tests.dossiers.factories import DossierFactory
from tests.factories import MedecinFactory, sign_in
from viatraj.core.droits import Orientation
from viatraj.urls import urlpatterns as ours

ROWS = 50
ROUNDS = {"small": 150, "full": 600}

CELL = '<td data-titre="{{ titre }}"{% if classe %} class="{{ classe }}"{% endif %}>{{ valeur }}</td>'
ACTIONS = """<td data-titre="N° de dossier">
<a class="action nowrap" href="{% url 'dossiers:detail' dossier.numero %}">
{{ dossier.numero|slice:":4" }} {{ dossier.numero|slice:"4:" }}</a></td>"""
PAGE = """{% extends "base.html" %}
{% block title %}Mes dossiers{% endblock %}
{% block content %}
{% breadcrumb "Accueil" "medecin" "Mes dossiers" %}
<h1>Mes dossiers</h1>
<form method="get" class="carte">{{ form.as_p }}<button class="bouton" type="submit">Afficher</button></form>
<a class="bouton" href="{% url 'dossiers:search' %}">{% icon "recherche" %}Rechercher un dossier</a>
<a class="bouton" href="{% url 'dossiers:create' %}">{% icon "plus" %}Créer un dossier</a>
<table id="dossiers" class="tableau tableau--cartes">
<thead><tr><th>Patient</th><th>Date de naissance</th><th>Orientation</th><th>Créé le</th><th>N°</th></tr>
</thead>
<tbody>{% for dossier in page_obj %}<tr data-id="{{ dossier.pk }}">
<th scope="row">{{ dossier.nom }} {{ dossier.prenom }}</th>
{% include cell with titre="Date de naissance" classe="date" valeur=dossier.date_naissance|date:"d/m/Y" %}
{% include cell with titre="Orientation" valeur=dossier.get_orientation_display %}
{% include cell with titre="Créé le" classe="date" valeur=dossier.created_at|date:"d/m/Y" %}
{% include actions with dossier=dossier %}
</tr>{% endfor %}</tbody></table>
{% pagination page_obj %}
{% endblock %}"""


class NaiveForm(ModelForm):
    class Meta:
        model = Dossier
        fields = ["orientation"]


def naive(request):
    dossiers = Dossier.objects.visible_to(request.actor).select_related("auteur").order_by("-pk")
    page_obj = Paginator(dossiers, ROWS).get_page(request.GET.get("page"))
    context = {
        "form": NaiveForm(),
        "page_obj": page_obj,
        "cell": compiled(CELL, inner=True),
        "actions": compiled(ACTIONS, inner=True),
    }
    return HttpResponse(compiled(PAGE).render(context, request))


urlpatterns = [*ours, path("naif/", naive)]


def run(scale):
    logging.disable(logging.INFO)
    medecin = MedecinFactory()
    for rank in range(ROWS):
        DossierFactory(
            auteur=medecin,
            orientation=list(Orientation)[rank % 3],
            nom=f"Garricou-{rank}",
            date_naissance=date(1950, 1, 1 + rank % 28),
        )
    with override_settings(ROOT_URLCONF=__name__, SECURE_SSL_REDIRECT=False):
        client = sign_in(Client(), medecin)
        fast, slow, said = compared(client, "/dossiers/?taille=50", "/naif/", rows=ROWS, rounds=ROUNDS[scale])
    yield line(f"pages: list of {ROWS} dossiers, CPU ({said})", fast, slow, "ms", "<= 0.70")
