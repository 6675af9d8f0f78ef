"""Proposing, to a confrère of the national directory or to an assistant; closing what nobody answers."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import localdate

import annuaire.actions
from accounts.models import Identite
from delegations import emails, policies
from delegations.actions.parts import change, check_droits, check_period, invite_key, lend, words
from delegations.models import INVITATION_LIFETIME, Delegation
from journal.models import record
from viatraj.core.saving import by_slices, locked, save_valid

RESEND_AFTER = timedelta(hours=1)


@transaction.atomic
def grant_confrere(*, idnat, debut, fin, cle, today, now, by, email="", message=""):  # noqa: PLR0913, the form's fields
    """Propose to a confrère of the national directory (DEL-3); the same `cle` twice is one délégation.

    `email`: asked for when he has no account yet; his number then leads the invitation to him.
    """
    policies.grant(by)
    # One grant at a time for a médecin: a second click waits here, then finds the first one's délégation.
    medecin = locked(by.user)
    cle = cle or uuid.uuid4()
    if done := Delegation.objects.granted_by(medecin).filter(cle=cle).first():
        return done
    confrere = annuaire.actions.refer(idnat, by=by)
    account = _account_of(confrere)
    check_period(debut, fin, today=today, kind=Delegation.Kind.CONFRERE)
    key = f"idnat:{confrere.idnat}"
    _close_unanswered(Delegation.objects.granted_by(medecin).filter(delegataire_key=key), now=now, by=by)
    delegation = save_valid(
        Delegation(
            kind=Delegation.Kind.CONFRERE,
            delegant=medecin,
            delegataire=account,
            delegataire_key=key,
            professionnel=confrere,
            nom=account.nom if account else confrere.nom.title(),
            prenom=account.prenom if account else confrere.prenom,
            email=account.email if account else email,
            message=message,
            debut=debut,
            fin=fin,
            cle=cle,
        )
    )
    record("delegation.granted", by=by, target=delegation, **words(delegation))
    emails.granted(delegation)
    return delegation


def _account_of(confrere):
    identite = Identite.objects.filter(idnat=confrere.idnat, ended_at=None).select_related("user").first()
    return identite.user if identite and identite.user.is_active else None


@transaction.atomic
def grant_assistant(*, nom, prenom, email, droits, debut, fin, cle, today, now, by):  # noqa: PLR0913, the form's fields
    """Invite an assistant (DEL-2): who bears this name on a CPx card, reached at this address."""
    policies.grant(by)
    medecin = locked(by.user)
    cle = cle or uuid.uuid4()
    if done := Delegation.objects.granted_by(medecin).filter(cle=cle).first():
        return done
    check_period(debut, fin, today=today, kind=Delegation.Kind.ASSISTANT)
    check_droits(droits)
    known = _already_mine(medecin, nom, prenom, email)
    key = f"user:{known.pk}" if known else invite_key(nom, prenom, email)
    _close_unanswered(Delegation.objects.granted_by(medecin).filter(delegataire_key=key), now=now, by=by)
    delegation = save_valid(
        Delegation(
            kind=Delegation.Kind.ASSISTANT,
            delegant=medecin,
            delegataire=known,
            delegataire_key=key,
            nom=nom,
            prenom=prenom,
            email=email,
            debut=debut,
            fin=fin,
            cle=cle,
        )
    )
    lend(delegation, droits)
    record("delegation.granted", by=by, target=delegation, **words(delegation))
    emails.granted(delegation)
    return delegation


def _already_mine(medecin, nom, prenom, email):
    """The account of an assistant who has already answered this médecin: he needs no new invitation."""
    former = Delegation.objects.granted_by(medecin).answered_by_assistant(nom, prenom, email)
    latest = former.select_related("delegataire").order_by("-pk").first()
    return latest.delegataire if latest and latest.delegataire.is_active else None


@transaction.atomic
def resend(delegation, *, now, by) -> bool:
    """Send a new link, valid 30 days, instead of the former; False when one was sent within the hour."""
    delegation = locked(delegation)
    policies.resend(by, delegation, localdate(now))
    if delegation.invited_at > now - RESEND_AFTER:
        return False
    delegation.invited_at = now
    change(delegation)
    record("delegation.resent", by=by, target=delegation, **words(delegation))
    emails.granted(delegation)
    return True


def expire_invitations(*, now, by) -> int:
    """Invitations that nobody answered within 30 days; the médecin is told. How many."""
    policies.system(by)
    return _close_unanswered(Delegation.objects.all(), now=now, by=by)


def _close_unanswered(delegations, *, now, by) -> int:
    """Close ended invitations before making a new one: the constraint against two cannot read the clock."""

    def expire(part):
        for delegation in part:
            delegation.expired_at = now
            change(delegation)
            record("delegation.expired", by=by, target=delegation, **words(delegation))
            emails.expired(delegation)

    unanswered = delegations.living().filter(accepted_at=None, invited_at__lt=now - INVITATION_LIFETIME)
    return by_slices(unanswered.select_related("delegant"), expire)
