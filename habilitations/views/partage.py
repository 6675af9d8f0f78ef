"""Lines of a campaign given by hand to another reviewer, by who leads it (HAB-11)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from changements.reads import made_by
from habilitations import actions
from habilitations.forms.campagnes import PartageForm
from habilitations.reads import campagnes, relecteurs
from habilitations.views.campagnes import led
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.typography import counted

A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def entrust(request, pk, bureau):
    """The lines that wait at one desk («unite:12»), and who may take them."""
    campagne, _ = led(request, pk)
    if not campagne.relecteurs.filter(bureau=bureau).exists():
        raise Http404
    if not campagne.is_open:
        return redirect("habilitations:campagne", pk)
    rows = campagnes.at_desk(campagne, bureau).exclude(titulaire=request.user)
    page_obj = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    examens = list(page_obj.object_list)
    people = _people(campagne, examens)
    form = PartageForm(posted(request), examens=examens, people=people)
    if submit(form, actions.entrust, campagne=campagne, by=request.actor):
        to, count = form.cleaned_data["relecteur"], len(form.cleaned_data["lignes"])
        told = "" if to == request.user else " Un e-mail l’en prévient."
        messages.success(
            request,
            f"{counted(count, 'ligne confiée')} à {to.nom_complet}.{told}",
            extra_tags=made_by(request.actor),
        )
        return redirect("habilitations:campagne_entrust", pk, bureau)
    return page(
        request,
        "habilitations/campagnes/entrust.html",
        campagne=campagne,
        lieu=campagnes.lieux_of_desks([bureau])[bureau],
        form=form,
        page_obj=page_obj,
        ticked=form.ticked,
        today=timezone.localdate(),
    )


def _people(campagne, examens) -> dict:
    """{account: label} of all who may take one of these lines, those of the nearest desks first."""
    desks = relecteurs.desks_above(campagne, examens)
    found = {desk.user: desk.bureau for of_line in desks.values() for desk in of_line.values()}
    lieux = campagnes.lieux_of_desks(set(found.values()))
    return {user: f"{user.nom_complet} ({lieux[bureau]})" for user, bureau in found.items()}
