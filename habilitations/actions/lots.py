"""Several habilitations of the revue at once: all of them, or none with a reason for each that may not."""

from django.core.exceptions import ValidationError
from django.db import transaction

from habilitations import checks, policies
from habilitations.actions.habilitations import change_end, revoke
from journal.models import record
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale


@transaction.atomic
def prolong_all(habilitations, *, fin, versions, today, by):
    """To one date, which shortens none of them; `versions`, by key, are those that were read."""
    policies.administer(by)
    checks.end(fin, today=today)

    def prolong(one):
        if fin < one.fin:
            raise ValidationError(f"elle va déjà jusqu’au {one.fin:%d/%m/%Y}.")
        change_end(one, fin=fin, version=versions[one.pk], today=today, by=by)

    _each(habilitations, prolong)
    record("lot.prolonged", by=by, count=len(habilitations), fin=fin)


@transaction.atomic
def revoke_all(habilitations, *, now, by):
    policies.administer(by)
    _each(habilitations, lambda one: revoke(one, now=now, by=by))
    record("lot.revoked", by=by, count=len(habilitations))


def _each(habilitations, act):
    """One by one, in ascending order of keys, so that two lots cannot deadlock."""
    refused = []
    for one in sorted(habilitations, key=lambda one: one.pk):
        try:
            act(one)
        except Stale:
            refused.append((one, "elle a été modifiée entre-temps par une autre personne."))
        except (Denied, ValidationError) as error:
            refused.append((one, " ".join(getattr(error, "messages", [str(error)]))))
    if refused:
        raise ValidationError([f"{_named(one)}\u00a0: {why}" for one, why in refused])


def _named(one) -> str:
    return f"{one.user.nom_complet}, {one.le_profil}, {one.lieu}"
