"""What becomes of notifications whose structure closes (ANN-7): no official code of an ESMS says it.

They follow to the successor, or back to the ESMS from a unit; else they stay, for their MDPH to see.
"""

from django.utils import timezone

from annuaire.attaches import Tranche
from annuaire.models import Lieu
from demandes.actions import passages
from demandes.actions.passages import Pas
from demandes.handicap.motifs import AUTOMATIQUE
from demandes.handicap.statuts import PASSAGES_UNITE, Cote, Passage, StatutUnite
from demandes.models import Notification
from demandes.reads import notifies as reads
from journal.models import record
from viatraj.core.droits import Niveau
from viatraj.core.saving import save_valid

FOLLOW = "notification d’orientation suit,notifications d’orientation suivent"
STAY = (
    "notification d’orientation reste sans établissement,"
    "notifications d’orientation restent sans établissement"
)


def settle(tranche: Tranche) -> int:
    """The next ones that go elsewhere. Their rows are held, which whoever changes one waits for."""
    rows = reads.to_settle(tranche).with_lieu().select_related("decision").order_by("pk")[: tranche.few]
    found = list(rows.select_for_update(of=("self",), no_key=True))
    for one in found:
        tranche.noted.found(one)
        _carry(one, reads.where(tranche, one), tranche)
        tranche.suivis[FOLLOW] += 1
    return len(found)


def _carry(notification: Notification, after: Lieu, tranche: Tranche) -> None:
    """Out of a unit, its status there ends by itself; into another unit, it goes on."""
    said = {"lieu": str(notification.lieu), "after": str(after), "label": notification.decision.numero}
    ended = notification.statut_unite if after.niveau == Niveau.ETABLISSEMENT else ""
    notification.niveau = after.niveau
    for column, value in after.columns.items():
        setattr(notification, column, value)
    if ended:
        passages.leave_unite(notification)
    notification.version += 1
    save_valid(notification)
    record("notification.followed", by=tranche.by, target=notification, **said)
    if ended in PASSAGES_UNITE[StatutUnite.RETIRE].before:
        passage = Passage(StatutUnite.RETIRE.value, Cote.SYSTEME, None, frozenset(), StatutUnite.RETIRE)
        day = timezone.localdate(tranche.now)
        passages.note_passage(
            notification,
            Pas(passage, AUTOMATIQUE, day, Niveau.UNITE),
            ended,
            after=StatutUnite.RETIRE,
            now=tranche.now,
            by=tranche.by,
        )


def stay(tranche: Tranche) -> None:
    if count := reads.staying(tranche):
        tranche.finis[STAY] += count
