"""Review campaigns as who opens and follows them sees them (HAB-11)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from annuaire.models import Lieu
from habilitations import actions, policies
from habilitations.forms.campagnes import CampagneForm
from habilitations.imports import queue
from habilitations.models import Campagne, Rapport
from habilitations.reads import attribuables, campagnes, compte_rendu, relecteurs, suggestions
from viatraj.core.droits import Niveau
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.saving import act
from viatraj.core.workbook import TYPE

A_PAGE = 50
TASK = "habilitations.tasks.proceed_campagne"


@require_safe
def index(request):
    """One's lists, the campaigns of one's perimeter, and those that it is time to open."""
    policies.administer(request.actor)
    today = timezone.localdate()
    mine = [
        (one, campagnes.progress_on(campagnes.list_of(one, request.user)))
        for one in campagnes.to_review(request.user)[:A_PAGE]
    ]
    led = Paginator(campagnes.led_by(request.actor), A_PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "habilitations/campagnes/index.html",
        mine=[(one, progress) for one, progress in mine if progress.total],
        led=led,
        suggestions=suggestions.of(request.actor, today=today),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    """`etape`: «compter» says what it would hold, «ouvrir» opens it."""
    policies.administer(request.actor)
    today, rights = timezone.localdate(), request.actor.rights
    places = campagnes.reviewable(rights)
    typed = request.GET.get("structure", "").strip()
    shown, more = attribuables.shown(places, typed)
    form = CampagneForm(
        posted(request),
        places=places,
        shown=shown,
        usage_known=campagnes.usage_is_known(today),
        initial={
            "lieux": _proposed(request, places),
            "titre": f"Revue {today.year}",
            "inutilisees": request.GET.get("inutilisees") == "oui",
        },
    )
    context = {"more": more, "typed": typed, "form": form}
    if request.POST.get("etape") != "ouvrir":
        counted = _counted(form, today) if form.is_bound and form.is_valid() else None
        return page(request, "habilitations/campagnes/create.html", counted=counted, **context)
    if submit(form, actions.open_campagne, today=today, by=request.actor):
        queue.start(form.result, task=TASK)
        messages.success(request, "La campagne est ouverte\u00a0: ses relecteurs sont prévenus par e-mail.")
        return redirect("habilitations:campagne", form.result.pk)
    return page(request, "habilitations/campagnes/create.html", counted=None, **context)


def _proposed(request, places) -> list[str]:
    """As the address says; else the only établissement that he has."""
    if said := request.GET.getlist("lieux"):
        return said
    found = list(places[Niveau.ETABLISSEMENT].order_by("pk")[:2])
    return [Lieu.of(found[0]).key] if len(found) == 1 else []


def _counted(form, today) -> dict:
    said = form.cleaned_data
    rows = campagnes.rows(
        said["lieux"], profils=said["profils"], inutilisees=said["inutilisees"], today=today
    )
    pool = relecteurs.pool(rows, today=today)
    return {"lignes": rows.count(), "relecteurs": len({one["user_id"] for one in pool})}


@require_safe
def show(request, pk):
    campagne, lieux = led(request, pk)
    desks = Paginator(campagnes.by_desk(campagne), A_PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "habilitations/campagnes/show.html",
        campagne=campagne,
        lieux=lieux,
        progress=campagnes.progress(campagne),
        page_obj=desks,
        desks=campagnes.named(campagne, desks.object_list),
        outside=campagnes.left_out(campagne, today=timezone.localdate()),
        rapport=campagnes.rapport_of(campagne),
        mine=bool(relecteurs.desks_of(campagne, request.user)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def close(request, pk):
    """Before its deadline; a page first says what is left."""
    campagne, _ = led(request, pk)
    if request.method == "POST":
        try:
            act(actions.close_campagne, campagne, now=timezone.now(), by=request.actor)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("habilitations:campagne", pk)
        queue.start(campagne, task=TASK)
        messages.success(request, "La campagne se clôt\u00a0: son compte rendu se prépare.")
        return redirect("habilitations:campagne", pk)
    if campagne.is_over:
        return redirect("habilitations:campagne", pk)
    return page(
        request,
        "habilitations/campagnes/close.html",
        campagne=campagne,
        progress=campagnes.progress(campagne),
    )


@require_safe
def report(request, pk):
    campagne, lieux = led(request, pk)
    rapport = campagnes.rapport_of(campagne)
    if rapport is None:
        raise Http404
    rows = Paginator(compte_rendu.undecided(campagne), A_PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "habilitations/campagnes/report.html",
        campagne=campagne,
        rapport=rapport,
        kinds=compte_rendu.kinds(rapport.chiffres),
        lieux=lieux,
        page_obj=rows,
        undecided=[(row, compte_rendu.place(row.avant)) for row in rows],
        sizes=campagnes.sizes(campagne),
    )


@require_safe
def file(request, pk, kind):
    """The report's workbook or its PDF, as they were made when the campaign closed."""
    campagne, _ = led(request, pk)
    column, media, ending = {
        "classeur": ("classeur", TYPE, "xlsx"),
        "pdf": ("pdf", "application/pdf", "pdf"),
    }[kind]
    content = Rapport.objects.filter(campagne=campagne).values_list(column, flat=True).first()
    if not content:
        raise Http404
    attached = f'attachment; filename="campagne-{campagne.pk}.{ending}"'
    return HttpResponse(bytes(content), content_type=media, headers={"Content-Disposition": attached})


def led(request, pk):
    """A campaign whose perimeter is all in his, and its places; 404 to anybody else."""
    policies.administer(request.actor)
    visible = Campagne.objects.led_by(request.actor).select_related("user", "closed_by")
    campagne = get_object_or_404(visible, pk=pk)
    lieux = campagnes.lieux_of(campagne)
    policies.lead_campagne(request.actor, lieux)
    return campagne, lieux
