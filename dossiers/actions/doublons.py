"""Whether a patient has a dossier already: a question that leaves its line, as a search does (DOS-3)."""

from django.db import transaction
from django.db.models import Q

from dossiers import policies
from dossiers.reads import doublons
from dossiers.reads.doublons import Doublons, Traits
from journal.models import record
from viatraj.core.actor import Actor


@transaction.atomic
def seek_doublons(traits: Traits, *, by: Actor, but: Q) -> Doublons:
    """`but`: of the dossier that is being written itself. The journal gets how many, and no trait (TRC-1)."""
    policies.seek_doublons(by)
    found = doublons.of(by, traits, but=but)
    record("doublon.searched", by=by, found=len(found.seen) + len(found.elsewhere))
    return found
