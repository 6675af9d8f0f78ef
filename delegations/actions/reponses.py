"""What the delegate does: accept, refuse, renounce, choose for whom he works."""

from django.core.exceptions import ValidationError
from django.db import transaction

from delegations import emails, policies
from delegations.actions.parts import change, words
from delegations.models import INVITATION_LIFETIME, Delegation
from journal.models import record
from viatraj.core.policies import Denied
from viatraj.core.saving import locked


@transaction.atomic
def accept(delegation, *, now, by, nonce=None):
    """DEL-2, DEL-3: by the person's signed-in identity; the mail's link only points here (`nonce`)."""
    delegation = _found(delegation, by=by, nonce=nonce)
    policies.answer(by, delegation)
    if delegation.accepted_at:
        return
    if delegation.invited_at < now - INVITATION_LIFETIME:
        raise Denied("Cette proposition a plus de 30 jours\u00a0: demandez au médecin de la renouveler.")
    _refuse_second(delegation, by)
    delegation.accepted_at = now
    change(delegation)
    record("delegation.accepted", by=by, target=delegation, **words(delegation))
    emails.accepted(delegation)


def _refuse_second(delegation, by):
    """Refuses, in the delegate's words, what the constraint would refuse in the médecin's: invited at two
    addresses, he has accepted one of them already."""
    twins = Delegation.objects.received_by(by.user).living().filter(delegant=delegation.delegant_id)
    days = {"debut__lte": delegation.fin, "fin__gte": delegation.debut}
    if twin := twins.filter(accepted_at__isnull=False, **days).exclude(pk=delegation.pk).first():
        raise ValidationError(
            f"Vous travaillez déjà pour le {delegation.delegant.titre}, du {twin.debut:%d/%m/%Y} au "
            f"{twin.fin:%d/%m/%Y}\u00a0: refusez cette seconde proposition. Si ses droits ou ses dates vous "
            "manquent, demandez au médecin de modifier la délégation en cours."
        )


@transaction.atomic
def refuse(delegation, *, now, by, nonce=None):
    delegation = _found(delegation, by=by, nonce=nonce)
    if delegation.refused_at and by.user and by.user.pk == delegation.delegataire_id:
        return
    policies.answer(by, delegation)
    if delegation.accepted_at:
        raise Denied("Vous avez déjà accepté cette délégation. Vous pouvez y renoncer.")
    delegation.refused_at = now
    change(delegation)
    record("delegation.refused", by=by, target=delegation, **words(delegation))
    emails.refused(delegation)


def _found(delegation, *, by, nonce):
    """The délégation, locked; one not yet tied to an account is tied to the person it was sent to."""
    delegation = locked(delegation)
    in_hand = nonce == delegation.nonce.hex
    if delegation.delegataire_id is None and by.user and delegation.is_for(by.user, link_in_hand=in_hand):
        delegation.delegataire = by.user
        if not delegation.is_confrere:
            delegation.delegataire_key = f"user:{by.user.pk}"
    return delegation


@transaction.atomic
def renounce(delegation, *, now, by):
    """The delegate gives back what he had accepted; twice is once."""
    delegation = locked(delegation)
    if delegation.renounced_at and by.user and by.user.pk == delegation.delegataire_id:
        return
    policies.renounce(by, delegation)
    delegation.renounced_at = now
    change(delegation)
    record("delegation.renounced", by=by, target=delegation, **words(delegation))
    emails.renounced(delegation)


@transaction.atomic
def take_up(delegation, *, today, by):
    """«Pour qui je travaille» (DEL-5): the choice is the session's, its trace is kept."""
    policies.take_up(by, delegation)
    if not Delegation.objects.received_in_force(by.user, on=today).filter(pk=delegation.pk).exists():
        raise Denied("Cette délégation n’est pas en vigueur aujourd’hui.")
    record("delegation.taken_up", by=by, target=delegation, **words(delegation))


@transaction.atomic
def lay_down(delegation, *, by):
    policies.take_up(by, delegation)
    record("delegation.laid_down", by=by, target=delegation, **words(delegation))


@transaction.atomic
def note_too_late(delegation, *, route, by):
    """Note that a form came after its délégation had ended: nothing else is written."""
    policies.own_account(by)
    record("delegation.too_late", by=by, target=delegation, route=route, **words(delegation))
