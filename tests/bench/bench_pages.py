"""A list of 50 dossiers: processor time of a whole request, against the same page written as people often do.

Both go through the same middleware, the same rights, the same base page. The split (SQL, template, rest) is
in the line's name, in milliseconds a request.
"""

import logging
from contextlib import contextmanager
from datetime import date
from functools import cache
from statistics import median
from time import process_time_ns
from unittest import mock

from django.core.paginator import Paginator
from django.db import connection
from django.forms import ModelForm
from django.http import HttpResponse
from django.template import Template, engines
from django.test import Client, override_settings
from django.urls import path

from dossiers.models import Dossier
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
        "cell": compiled(CELL),
        "actions": compiled(ACTIONS),
    }
    return HttpResponse(compiled(PAGE).render(context, request))


@cache
def compiled(text):
    """Once, as the cached loader does for files; inside a page, an include wants the inner template."""
    template = engines["django"].from_string(text)
    return template if text == PAGE else template.template


urlpatterns = [*ours, path("naif/", naive)]


class Clock:
    """Processor nanoseconds of each part of a request; SQL run inside a template counts as SQL."""

    def __init__(self):
        self.spent = {"sql": 0, "template": 0, "all": 0}
        self.inside_template = False

    def sql(self, execute, *args):
        with self._counting("sql", outside="template"):
            return execute(*args)

    @contextmanager
    def _counting(self, part, *, outside=""):
        started = process_time_ns()
        try:
            yield
        finally:
            took = process_time_ns() - started
            self.spent[part] += took
            if outside and self.inside_template:
                self.spent[outside] -= took

    def render(self, template, context):
        if self.inside_template:
            return RENDER(template, context)
        self.inside_template = True
        try:
            with self._counting("template"):
                return RENDER(template, context)
        finally:
            self.inside_template = False

    def request(self, client, url):
        with self._counting("all"):
            response = client.get(url)
        assert response.status_code == 200, url
        assert response.text.count("<tr data-id=") == ROWS, url


RENDER = Template.render


def measured(client, url) -> dict:
    """Milliseconds of one request, by part."""
    clock = Clock()
    timed = mock.patch.object(Template, "render", lambda *args: clock.render(*args))
    with timed, connection.execute_wrapper(clock.sql):
        clock.request(client, url)
    spent = {part: took / 1e6 for part, took in clock.spent.items()}
    return spent | {"rest": spent["all"] - spent["sql"] - spent["template"]}


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
        rounds = [
            [measured(client, url) for url in ("/dossiers/?taille=50", "/naif/")]
            for _ in range(ROUNDS[scale])
        ]
    fast, slow = ([one[side] for one in rounds[10:]] for side in (0, 1))
    name = f"pages: list of {ROWS} dossiers, CPU (ours {split(fast)}; naive {split(slow)})"
    yield line(name, middle(fast, "all"), middle(slow, "all"), "ms", "<= 0.70")


def middle(requests, part) -> float:
    return median(request[part] for request in requests)


def split(requests) -> str:
    return " + ".join(f"{part} {middle(requests, part):.2f}" for part in ("sql", "template", "rest"))
