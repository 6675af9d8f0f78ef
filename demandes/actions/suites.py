"""What becomes of demandes when something is decided elsewhere: of their dossier, of their structure."""

from collections.abc import Sequence
from datetime import datetime

from annuaire.attaches import Tranche
from demandes.actions.moves import hold_beside, hold_of, put_by_service, reckon, service
from demandes.actions.solutions import settle_sought
from demandes.etats import VIVANTS, Verbe
from demandes.models import Demande
from demandes.reads import fermetures as reads
from dossiers.models import Decision, Dossier
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import save_valid

FOLLOWS = "demande en cours suit,demandes en cours suivent"
ENDS = "demande en cours est close,demandes en cours sont closes"


def follow_decisions(dossiers: Sequence[Dossier], now: datetime, by: Actor) -> None:
    """Demandes of a dossier that is cancelled or archived end with it; suspended, nobody is reminded."""
    over = [one for one in dossiers if one.decision in (Decision.ANNULE, Decision.ARCHIVE)]
    for demande in hold_of(over):
        if demande.etat in VIVANTS:
            put_by_service(demande, Verbe.CLORE, now=now, by=service(by))
    for demande in hold_of([one for one in dossiers if one not in over]):
        if demande.etat in VIVANTS:
            reckon(demande)
    for dossier in dossiers:
        settle_sought(dossier, now=now, by=service(by))


def settle(tranche: Tranche) -> int:
    """The next demandes in progress go to the successor. Others end, as do those that are there already: who
    asks is told, and sends elsewhere. An admission stays."""
    rows = reads.to_settle(tranche).select_related("dossier").with_lieu().order_by("pk")[: tranche.few]
    demandes = list(rows.select_for_update(of=("self",), no_key=True))
    hold_beside(one.dossier for one in demandes)
    there = reads.dossiers_at(tranche.successeur, demandes)
    for demande in demandes:
        if tranche.takes_along(demande.lieu_key) and demande.dossier_id not in there:
            _carry(demande, tranche)
            tranche.suivis[FOLLOWS] += 1
        else:
            put_by_service(demande, Verbe.FERMER, now=tranche.now, by=service(tranche.by))
            tranche.finis[ENDS] += 1
    return len(demandes)


def _carry(demande: Demande, tranche: Tranche) -> None:
    """As it is: nobody answers anything."""
    after = tranche.successeur
    assert after is not None  # noqa: S101
    tranche.noted.found(demande)
    for column, value in after.columns.items():
        setattr(demande, column, value)
    demande.version += 1
    save_valid(demande)
    known = {"lieu": str(tranche.lieu), "after": str(after), "label": demande.dossier.numero}
    record("demande.followed", by=tranche.by, target=demande, **known)
