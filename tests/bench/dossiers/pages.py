"""A professional's list of 50 dossiers, as people often write it: rows of the ORM, read field by field."""

from django.core.paginator import Paginator
from django.forms import ModelForm
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from dossiers.models import ORIGINES, Dossier
from tests.bench.cpu import compared, compiled
from tests.bench.report import line
from viatraj.urls import urlpatterns as ours

ROWS = 50
ROUNDS = {"small": 60, "full": 200}
CELL = '<td data-titre="{{ titre }}"{% if classe %} class="{{ classe }}"{% endif %}>{{ valeur }}</td>'
DEMANDEUR = """<td data-titre="Demandeur">{% for presence in dossier.presences.all %}
{% if presence.role in origines %}{{ presence.lieu }}{% endif %}{% endfor %}</td>"""
PAGE = """{% extends "base.html" %}
{% block title %}Dossiers{% endblock %}
{% block content %}
{% breadcrumb "Accueil" "accueil" "Dossiers" %}
<h1>Dossiers</h1>
<form method="get" class="carte">{{ form.as_p }}<button class="bouton" type="submit">Afficher</button></form>
<a class="bouton" href="{% url 'dossiers:search' %}">{% icon "recherche" %}Rechercher un dossier</a>
<a class="bouton" href="{% url 'dossiers:create' %}">{% icon "plus" %}Créer un dossier</a>
<p>{{ page_obj.paginator.count }} dossiers</p>
<table id="dossiers" class="tableau tableau--cartes">
<thead><tr><th>Patient</th><th>Date de naissance</th><th>Orientation</th><th>État</th><th>Demandeur</th>
<th>Créé le</th><th>N°</th></tr></thead>
<tbody>{% for dossier in page_obj %}<tr data-id="{{ dossier.numero }}">
<th scope="row">{{ dossier.nom }} {{ dossier.prenom }}{% if dossier.nom_utilise %}<br>
<span class="petit discret">Nom utilisé : {{ dossier.nom_utilise }}</span>{% endif %}</th>
{% include cell with titre="Date de naissance" classe="date" valeur=dossier.date_naissance|date:"d/m/Y" %}
{% include cell with titre="Orientation" valeur=dossier.get_orientation_display %}
{% include cell with titre="État" valeur=dossier.get_etat_display|capfirst %}
{% include demandeur %}
{% include cell with titre="Créé le" classe="date" valeur=dossier.created_at|date:"d/m/Y" %}
<td data-titre="N° de dossier"><a class="nowrap" href="{% url 'dossiers:detail' dossier.numero %}">
{{ dossier.numero|slice:":4" }} {{ dossier.numero|slice:"4:" }}</a></td>
</tr>{% endfor %}</tbody></table>
{% pagination page_obj %}
{% endblock %}"""


class NaiveForm(ModelForm):
    class Meta:
        model = Dossier
        fields = ["orientation", "decision"]


def naive(request):
    """No query a row: the prefetch of whoever has read about it, over the same perimeter as ours."""
    near = ("presences__unite__etablissement", "presences__coordination", "presences__etablissement")
    rows = Dossier.objects.in_reach(request.actor).order_by("-pk").prefetch_related(*near)
    context = {
        "form": NaiveForm(),
        "page_obj": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "cell": compiled(CELL, inner=True),
        "demandeur": compiled(DEMANDEUR, inner=True),
        "origines": ORIGINES,
    }
    return HttpResponse(compiled(PAGE).render(context, request))


urlpatterns = [*ours, path("naif/", naive)]


def cpu(client, scale):
    with override_settings(ROOT_URLCONF=__name__, SECURE_SSL_REDIRECT=False):
        known = {"rows": ROWS, "rounds": ROUNDS[scale]}
        fast, slow, said = compared(client, "/dossiers/?taille=50", "/naif/", **known)
    yield line(f"dossiers, list of {ROWS}, CPU ({said})", fast, slow, "ms", "<= 0.70")
