"""A reviewer's list in a campaign, and one line of it (HAB-11)."""

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from habilitations import actions, policies, rights
from habilitations.forms.campagnes import ExamenForm, LotForm
from habilitations.models import Campagne, Examen
from habilitations.profils import PROFILS
from habilitations.reads import aides, campagnes, relais, relecteurs
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import Denied
from viatraj.core.typography import counted

A_PAGE = 50
SHOWN = "habilitations.examens"  # salt: which lines somebody's page has shown
ETATS = {"": "À décider", "decidees": "Décidées", "terminees": "Terminées entre-temps"}
STATES = dict(zip(ETATS, (Examen.State.TODO, Examen.State.DECIDED, Examen.State.ENDED), strict=True))
NOT_SHOWN = "Seules les lignes que votre page a montrées se décident ensemble\u00a0: rouvrez la liste."


@require_http_methods(["GET", "HEAD", "POST"])
def index(request, pk):
    """His lines; a POST decides of those ticked, among those that his page has shown."""
    campagne, mine = _list(request, pk)
    if request.method == "POST":
        return _decide(request, campagne, mine)
    return _page(request, campagne, mine)


def _page(request, campagne, mine, form=None):
    today = timezone.localdate()
    etat, profil = request.GET.get("etat", ""), request.GET.get("profil", "")
    if etat not in ETATS or (profil and profil not in PROFILS):
        raise Http404
    rows = mine.filter(state=STATES[etat])
    if profil:
        rows = rows.filter(profil=profil)
    page_obj = Paginator(campagnes.with_line(rows).sorted_by_name(), A_PAGE).get_page(request.GET.get("page"))
    examens = list(page_obj.object_list)
    shown = signing.dumps([campagne.pk, request.user.pk, [one.pk for one in examens]], salt=SHOWN)
    return page(
        request,
        "habilitations/examens/index.html",
        campagne=campagne,
        form=form or LotForm(rows=[]),
        lignes=aides.of(examens, today=today),
        page_obj=page_obj,
        progress=campagnes.progress_on(mine),
        profils=campagnes.profils_of(mine),
        profil=profil,
        etat=etat,
        etats=ETATS.items(),
        shown=shown,
        checked={int(one) for one in request.POST.getlist("choix") if _is_key(one)},
        today=today,
    )


def _decide(request, campagne, mine):
    """One line kept by its own button, or those ticked with what the form says."""
    alone = request.POST.get("conserver", "")
    said = [alone] if alone else request.POST.getlist("choix")
    keys = {int(one) for one in said if _is_key(one)}
    if not keys:
        messages.info(request, "Cochez d’abord une ligne au moins.")
        return redirect(_here(request, campagne))
    if len(keys) != len(set(said)) or not keys <= _shown(request, campagne):
        raise Denied(NOT_SHOWN)
    rows = list(Examen.objects.filter(campagne=campagne, pk__in=keys).order_by("pk"))
    data = request.POST.copy()
    if alone:
        data["decision"], data["motif"], data["fin"] = Examen.Decision.KEEP, "", ""
    form = LotForm(data, rows=rows)
    now = timezone.now()
    arguments = {"campagne": campagne, "today": timezone.localdate(now), "now": now, "by": request.actor}
    if submit(form, actions.decide, **arguments):
        messages.success(request, _told(form.result, form.cleaned_data["decision"]))
        return redirect(_here(request, campagne))
    return _page(request, campagne, mine, form)


def _shown(request, campagne) -> set[int]:
    try:
        of, by, keys = signing.loads(request.POST.get("vues", ""), salt=SHOWN)
    except (signing.BadSignature, ValueError):
        return set()
    return set(keys) if (of, by) == (campagne.pk, request.user.pk) else set()


def _is_key(said) -> bool:
    return said.isascii() and said.isdecimal() and len(said) < 19


def _here(request, campagne) -> str:
    query = request.GET.urlencode()
    return reverse("habilitations:examens", args=[campagne.pk]) + (f"?{query}" if query else "")


DONE = {
    "keep": "ligne conservée",
    "reduce": "ligne réduite",
    "remove": "ligne retirée",
    "unknown": "ligne confiée",
}


def _told(rows, decision) -> str:
    return counted(len(rows), DONE[decision]) + (" à d’autres relecteurs." if decision == "unknown" else ".")


@require_http_methods(["GET", "HEAD", "POST"])
def show(request, pk, examen):
    """One line, with all that helps to decide; its rights may be reduced here."""
    campagne, mine = _list(request, pk)
    examen = get_object_or_404(campagnes.with_line(mine), pk=examen)
    habilitation, now = examen.habilitation, timezone.now()
    today = timezone.localdate(now)
    chosen = {droit.key: mode for droit, mode in rights.modes(habilitation).items()}
    form = ExamenForm(
        posted(request),
        examen=examen,
        profil=habilitation.le_profil,
        niveau=habilitation.niveau,
        modules=habilitation.lieu.modules,
        chosen=chosen,
        left=relais.alone(relais.removed_with(examen), on=today, today=today),
        initial={
            "version": examen.version,
            "decision": examen.decision,
            "fin": examen.fin_voulue,
            "motif": examen.motif,
        },
    )
    arguments = {"campagne": campagne, "today": today, "now": now, "by": request.actor}
    if submit(form, actions.decide, **arguments):
        messages.success(request, _told(form.result, form.cleaned_data["decision"]))
        return redirect("habilitations:examens", pk)
    ((ligne),) = aides.of([examen], today=today)
    return page(
        request,
        "habilitations/examens/show.html",
        campagne=campagne,
        examen=examen,
        ligne=ligne,
        form=form,
        may_decide=campagne.is_open and not examen.applied_at and examen.state != Examen.State.ENDED,
        readers=[one.user for one in relecteurs.of_line(examen)],
        today=today,
    )


def _list(request, pk):
    """A campaign, and the actor's lines of it; 404 to who has none, as if it did not exist."""
    policies.administer(request.actor)
    campagne = get_object_or_404(Campagne.objects.reviewed_by(request.user), pk=pk)
    desks = relecteurs.desks_of(campagne, request.user)
    policies.review(request.actor, campagne, max((one.rang for one in desks), default=0))
    return campagne, Examen.objects.on_desks(desks).exclude(titulaire=request.user)
