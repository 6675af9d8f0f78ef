"""Several rows of the revue at once, shown again before anything is written (HAB-5, HAB-9)."""

from django.contrib import messages
from django.forms import Form
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from changements.reads import made_by
from habilitations import actions, policies
from habilitations.forms.fins import LotForm
from habilitations.models import Habilitation
from habilitations.reads import lots
from habilitations.views import reach
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.typography import counted, long_day, plural

AT_MOST = 100  # lines of the revue, ticked over its pages


@require_http_methods(["GET", "HEAD", "POST"])
def prolong(request):
    policies.administer(request.actor)
    rows, today = _chosen(request), timezone.localdate()
    suites = lots.followers(rows)
    refused = lots.refusals(rows, by=request.actor, today=today, suites=suites)
    form = LotForm(posted(request), rows=rows, suites=suites, aside=refused, today=today)
    if rows and submit(form, actions.prolong_all, habilitations=rows, today=today, by=request.actor):
        until = long_day(form.cleaned_data["fin"])
        return _done(request, f"{counted(len(rows), 'habilitation prolongée')} jusqu’au {until} inclus.")
    return _page(request, "prolong", rows, refused, form=form, today=today, suites=suites, left=form.left)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request):
    policies.administer(request.actor)
    rows, form = _chosen(request), Form(posted(request))
    if rows and submit(form, actions.revoke_all, habilitations=rows, now=timezone.now(), by=request.actor):
        return _done(request, f"{counted(len(rows), 'habilitation supprimée')}, avec effet immédiat.")
    today = timezone.localdate()
    refused = lots.refusals(rows, by=request.actor, today=today, ending=True)
    return _page(request, "revoke", rows, refused, form=form, today=today)


def _page(request, name, rows, refused, *, today, suites=None, left=(), **context):
    """Rows that the action would refuse are told with the reason, and not among those that are sent; those
    of `left` refuse the date that was sent, and are ticked again for another one."""
    if not rows:
        messages.info(request, "Cochez d’abord les habilitations dans la revue.")
        return redirect(reach.revue(request))
    for row in rows:
        row.following, row.is_left = (suites or {}).get(row.pk), row.pk in left
    return page(
        request,
        f"habilitations/lots/{name}.html",
        rows=[(row, refused.get(row.pk, "")) for row in rows],
        count=len(rows) - len(refused.keys() | set(left)),
        refused=[(row, refused[row.pk]) for row in rows if row.pk in refused],
        back=reach.revue(request),
        today=today,
        **context,
    )


def _done(request, sentence):
    messages.success(request, sentence, extra_tags=made_by(request.actor))
    return redirect(reach.revue(request))


def _chosen(request) -> list[Habilitation]:
    """Ticked in the revue, then on this page, where some may be left out again.

    Those deleted before the page is shown are left out, which is said; later the action refuses them.
    """
    said = (request.POST if request.method == "POST" else request.GET).getlist("choix")
    if not all(one.isascii() and one.isdecimal() and len(one) < 19 for one in said):
        raise Http404
    ids = {int(one) for one in said}
    rows = Habilitation.objects.visible_to(request.actor).filter(pk__in=ids)
    found = list(rows.with_lieu().select_related("user").sorted_by("nom")[:AT_MOST])
    if len(found) != len(ids):
        raise Http404
    if request.method == "POST":
        return found
    living = [row for row in found if row.is_living]
    if gone := len(found) - len(living):
        told = plural(
            gone, "n’est plus en cours\u00a0: elle n’est,ne sont plus en cours\u00a0: elles ne sont"
        )
        messages.info(request, f"{counted(gone, 'habilitation cochée')} {told} pas dans cette liste.")
    return living
