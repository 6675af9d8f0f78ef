"""Many accounts and habilitations by one file: template, deposit, check, confirmation, report (HAB-4)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from changements import reads
from habilitations import policies
from habilitations.forms.imports import ImportForm
from habilitations.imports import actions, modele, progress, questions, queue
from habilitations.models import Import
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.saving import act
from viatraj.core.typography import grouped
from viatraj.core.workbook import TYPE

LINES_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def index(request):
    policies.administer(request.actor)
    form, now = ImportForm(posted(request), request.FILES or None), timezone.now()
    if form.is_valid():
        count, wait = questions.wait(form.cleaned_data["lines"], user=request.user, now=now)
        if wait:
            form.add_error("fichier", questions.TOO_MANY.format(grouped(count)))
    if submit(form, actions.deposit, now=now, by=request.actor):
        queue.start(form.result)
        return redirect("habilitations:import", form.result.pk)
    imports = Import.objects.visible_to(request.actor).defer("lines", "report", "outcome").newest_first()[:20]
    return page(request, "habilitations/imports/index.html", form=form, imports=imports)


@require_safe
def template(request):
    policies.administer(request.actor)
    return _file(
        modele.template(request.actor.rights, today=timezone.localdate()), "modele-import-habilitations.xlsx"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def show(request, pk):
    """Where it is; a POST confirms it."""
    policies.administer(request.actor)
    upload = get_object_or_404(Import.objects.visible_to(request.actor), pk=pk)
    if request.method == "POST":
        try:
            act(actions.confirm, upload, now=timezone.now(), by=request.actor)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("habilitations:import", pk)
        queue.start(upload)
        return redirect("habilitations:import", pk)
    undoable = reads.undoable(upload.cle, actor=request.actor, now=timezone.now())
    return page(
        request,
        "habilitations/imports/show.html",
        one=upload,
        undoable=undoable,
        lines=Paginator(upload.problems_first, LINES_A_PAGE).get_page(request.GET.get("page")),
        done=progress.read(upload) if upload.state == upload.State.CHECKING else len(upload.outcome),
        nouveaux=len({line["compte"] for line in upload.good if line["nouveau"]}),
        personnes=len({line["compte"] for line in upload.good}),
    )


@require_safe
def report(request, pk):
    policies.administer(request.actor)
    upload = get_object_or_404(Import.objects.visible_to(request.actor), pk=pk)
    return _file(modele.report(upload), f"compte-rendu-import-{upload.pk}.xlsx")


@require_safe
def to_correct(request, pk):
    """The refused lines, to correct and send again."""
    policies.administer(request.actor)
    upload = get_object_or_404(Import.objects.visible_to(request.actor), pk=pk)
    content, ends = modele.to_correct(upload)
    return _file(content, f"lignes-a-corriger-{upload.pk}.{ends}", "text/csv" if ends == "csv" else TYPE)


def _file(content, name, content_type=TYPE):
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
