"""«Départ»: one date ends what a person holds in a structure, ticked in a list (COM-8)."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from annuaire.models import Lieu
from changements.reads import made_by
from habilitations import actions, policies
from habilitations.forms.fins import DepartForm
from habilitations.models import Habilitation
from habilitations.reads import relais
from habilitations.views import reach
from viatraj.core.droits import Droit, Niveau
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import Denied, refusal
from viatraj.core.typography import counted, long_day, plural


@require_http_methods(["GET", "HEAD", "POST"])
def depart(request, pk):
    """Of which structure first, when there are several (`?structure=`)."""
    person = reach.ours(request, pk)
    today = timezone.localdate()
    lieux = _left(request.actor, person, today)
    if not lieux:
        raise Denied("Cette personne n’a pas d’habilitation dans un établissement ou une unité.")
    policies.depart(request.actor, person, lieux[0])
    if len(lieux) > 1 and "structure" not in request.GET:
        return page(request, "habilitations/depart_structure.html", lieux=lieux, person=person)
    lieu = _chosen(request, lieux)
    rows = _rows(request.actor, person, lieu, today)
    his_to_end = [row for row in rows if not row.why_not]
    left = relais.alone(his_to_end, on=today + timedelta(days=1), today=today)
    form = DepartForm(posted(request), rows=his_to_end, left=left)
    arguments = {"user": person, "lieu": lieu, "today": today, "now": timezone.now(), "by": request.actor}
    if submit(form, actions.depart, **arguments):
        _tell(request, person, form)
        reach.remember(request, [pk])
        return redirect("habilitations:compte", pk)
    context = {"form": form, "person": person, "lieu": lieu, "rows": rows, "today": today}
    return page(request, "habilitations/depart.html", several=len(lieux) > 1, **context)


def _tell(request, person, form):
    ended, cancelled = map(len, form.result)
    day = long_day(form.cleaned_data["fin"])
    if not ended and not cancelled:
        messages.info(request, f"Rien n’est changé\u00a0: ce qui est coché finit au plus tard le {day}.")
        return
    told = []
    if ended:
        told.append(f"{counted(ended, 'habilitation')} {plural(ended, 'prend,prennent')} fin le {day}")
    if cancelled:
        verb = plural(cancelled, "est annulée,sont annulées")
        told.append(f"{counted(cancelled, 'habilitation')} {verb}")
    sentence = f"Le départ de {person.nom_complet} est enregistré\u00a0: {', '.join(told)}."
    messages.success(request, sentence, extra_tags=made_by(request.actor))


def _chosen(request, lieux) -> Lieu:
    if "structure" not in request.GET:
        return lieux[0]
    for lieu in lieux:
        if lieu.key == request.GET["structure"]:
            return lieu
    raise Http404


def _rows(actor, person, lieu, today) -> list[Habilitation]:
    """Of the structure, in force or to come; `why_not`: that he may not end it."""
    held = Habilitation.objects.of(person).visible_to(actor).current(today).at(lieu).with_lieu()
    rows = list(held.order_by("debut", "pk"))
    for row in rows:
        row.why_not = refusal(policies.manage, actor, row)
        row.is_to_come = row.debut > today
    return rows


def _left(actor, person, today) -> list[Lieu]:
    """Structures of the perimeter where he holds something: the widest that the actor manages."""
    held = Habilitation.objects.of(person).visible_to(actor).current(today).with_lieu()
    found = {}
    for one in held.select_related("etablissement__coordination", "unite__etablissement__coordination"):
        for niveau, row in ((Niveau.ETABLISSEMENT, one.etablissement), (Niveau.UNITE, one.unite)):
            if row and actor.rights.cover(Droit.HABILITATION, row.place, domaine=""):
                lieu = Lieu(niveau, row)
                found[lieu.key] = lieu
                break
    return sorted(found.values(), key=str)
