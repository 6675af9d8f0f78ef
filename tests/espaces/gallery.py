"""The site, and one page with every component in every state: for the browser's checks only."""

from datetime import date, timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import engines
from django.urls import path

from accounts.models import User
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.espaces.views import errors
from viatraj.urls import urlpatterns as site

TODAY = date(2026, 11, 21)
MEDECIN = User(
    pk=1, nom="Leclercq", prenom="Christine", email="c@cabinet.example", profession="10", categorie="C"
)
ASSISTANT = User(pk=2, nom="Moreau", prenom="Sophie", email="s@cabinet.example")


class EveryField(forms.Form):
    nom = forms.CharField(label="Nom", help_text="Tel qu’il figure sur la carte.")
    mot_de_passe = forms.CharField(
        label="Mot de passe", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    code = forms.CharField(
        label="Code", widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})
    )
    droits = forms.ChoiceField(
        label="Droits", choices=[("a", "Lecture seule"), ("b", "Secrétariat")], widget=forms.RadioSelect
    )
    orientations = forms.MultipleChoiceField(
        label="Orientations",
        choices=[("a", "Hébergement"), ("b", "SMR, HAD, Soins Palliatifs")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    profil = forms.ChoiceField(label="Profil", choices=[("", ""), ("a", "Régulateur")], required=False)
    fin = forms.DateField(label="au (inclus)", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    accord = forms.BooleanField(label="J’ai lu et accepte les conditions ci-dessus")


PAGE = """{% extends "base.html" %}{% block title %}Composants{% endblock %}
{% block content %}{% breadcrumb "Accueil" "/" "Composants" %}<h1>Composants</h1>
{% message tone="info" title="Titre" %}<p>Texte.</p>{% endmessage %}{% message tone="neutre" %}<p>Texte.</p>{% endmessage %}
{% message tone="succes" %}<p>Texte.</p>{% endmessage %}{% message tone="attention" %}<p>Texte.</p>{% endmessage %}
{% message tone="erreur" role="alert" %}<p>Texte.</p>{% endmessage %}
<p class="ligne">{% etat "Active" tone="succes" %}{% etat "En attente" tone="info" icon="sablier" %}{% etat "À venir" %}</p>
<p class="ligne"><button class="bouton" type="button">Principal</button>
<button class="bouton bouton--secondaire" type="button" data-attente="60">Recevoir un nouveau code</button>
<button class="bouton bouton--danger" type="button">Supprimer</button></p>
{% fragment as add %}<a class="bouton" href="/galerie/formulaire/" data-dialogue>{% icon "plus" %}Ajouter</a>{% endfragment %}
{% bloc title="Médecins" id="medecins" intro="Les confrères habilités." action=add %}
<table id="medecins" class="tableau tableau--cartes" aria-labelledby="t-medecins">
<thead><tr><th scope="col">Nom</th><th scope="col">Début de délégation</th><th scope="col">Fin de délégation</th>
<th scope="col" class="fin">Actions</th></tr></thead>
<tbody>{% for fin in ends %}<tr data-id="{{ forloop.counter }}"><th scope="row">Léon<span class="sous">Gériatrie</span></th>
<td data-titre="Début de délégation" class="date">{{ today|jour }}</td>
<td data-titre="Fin de délégation" class="date"><span>{{ fin|jour }} {% expiry fin today %}</span></td>
<td class="fin"><span class="actions"><a class="action" href="#">Modifier<span class="sr"> la délégation de Léon</span></a>
<a class="action action--danger" href="#">Supprimer<span class="sr"> la délégation de Léon</span></a></span></td></tr>{% endfor %}
</tbody></table>{% pagination rows %}{% endbloc %}
{% bloc title="Assistants" id="assistants" %}{% vide %}<p>Aucun assistant.</p>{% endvide %}{% endbloc %}
{% card title="Carte" icon="carte" %}<p>Texte.</p>{% endcard %}
{% endblock %}{% block dialogs %}{% dialog %}{% endblock %}"""

FORM = """{% extends "base.html" %}{% block title %}Ajouter une délégation{% endblock %}
{% block width %} data-etroit{% endblock %}
{% block content %}<h1>Ajouter une délégation</h1>{% error_summary form %}
<div class="carte" data-dialogue-corps><form method="post" novalidate>{% tokens %}{{ form }}
<div class="ligne boutons haut-2"><button class="bouton" type="submit">Ajouter</button></div></form></div>{% endblock %}"""


def draw(request, source, status=200, **context):
    return HttpResponse(engines["django"].from_string(source).render(context, request), status=status)


def acting(view):
    def drawn(request):
        request.actor = Actor(user=ASSISTANT, on_behalf_of=MEDECIN)
        return view(request)

    return login_not_required(drawn)


def components(request):
    ends = [TODAY + timedelta(days) for days in (-1, 9, 24, 300)]
    rows = Paginator(range(1000), 25).get_page(request.GET.get("page", 3))
    return draw(request, PAGE, ends=ends, today=TODAY, rows=rows)


def form(request):
    filled = EveryField(request.POST or None)
    return draw(request, FORM, 422 if filled.is_bound and not filled.is_valid() else 200, form=filled)


FAILURES = {
    "400": errors.bad_request,
    "403": lambda request: errors.permission_denied(request, Denied("Seul le délégant peut la supprimer.")),
    "csrf": errors.csrf_failure,
    "404": errors.page_not_found,
    "409": lambda request: errors.conflict(request, typed=[("Volet médical", "Texte saisi")]),
    "422": errors.unprocessable,
    "429": lambda request: errors.too_many(request, 90),
    "500": errors.server_error,
    "503": errors.unavailable,
}

urlpatterns = [
    path("galerie/", acting(components)),
    path("galerie/formulaire/", acting(form)),
    *(path(f"galerie/{name}/", login_not_required(view)) for name, view in FAILURES.items()),
    *site,
]
