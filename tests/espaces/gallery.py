"""The site, and one page with every component in every state: for the browser's checks only."""

from datetime import date, timedelta
from pathlib import Path

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import engines
from django.urls import path

from accounts.models import User
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.site.views import errors
from viatraj.urls import urlpatterns as site

TEMPLATES = Path(__file__).parent / "templates"
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


PAGE = (TEMPLATES / "gallery.html").read_text()
FORM = (TEMPLATES / "form.html").read_text()


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
