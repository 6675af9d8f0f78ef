"""«Fermer ou remplacer»: what hangs there, what takes its place, what was done (ANN-7)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annuaire import actions, attaches, policies
from annuaire.forms.fermetures import FermetureForm, ReouvertureForm, SuccesseurForm
from annuaire.models import Lieu
from annuaire.reads import fermetures as reads
from changements.reads import made_by
from viatraj.core.droits import Niveau
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.saving import act
from viatraj.core.waking import wake

TASK = "annuaire.tasks.proceed_fermeture"
LEVELS = (Niveau.ETABLISSEMENT, Niveau.UNITE, Niveau.GUICHET)


@require_safe
def index(request):
    """What feeders have said closed, and waits for an answer."""
    policies.closings(request.actor)
    return page(request, "annuaire/fermetures.html", avis=reads.waiting(request.actor).with_structure()[:100])


@require_http_methods(["GET", "HEAD", "POST"])
def close(request, niveau, pk):
    structure = found(request, niveau, pk)
    fermeture = reads.last(structure)
    if structure.closed_at or (fermeture and fermeture.is_at_work):
        return _closed(request, structure, fermeture)
    successeur = chosen(request, reads.of_perimeter(request.actor, structure.niveau))
    below = reads.below(structure)
    avis, today = reads.avis(structure), timezone.localdate()
    form = FermetureForm(
        posted(request),
        successeur=successeur,
        has_units=bool(below),
        initial={"on": avis.fermee_le if avis else today},
    )
    known = {"structure": structure, "replaced_by": successeur}
    if submit(form, actions.close_structure, **known, now=timezone.now(), by=request.actor):
        told = f"{Lieu.of(structure)}\u00a0: la fermeture est enregistrée."
        messages.success(request, told, extra_tags=made_by(request.actor))
        _wake(form.result)
        return redirect("annuaire:fermeture", niveau, pk)
    mot = request.GET.get("mot", "").strip()[:100]
    return page(
        request,
        "annuaire/close.html",
        **head(structure),
        form=form,
        successeur=successeur,
        recherche=SuccesseurForm(initial={"mot": mot}),
        mot=mot,
        trouves=[Lieu.of(one) for one in reads.successors(request.actor, structure, mot)] if mot else [],
        lignes=attaches.hanging(Lieu.of(structure), today=today, by=request.actor),
        below=below,
        avis=avis,
        is_much=attaches.is_much(
            Lieu.of(structure),
            Lieu.of(successeur) if successeur else None,
            now=timezone.now(),
            by=request.actor,
        ),
    )


def _closed(request, structure, fermeture, form=None):
    """Its sheet and this page stay where they are, and name what has taken its place."""
    return page(
        request,
        "annuaire/closed.html",
        **head(structure),
        successeur=Lieu.of(structure.replaced_by) if structure.replaced_by else None,
        fait=fermeture,
        form=form or _reopening(request, fermeture, timezone.now()),
    )


@require_POST
def reopen(request, niveau, pk):
    structure = found(request, niveau, pk)
    fermeture, now = reads.last(structure), timezone.now()
    form = _reopening(request, fermeture, now)
    if not submit(form, actions.reopen, structure=structure, now=now, by=request.actor):
        return _closed(request, structure, fermeture, form)
    _wake(form.result)
    messages.success(request, f"{Lieu.of(structure)} est de nouveau ouvert{_e(structure)}.")
    return redirect("annuaire:fermeture", niveau, pk)


def _reopening(request, fermeture, now) -> ReouvertureForm:
    rendues = attaches.may_be_given_back(fermeture, now=now, by=request.actor)
    return ReouvertureForm(posted(request), rendues=rendues)


def _wake(fermeture) -> None:
    """What is too long for this request; the next `resume_fermetures` would do it too."""
    if fermeture is not None and fermeture.is_at_work:
        wake(TASK, fermeture.pk)


@require_POST
def keep_open(request, niveau, pk):
    """«Elle reste ouverte», against what a feeder has said."""
    if niveau == Niveau.GUICHET:
        raise Http404
    structure = found(request, niveau, pk)
    act(actions.keep_open, structure, now=timezone.now(), by=request.actor)
    messages.success(request, f"{Lieu.of(structure)} reste ouvert{_e(structure)}.")
    return redirect("annuaire:fermetures")


def _e(structure) -> str:
    return "e" if structure.niveau == Niveau.UNITE else ""


def found(request, niveau, pk):
    """404 outside the perimeter; 403 for who is at home here and may not close."""
    if niveau not in LEVELS:
        raise Http404
    structure = get_object_or_404(reads.visible_to(request.actor, niveau), pk=pk)
    policies.close(request.actor, structure)
    return structure


def chosen(request, rows):
    """One of these, chosen in the page's address, and nowhere else."""
    par = request.GET.get("par", "")
    if not par:
        return None
    if not par.isascii() or not par.isdigit() or len(par) > 18:
        raise Http404
    return get_object_or_404(rows, pk=int(par))


def head(structure) -> dict:
    lieu = Lieu.of(structure)
    return {
        "structure": structure,
        "lieu": lieu,
        "here": reverse("annuaire:fermeture", args=[structure.niveau, structure.pk]),
    }
