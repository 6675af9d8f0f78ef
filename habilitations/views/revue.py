"""«Revue des habilitations»: what is held in the perimeter, filtered, sorted, exported (HAB-9)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from habilitations import actions, policies
from habilitations.reads import entete, export
from habilitations.reads.revue import ABOVE, VUES, Choix, NotVisible, Revue
from habilitations.views import lots, reach
from viatraj.core import pages
from viatraj.core.droits import Domaine
from viatraj.core.pages import page
from viatraj.core.policies import can
from viatraj.core.saving import act

SIZE = 50
HEADS = {"nom": "Nom", "profil": "Profil", "fin": "Date de fin"}


@require_safe
@gzip_page  # fifty lines; padded against BREACH, by Django
def index(request):
    policies.administer(request.actor)
    today = timezone.localdate()
    revue = _revue(request, today)
    total, reviewed = revue.counted()
    paginator = Paginator(revue.pks(), SIZE)
    paginator.count = total
    page_obj = paginator.get_page(request.GET.get("page"))
    rows = [(row, can(policies.manage, request.actor, row)) for row in revue.shown(page_obj.object_list)]
    shown = _shown(request)
    return page(
        request,
        "habilitations/revue.html",
        revue=revue,
        entete=entete.of(revue, total=total, first=page_obj.start_index(), last=page_obj.end_index()),
        now=timezone.localtime(),
        page_obj=page_obj,
        rows=_beside(rows),
        choix=_ticked(request, revue, rows, total),
        sorts=[(tri, label, _sort(revue, tri)) for tri, label in HEADS.items()],
        domaines=Domaine.choices,
        above=ABOVE,
        total=total,
        relues=100 * reviewed // total if total else None,
        shown=shown,
        retour=urlencode({"retour": shown}),
        vues=VUES.items(),
        today=today,
    )


def _shown(request) -> str:
    """The address of these lines, without their ticks: where one comes back to."""
    said = request.GET.copy()
    said.pop("coche", None)
    return said.urlencode()


def _beside(rows):
    """Each line knows its neighbour, where one stays when it has gone."""
    for n, (row, _) in enumerate(rows):
        row.beside = rows[n + 1 if n + 1 < len(rows) else n - 1][0].pk
    return rows


def _ticked(request, revue, rows, total) -> dict:
    """«Tout cocher»: this page, or all lines; `others` are the keys of those on other pages.

    What is acted on is what was ticked here, key by key: no line joins it meanwhile.
    """
    said = request.GET.get("coche", "")
    if said not in ("", "page", "tout"):
        raise Http404
    here = [row.pk for row, may_manage in rows if said and may_manage]
    others = []
    if said == "tout" and total <= lots.AT_MOST:
        beyond = set(revue.pks()) - {row.pk for row, _ in rows}
        others = [one.pk for one in revue.still_here(beyond) if can(policies.manage, request.actor, one)]
    return {"here": here, "others": others, "count": len(here) + len(others), "at_most": lots.AT_MOST}


def _sort(revue, tri) -> tuple[str, str, str]:
    """What a click on the head asks for, how the column is sorted now, and its drawing."""
    if revue.tri != tri:
        return tri, "", "tri"
    return (tri, "descending", "descend") if revue.descending else (f"-{tri}", "ascending", "monte")


@require_safe
def workbook(request):
    """«Exporter»: all that answers, whatever its length; the disk holds it before the first byte leaves."""
    policies.administer(request.actor)
    today = timezone.localdate()
    revue = _revue(request, today)

    def write(file):
        lines = export.write(file, revue)
        act(actions.note_export, criteres=revue.said, lignes=lines, by=request.actor)

    return pages.workbook(f"revue-habilitations-{today}.xlsx", write)


@require_POST
def emails(request, pk):
    """The tick of a row: e-mails of this habilitation, or none (HAB-8)."""
    habilitation = reach.habilitation(request, pk)
    wanted = request.POST.get("emails") == "on"
    act(actions.notify, habilitation, wanted=wanted, by=request.actor)
    told = "recevra les e-mails" if wanted else "ne recevra plus d’e-mail"
    messages.success(request, f"{habilitation.user.nom_complet} {told} ({habilitation.intitule}).")
    return redirect(reach.back(request, habilitation.user_id))


def _revue(request, today) -> Revue:
    try:
        return Revue(request.actor, Choix.of(request.GET), today=today)
    except NotVisible as error:
        raise Http404 from error
