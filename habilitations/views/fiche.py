"""An account's own data, by a référent: opened, corrected, unlocked (COM-3, COM-4, COM-7)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

import accounts.actions
from accounts import attaches
from accounts import policies as account_policies
from accounts.policies import Voie
from changements.reads import made_by
from habilitations import policies
from habilitations.forms.comptes import CorrectionForm, CreationForm, NouvelleAdresseForm
from habilitations.models import Habilitation
from habilitations.reads import relais
from habilitations.views import reach
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import refusal
from viatraj.core.saving import act


@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    """«+ Créer un utilisateur», then straight to what he may do."""
    policies.administer(request.actor)
    form = CreationForm(posted(request))
    if submit(form, accounts.actions.register, now=timezone.now(), by=request.actor):
        user = form.result
        reach.remember(request, [user.pk])
        messages.success(
            request,
            f"Le compte {user.login} est créé. Un message vient d’être envoyé à {user.email}, avec un lien "
            "pour choisir le mot de passe. Attribuez à présent une habilitation.",
        )
        return redirect(f"{reverse('habilitations:grant')}?{urlencode({'compte': user.pk})}")
    insists = form.is_bound and form.insists
    if form.is_bound and form.is_taken:
        form.warn()
    return page(request, "habilitations/create.html", form=form, insists=insists)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request, pk):
    user = reach.ours(request, pk)
    now = timezone.now()
    places = attaches.of(user, now=now).places
    account_policies.correct(request.actor, user, places)
    names = ("nom", "prenom", "profession_label", "telephone", "version")
    as_read = {name: getattr(user, name) for name in names}
    why_not = refusal(account_policies.rename, request.actor, user, places)
    form = CorrectionForm(posted(request), initial=as_read, locked=bool(why_not))
    if submit(form, accounts.actions.correct, user=user, now=now, by=request.actor):
        messages.success(request, f"Le compte {user.login} est modifié.")
        return redirect("habilitations:compte", pk)
    return page(request, "habilitations/correct.html", form=form, person=user, why_not=why_not)


@require_http_methods(["GET", "HEAD", "POST"])
def change_email(request, pk):
    """COM-10: the page says which way it goes; the action judges again."""
    user = reach.ours(request, pk)
    now = timezone.now()
    held = attaches.of(user, now=now)
    voie = account_policies.change_email(request.actor, user, held.places, held.settled)
    as_read = {"email": user.email, "version": user.version}
    form = NouvelleAdresseForm(posted(request), initial=as_read, with_motif=voie == Voie.COORDINATION)
    if submit(form, accounts.actions.change_email, user=user, now=now, by=request.actor):
        messages.success(request, ASKED[voie])
        return redirect("habilitations:compte", pk)
    return page(request, "habilitations/change_email.html", form=form, person=user, voie=voie)


CANCELLABLE = (
    "Un lien de confirmation est envoyé à la nouvelle adresse. L’ancienne est prévenue et peut annuler ce "
    "changement pendant 48 heures après sa confirmation."
)
ASKED = {
    Voie.LIBRE: "L’adresse est corrigée. Un nouveau premier lien, valable 7 jours, y est envoyé.",
    Voie.HABITUELLE: CANCELLABLE,
    Voie.COORDINATION: CANCELLABLE,
    Voie.ACCORD: "L’accord de cette personne est demandé à son adresse actuelle\u00a0: un lien de "
    "confirmation partira vers la nouvelle dès qu’elle l’aura donné.",
}


@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request, pk):
    """The padlock."""
    user = reach.ours(request, pk)
    now = timezone.now()
    account_policies.unlock(request.actor, user, attaches.of(user, now=now).places)
    back = reach.back(request, pk)
    if request.method == "POST":
        act(accounts.actions.unlock, user, now=now, by=request.actor)
        messages.success(request, f"Le compte {user.login} est débloqué.")
        return redirect(back)
    return page(request, "habilitations/unlock.html", person=user, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
def disable(request, pk):
    return _opening(request, pk, accounts.actions.disable, "désactivé\u00a0: ses sessions sont fermées")


@require_http_methods(["GET", "HEAD", "POST"])
def enable(request, pk):
    return _opening(request, pk, accounts.actions.enable, "réactivé")


def _opening(request, pk, action, told):
    """One page to confirm either; what the account's state asks for is all that it offers."""
    user = reach.person(request, pk)
    now = timezone.now()
    account_policies.disable(request.actor, user, attaches.of(user, now=now).places)
    form = Form(posted(request))
    if submit(form, action, user=user, now=now, by=request.actor):
        messages.success(request, f"Le compte {user.login} est {told}.", extra_tags=made_by(request.actor))
        return redirect("habilitations:compte", pk)
    today = timezone.localdate(now)
    held = Habilitation.objects.of(user).in_force(today).referents().with_lieu()
    left = relais.alone(held, on=today, today=today) if user.is_active else []
    return page(request, "habilitations/activation.html", form=form, person=user, left=left)


@require_POST
def welcome_again(request, pk):
    user = reach.ours(request, pk)
    try:
        act(accounts.actions.welcome_again, user, now=timezone.now(), by=request.actor)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, f"Un nouveau lien, valable 7 jours, est envoyé à {user.email}.")
    return redirect("habilitations:compte", pk)
