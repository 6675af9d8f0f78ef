"""One volet: read, filled as far as one can, validated; what was being typed is found again (DOS-3)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dossiers import actions, policies, regards, timbres, volets
from dossiers.forms.volets import VoletForm
from dossiers.models import Volet
from dossiers.models.brouillons import LONGEST
from dossiers.reads import reponses, saisies
from dossiers.reads.contacts import remembered
from dossiers.views.reach import dossier_of
from viatraj.core.droits import Mode
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import can
from viatraj.core.saving import act


@require_safe
def volet(request, numero, kind):
    volet, _ = _found(request, numero, kind)
    policies.look_inside(request.actor, volet.dossier)
    policies.read_volet(request.actor, volet, Mode.ANONYME)
    regard = regards.of(request.actor, volet.dossier)
    mode = regard.volet(volet.kind)
    act(actions.read, volet.dossier, by=request.actor)
    return page(
        request,
        "dossiers/volet.html",
        **_context(request, volet, regard),
        mode=mode,
        sections=reponses.answers(volet.form, reponses.shown(volet, mode)),
        former=volet.texte if volet.formulaire and mode != Mode.ANONYME else "",
        missing=_missing(volet) if can(policies.edit_volet, request.actor, volet) else [],
        **reponses.girs(volet),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit_volet(request, numero, kind):
    volet, shape = _found(request, numero, kind)
    policies.edit_volet(request.actor, volet)
    form, told = _form(request, volet, shape)
    if form.is_bound and _save(request, volet, form):
        return redirect(_next(request, numero, kind, shape))
    act(actions.read, volet.dossier, by=request.actor)
    return page(
        request,
        "dossiers/edit_volet.html",
        **_context(request, volet, regards.of(request.actor, volet.dossier)),
        form=form,
        shape=shape,
        timbre=timbres.stamp(request.user.pk, volet.pk, now=timezone.now()),
        may_validate=can(policies.validate_volet, request.actor, volet),
        **told,
    )


@require_POST
def forget_typed(request, numero, kind):
    volet, _ = _found(request, numero, kind)
    act(actions.forget_typed, volet, by=request.actor)
    messages.success(request, "La saisie conservée est effacée.")
    return redirect("dossiers:edit_volet", numero, kind)


def keep_typed(request) -> bool:
    """What came after the session had ended, by the stamp of its form; no file, nor more than a form says."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if getattr(request, "refused_file", False) or not size.isdecimal() or int(size) > LONGEST:
        return False
    typed = {name: values for name, values in request.POST.lists() if name not in NOT_KEPT}
    kept = {"timbre": request.POST.get("timbre", ""), "typed": typed}
    return act(actions.keep_typed, **kept, now=timezone.now(), by=request.actor) is not None


NOT_KEPT = ("csrfmiddlewaretoken", "au_nom_de", "timbre", "doute", "valider", "suite")
edit_volet.keep = keep_typed


def _found(request, numero, kind) -> tuple[Volet, volets.Formulaire]:
    dossier = dossier_of(request, numero)
    found = dossier.volets.select_related("validated_by", "validated_for")
    volet = get_object_or_404(found, kind=kind)
    volet.dossier = dossier
    try:
        return volet, volets.current(volet.kind, dossier.orientation)
    except KeyError as error:
        raise Http404 from error


def _context(request, volet, regard) -> dict:
    return {
        "dossier": volet.dossier,
        "volet": volet,
        "titre": volet.get_kind_display().capitalize(),
        "etat": reponses.etat_of(volet),
        "patient": volet.dossier if regard.is_nominatif else None,
    }


def _next(request, numero, kind, shape) -> str:
    """The section asked for, or the volet as it reads."""
    suite = request.POST.get("suite", "")
    if suite in [section.code for section in shape.sections]:
        return f"{reverse('dossiers:edit_volet', args=[numero, kind])}#s-{suite}"
    return reverse("dossiers:volet", args=[numero, kind])


def _missing(volet) -> list:
    """What is still to be filled before it is complete."""
    return [] if volet.complet or volet.validated_at else _current(volet).missing(_taken(volet)[0])


def _current(volet) -> volets.Formulaire:
    return volets.current(volet.kind, volet.dossier.orientation)


def _taken(volet) -> tuple[dict, list]:
    """Its answers in today's form, and (field, answer) of those that it does not take."""
    if volet.formulaire == _current(volet).version:
        return volet.values, []
    taken, left = _current(volet).adopt(volet.values, volet.form)
    return taken, [(champ.label, champ.said(volet.values[champ.code])) for champ in left]


def _form(request, volet, shape) -> tuple[VoletForm, dict]:
    """The form, and what the page says of where its answers come from."""
    values, left = _taken(volet)
    told = {"left": left, "kept_at": None, "offered": False}
    if request.method == "POST":
        return VoletForm(posted(request), volet=volet, form=shape), told
    if "repartir" not in request.GET and (kept := saisies.kept(request.user, volet, now=timezone.now())):
        kept_at, typed = kept
        return VoletForm.of_typed(typed, volet=volet, form=shape), told | {"kept_at": kept_at, "left": []}
    if not values and (contacts := remembered(volet)):
        values, told = {"contacts": contacts}, told | {"offered": True}
    return VoletForm(volet=volet, form=shape, values=values), told


def _save(request, volet, form) -> bool:
    validating, was_validated = "valider" in request.POST, volet.validated_at is not None
    verb = actions.validate_volet if validating else actions.edit_volet
    if not submit(form, verb, volet=volet, now=timezone.now(), by=request.actor):
        return False
    done = "enregistré et validé" if validating else "enregistré"
    messages.success(request, f"Le {volet.get_kind_display()} est {done}.")
    if was_validated and form.result.a_revalider:
        messages.warning(request, "Il a changé depuis sa validation\u00a0: il est de nouveau à valider.")
    return True
