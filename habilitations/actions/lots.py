"""Several habilitations of the revue at once: all of them, or none with a reason for each that may not."""

from django.core.exceptions import ValidationError
from django.db import transaction

from changements.actions import Noted
from habilitations import checks, policies
from habilitations.actions import relais
from habilitations.actions.habilitations import kept, put_end, take_away
from habilitations.reads import lots
from journal.models import record
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale


@transaction.atomic
def prolong_all(habilitations, *, fin, versions, today, by):
    """To one date, which shortens none of them; `versions`, by key, are those that were read."""
    policies.administer(by)
    checks.end(fin, today=today)
    noted = Noted()

    suites = lots.followers(habilitations)

    def prolong(habilitation):
        if why := lots.barred(habilitation, fin, following=suites.get(habilitation.pk)):
            raise ValidationError(why)
        put_end(habilitation, noted, fin=fin, version=versions[habilitation.pk], today=today, by=by)

    _each(habilitations, prolong)
    kept(noted, "moved", by=by)
    record("lot.prolonged", by=by, count=len(habilitations), fin=fin)


@transaction.atomic
def revoke_all(habilitations, *, now, by):
    policies.administer(by)
    noted = Noted()
    relais.hold_peers(habilitations)
    _each(habilitations, lambda habilitation: take_away(habilitation, noted, now=now, by=by, prevenir=False))
    kept(noted, "revoked", by=by)
    record("lot.revoked", by=by, count=len(habilitations))


def _each(habilitations, act):
    """One by one, in ascending order of keys, so that two lots cannot deadlock."""
    refused = []
    for habilitation in sorted(habilitations, key=lambda habilitation: habilitation.pk):
        try:
            act(habilitation)
        except Stale:
            refused.append((habilitation, "elle a été modifiée entre-temps par une autre personne."))
        except (Denied, ValidationError) as error:
            refused.append((habilitation, " ".join(getattr(error, "messages", [str(error)]))))
    if refused:
        raise ValidationError([f"{_named(habilitation)}\u00a0: {why}" for habilitation, why in refused])


def _named(habilitation) -> str:
    return f"{habilitation.user.nom_complet}, {habilitation.intitule}"
