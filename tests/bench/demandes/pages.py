"""A dashboard of 50 rows, as people often write it: rows of the ORM, read field by field."""

from django.core.paginator import Paginator
from django.forms import ModelForm
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from demandes.models import Demande
from demandes.tableaux import TABLEAUX
from tests.bench.cpu import compared, compiled
from tests.bench.demandes import simples
from tests.bench.demandes.questions import SIZE, Cas
from tests.bench.report import line
from viatraj.urls import urlpatterns as ours

ROUNDS = {"small": 60, "full": 200}
URL = "/tableaux/receveur/"
CELL = '<td data-titre="{{ titre }}"{% if classe %} class="{{ classe }}"{% endif %}>{{ valeur }}</td>'
PAGE = """{% extends "base.html" %}
{% block title %}{{ tableau.label }}{% endblock %}
{% block content %}
{% breadcrumb "Accueil" "accueil" "Demandes" %}
<h1>{{ tableau.label }}</h1>
<nav class="vues"><ul>{% for vue, nombre in compteurs %}<li><a href="?vue={{ vue.code }}">{{ vue.label }}
{% if nombre %}({{ nombre }}){% endif %}</a></li>{% endfor %}</ul></nav>
<form method="get" class="carte">{{ form.as_p }}<button class="bouton" type="submit">Afficher</button></form>
<p>{{ page_obj.paginator.count }} demandes</p>
<table id="demandes" class="tableau tableau--cartes">
<thead><tr><th>Patient</th><th>Date de naissance</th><th>Dossier</th><th>Demandeur</th><th>État</th>
<th>Ouverte par</th><th>Depuis</th><th>Échéance</th></tr></thead>
<tbody>{% for demande in page_obj %}<tr data-id="{{ demande.pk }}">
<th scope="row"><a href="{% url 'demandes:detail' demande.pk %}">{{ demande.dossier.nom }}
{{ demande.dossier.prenom }}</a></th>
{% include cell with titre="Naissance" classe="date" valeur=demande.dossier.date_naissance|date:"d/m/Y" %}
{% include cell with titre="Dossier" valeur=demande.dossier.numero %}
{% include cell with titre="Demandeur" valeur=demande.par_unite %}
{% include cell with titre="État" valeur=demande.get_etat_display|capfirst %}
{% include cell with titre="Ouverte par" valeur=demande.opened_by %}
{% include cell with titre="Depuis" valeur=demande.depuis|timesince %}
{% include cell with titre="Échéance" classe="date" valeur=demande.echeance_at|date:"d/m/Y H:i" %}
</tr>{% endfor %}</tbody></table>
{% pagination page_obj %}
{% endblock %}"""


class NaiveForm(ModelForm):
    class Meta:
        model = Demande
        fields = ["motif"]


def naive(request):
    """No query a row: joins of whoever has read about it, over the same rows as ours."""
    tableau, now = TABLEAUX["receveur"], timezone.now()
    near = ("dossier", "par_unite__etablissement", "par_etablissement", "par_coordination", "opened_by")
    all_of = simples.visible(tableau, request.actor, Cas("", tableau.code, ""))
    vue = tableau.vues[0]
    rows = simples.ordered(simples.of_vue(all_of, vue, tableau, now), vue, "").select_related(*near)
    context = {
        "tableau": tableau,
        "compteurs": [(one, simples.of_vue(all_of, one, tableau, now).count()) for one in tableau.vues],
        "form": NaiveForm(),
        "page_obj": Paginator(rows, SIZE).get_page(request.GET.get("page")),
        "cell": compiled(CELL, inner=True),
    }
    return HttpResponse(compiled(PAGE).render(context, request))


urlpatterns = [*ours, path("naif/", naive)]


def cpu(client, scale):
    with override_settings(ROOT_URLCONF=__name__, SECURE_SSL_REDIRECT=False):
        fast, slow, said = compared(client, URL, "/naif/", rows=SIZE, rounds=ROUNDS[scale])
    yield line(f"demandes, dashboard of {SIZE}, CPU ({said})", fast, slow, "ms", "<= 0.70")
