"""What can be done with a délégation. The only writer of this app."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

import annuaire.actions
from accounts.models import Identite
from delegations import emails, policies
from delegations.models import INVITATION_LIFETIME, Delegation
from journal.models import record
from viatraj.core.periods import add_months
from viatraj.core.policies import Denied
from viatraj.core.saving import locked, save_valid


@transaction.atomic
def grant_confrere(*, idnat, debut, fin, cle, today, now, by):
    """Propose to a confrère of the national directory (DEL-3); the same `cle` twice is one délégation."""
    policies.grant(by)
    medecin = locked(by.user)  # one grant of a médecin at a time: a double click waits, then finds the first
    cle = cle or uuid.uuid4()
    if done := Delegation.objects.granted_by(medecin).filter(cle=cle).first():
        return done
    confrere = annuaire.actions.refer(idnat, by=by)
    account = _account_of(confrere)
    _check_period(debut, fin, today=today, kind=Delegation.Kind.CONFRERE)
    key = f"user:{account.pk}"
    _close_unanswered(Delegation.objects.granted_by(medecin).filter(delegataire_key=key), now=now, by=by)
    delegation = save_valid(
        Delegation(
            kind=Delegation.Kind.CONFRERE,
            delegant=medecin,
            delegataire=account,
            delegataire_key=key,
            professionnel=confrere,
            nom=account.nom,
            prenom=account.prenom,
            email=account.email,
            debut=debut,
            fin=fin,
            cle=cle,
        )
    )
    _record("delegation.granted", delegation, by=by)
    emails.granted(delegation)
    return delegation


def _account_of(confrere):
    identite = Identite.objects.filter(idnat=confrere.idnat, ended_at=None).select_related("user").first()
    if identite is None or not identite.user.is_active:
        raise ValidationError(
            f"Le Dr {confrere.prenom} {confrere.nom} n’a pas encore de compte\u00a0: il doit d’abord se "
            "connecter une première fois avec sa carte CPS ou l’application e-CPS.",
            code="confrere",
        )
    return identite.user


def _check_period(debut, fin, *, today, kind, former_debut=None):
    """Six months at most for a confrère, a year for an assistant, counted from today or from the start."""
    if debut < today and debut != former_debut:
        raise ValidationError({"debut": "La délégation commence aujourd’hui ou plus tard."})
    if fin < today:
        raise ValidationError(
            {"fin": "Cette date est passée. Pour mettre fin à la délégation, supprimez-la."}
        )
    months = {
        Delegation.Kind.CONFRERE: settings.DELEGATION_CONFRERE_MONTHS,
        Delegation.Kind.ASSISTANT: settings.DELEGATION_ASSISTANT_MONTHS,
    }[kind]
    last = add_months(max(today, debut), months)
    if fin > last:
        raise ValidationError(
            f"Une délégation dure {months} mois au plus\u00a0: choisissez une date jusqu’au {last:%d/%m/%Y}.",
            code="fin",
        )


@transaction.atomic
def accept(delegation, *, now, by):
    """DEL-3: by the person's signed-in identity; the mail's link only points here."""
    delegation = locked(delegation)
    policies.answer(by, delegation)
    if delegation.accepted_at:
        return
    _refuse_if_run_out(delegation, now)
    delegation.accepted_at = now
    _change(delegation)
    _record("delegation.accepted", delegation, by=by)
    emails.accepted(delegation)


@transaction.atomic
def refuse(delegation, *, now, by):
    delegation = locked(delegation)
    if delegation.refused_at and by.user and by.user.pk == delegation.delegataire_id:
        return
    policies.answer(by, delegation)
    if delegation.accepted_at:
        raise Denied("Vous avez déjà accepté cette délégation.")
    delegation.refused_at = now
    _change(delegation)
    _record("delegation.refused", delegation, by=by)
    emails.refused(delegation)


@transaction.atomic
def modify(delegation, *, debut, fin, version, today, by):
    """DEL-4: at once; the delegate is told."""
    delegation = locked(delegation, version=version)
    policies.modify(by, delegation)
    if (debut, fin) == (delegation.debut, delegation.fin):
        return
    _check_period(debut, fin, today=today, kind=delegation.kind, former_debut=delegation.debut)
    delegation.debut, delegation.fin = debut, fin
    _change(delegation)
    _record("delegation.modified", delegation, by=by)
    # A waiting one is proposed again: the former mail's link and dates are no longer right.
    emails.granted(delegation) if delegation.is_waiting else emails.modified(delegation)


@transaction.atomic
def revoke(delegation, *, now, by):
    """DEL-4: the delegate is out at his next click; deleting twice is deleting once."""
    delegation = locked(delegation)
    policies.manage(by, delegation)
    if not delegation.is_living:
        return
    delegation.revoked_at = now
    _change(delegation)
    _record("delegation.revoked", delegation, by=by)
    emails.revoked(delegation)


@transaction.atomic
def take_up(delegation, *, today, by):
    """«Pour qui je travaille» (DEL-5): the choice is the session's, its trace is kept."""
    policies.take_up(by, delegation)
    if not Delegation.objects.received_in_force(by.user, on=today).filter(pk=delegation.pk).exists():
        raise Denied("Cette délégation n’est pas en vigueur aujourd’hui.")
    _record("delegation.taken_up", delegation, by=by)


@transaction.atomic
def lay_down(delegation, *, by):
    policies.take_up(by, delegation)
    _record("delegation.laid_down", delegation, by=by)


@transaction.atomic
def expire_invitations(*, now, by):
    """Invitations that nobody answered within 30 days; the médecin is told."""
    policies.system(by)
    _close_unanswered(Delegation.objects.order_by("pk"), now=now, by=by)


def _close_unanswered(delegations, *, now, by):
    """A constraint cannot read the clock: what has run out is closed before a new one is made."""
    unanswered = delegations.living().filter(accepted_at=None, created_at__lt=now - INVITATION_LIFETIME)
    for delegation in unanswered.select_for_update(of=("self",), skip_locked=True):
        delegation.expired_at = now
        _change(delegation)
        _record("delegation.expired", delegation, by=by)
        emails.expired(delegation)


def _refuse_if_run_out(delegation, now):
    if delegation.created_at < now - INVITATION_LIFETIME:
        raise Denied("Cette proposition a plus de 30 jours\u00a0: demandez au médecin de la renouveler.")


def _change(delegation):
    """Every change kills the links sent before."""
    delegation.nonce = uuid.uuid4()
    delegation.version += 1
    save_valid(delegation)


def _record(event, delegation, *, by):
    record(
        event,
        by=by,
        target=delegation,
        titre=delegation.titre,
        titre_delegant=delegation.delegant.titre,
        debut=f"{delegation.debut:%d/%m/%Y}",
        fin=f"{delegation.fin:%d/%m/%Y}",
    )
