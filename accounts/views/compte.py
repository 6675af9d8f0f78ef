"""«Mon compte»: the password (MDP-3, MDP-4), the e-mail address and the mobile (COM-5)."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import actions, mots_de_passe
from accounts.forms import ChangePasswordForm, EmailForm, MobileForm
from accounts.models import ChangementAdresse
from accounts.policies import own_account
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.typography import long_day


@sensitive_post_parameters("ancien", "mot_de_passe", "mot_de_passe_bis")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request):
    return _change(request, "accounts/change_password.html", lambda: "mon_compte")


@sensitive_post_parameters("ancien", "mot_de_passe", "mot_de_passe_bis")
@require_http_methods(["GET", "HEAD", "POST"])
def expired_password(request):
    """MDP-3: nothing else opens before; the gate leads here."""
    if not mots_de_passe.is_expired(request.user, timezone.now()):
        return redirect("accounts:change_password")
    return _change(request, "accounts/expired_password.html", lambda: _wanted(request))


def _change(request, template, where):
    own_account(request.actor)
    user, keep = request.user, request.session.session_key
    form = ChangePasswordForm(posted(request), user=user)
    arguments = {"user": user, "keep": keep, "now": timezone.now(), "by": request.actor}
    if submit(form, actions.change_password, **arguments):
        update_session_auth_hash(request, form.result)
        messages.success(request, f"{_changed(form.result)} Un message de confirmation vous est envoyé.")
        return redirect(where())
    words = mots_de_passe.personal_words(user)
    return page(request, template, form=form, words=" ".join(words), ends=mots_de_passe.expires_at(user))


def _changed(user) -> str:
    """With the day until which the new one is valid (MDP-3)."""
    ends = mots_de_passe.expires_at(user)
    until = f"\u202f; il est valable jusqu’au {long_day(ends)}" if ends else ""
    return f"Votre mot de passe est changé{until}."


def _wanted(request) -> str:
    suite = request.session.pop("suite", "")
    return suite if url_has_allowed_host_and_scheme(suite, allowed_hosts=None) else "accueil"


@sensitive_post_parameters("ancien")
@require_http_methods(["GET", "HEAD", "POST"])
def change_email(request):
    return _ask(request, EmailForm, ChangementAdresse.Kind.MAIL, "accounts/change_email.html")


@sensitive_post_parameters("ancien")
@require_http_methods(["GET", "HEAD", "POST"])
def change_mobile(request):
    """«Vérifier»."""
    return _ask(request, MobileForm, ChangementAdresse.Kind.MOBILE, "accounts/change_mobile.html")


def _ask(request, form_class, kind, template):
    own_account(request.actor)
    user = request.user
    known_so_far = user.mobile if kind == ChangementAdresse.Kind.MOBILE else _unconfirmed(user)
    form = form_class(posted(request), user=user, initial={"target": known_so_far})
    arguments = {"user": user, "kind": kind, "now": timezone.now(), "by": request.actor}
    if submit(form, actions.ask_change, **arguments):
        messages.success(request, SENT[kind])
        return redirect("mon_compte")
    return page(request, template, form=form)


def _unconfirmed(user) -> str:
    """The link may be asked for again."""
    return "" if user.email_verified_at else user.email


SENT = {
    "mail": "Un lien est envoyé à cette adresse\u00a0: suivez-le dans les 24 heures pour la confirmer.",
    "mobile": "Un lien est envoyé par SMS\u00a0: suivez-le dans les 24 heures pour vérifier votre numéro.",
}
