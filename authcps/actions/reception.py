"""Where codes go: an address or mobile confirmed by its link, and the one preferred (CON-6, COM-5)."""

from django.core.exceptions import ValidationError
from django.db import transaction

import accounts.actions
from accounts import policies
from accounts.models import ChangementAdresse
from authcps.actions.attempts import known_as
from authcps.actions.codes import enrol
from authcps.models import CodeDevice
from authcps.models.secours import second_factors
from journal.models import record
from viatraj.core.saving import locked

CHANNELS = {
    ChangementAdresse.Kind.MAIL: CodeDevice.Channel.MAIL,
    ChangementAdresse.Kind.MOBILE: CodeDevice.Channel.SMS,
}


@transaction.atomic
def confirm_reception(change, *, now, by):
    """The link was followed and its button pressed: the codes may go there; every trust ends."""
    policies.confirm_change(change, now)
    by = known_as(change.user, by)
    user = accounts.actions.confirm_change(change, now=now, by=by)
    record("reception.verified", by=by, target=user, channel=CHANNELS[change.kind])
    return enrol(user, channel=CHANNELS[change.kind], target=change.target, by=by)


@transaction.atomic
def choose_reception(user, *, reception, by):
    """By mail, by SMS once the number is verified, by the application once there is one."""
    policies.owner(by, user)
    user = locked(user)
    if reception not in second_factors(user).receptions:
        raise ValidationError("Ce moyen n’est pas encore prêt\u00a0: vérifiez d’abord votre numéro.")
    if user.reception == reception:
        return
    user.reception = reception
    user.save(update_fields=["reception"])
    record("reception.chosen", by=by, target=user, reception=reception)
