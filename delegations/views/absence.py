"""A médecin plans his absence: period, confrère, message, in one step (DEL-3)."""

from datetime import timedelta
from typing import NamedTuple

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import annuaire.reads.search
from annuaire.forms.recherches import RechercheForm
from annuaire.models import Professionnel
from delegations import actions, policies
from delegations.forms import AbsenceForm
from delegations.models import Delegation
from viatraj.core import searches
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page

KNOWN_AT_MOST = 6
SEARCH = "absence"  # as `searches` keeps it
LONGEST = 1_000  # characters of a field
TYPED = "oui"  # the value of «Rechercher»


class Confrere(NamedTuple):
    idnat: str
    nom: str
    sous: str


@require_http_methods(["GET", "HEAD", "POST"])
def cover(request, cle=""):
    """`cle`: what was typed when a confrère was last looked for (docs/adr/0039)."""
    policies.grant(request.actor)
    today, own = timezone.localdate(), list(request.actor.user.identites.values_list("idnat", flat=True))
    week = {"debut": today, "fin": today + timedelta(days=6)}
    typed = request.POST.dict() if request.method == "POST" else _kept(request, cle)
    searching = "rechercher" in typed
    search = RechercheForm(_sought(typed) if searching else None, initial=typed)
    if request.method == "POST" and search.is_bound and search.is_valid():
        return redirect("delegations:cover_search", _keep(request, typed))
    found = search.results(exclude=own) if search.is_bound and search.is_valid() else None
    confreres = _proposed(request.actor.user, typed.get("idnat", ""), found, exclude=own)
    asked = None if searching else posted(request)
    form = AbsenceForm(asked, initial=week | typed, confreres=confreres)
    if submit(form, actions.grant_confrere, today=today, now=timezone.now(), by=request.actor):
        messages.success(
            request,
            f"Remplacement proposé par e-mail au {form.result.titre}. Il prendra effet après acceptation.",
        )
        return redirect("delegations:index")
    return page(
        request,
        "delegations/cover.html",
        form=search if search.is_bound and search.errors else form,
        cover=form,
        search=search,
        found=found,
        confreres=confreres,
        source=annuaire.reads.search.SOURCE,
    )


def _keep(request, typed) -> str:
    """The form as it stands is not judged yet: what could never be right is not kept whole."""
    known = {"rechercher", *AbsenceForm.base_fields, *RechercheForm.base_fields}
    kept = {name: value[:LONGEST] for name, value in typed.items() if name in known}
    return searches.keep(request, SEARCH, typed=kept)


def _kept(request, cle) -> dict:
    asked = searches.find(request, SEARCH, cle) if cle else {"typed": {}}
    if asked is None:
        messages.info(request, searches.GONE)
        return {}
    return asked["typed"]


def _proposed(medecin, idnat, found, *, exclude) -> list[Confrere]:
    """The one chosen, those just found, those one has already worked with."""
    chosen = annuaire.reads.search.by_number(idnat)
    hits = [chosen] if chosen else []
    hits += [*found.ailleurs, *found.professionnels] if found else []
    proposed = [
        Confrere(one.idnat, f"Dr {one.prenom} {one.nom}", _sous(one.specialite, one.lieux)) for one in hits
    ]
    former = Delegation.objects.granted_by(medecin).filter(kind=Delegation.Kind.CONFRERE)
    for one in Professionnel.objects.filter(pk__in=former.values("professionnel")).order_by("-pk")[
        :KNOWN_AT_MOST
    ]:
        lieux = [(one.code_postal, one.commune)] if one.commune else []
        proposed.append(Confrere(one.idnat, f"Dr {one.prenom} {one.nom}", _sous(one.specialite, lieux)))
    return list({one.idnat: one for one in reversed(proposed) if one.idnat not in exclude}.values())[::-1]


def _sought(typed) -> dict:
    """What was typed, or the near surname whose button was pressed."""
    proposed = typed["rechercher"]
    return typed | ({"nom": proposed} if proposed != TYPED else {})


def _sous(specialite, lieux) -> str:
    places = [f"{commune.title()} ({code_postal})" for code_postal, commune in lieux[:2]]
    return ", ".join(filter(None, [specialite, *places]))
