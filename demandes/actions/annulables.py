"""What of this app can be put back as it was (COM-11): the place of a demande, never its state."""

from annuaire.models.lieux import COLUMNS, NAMED
from changements.actions.annulables import Annulable
from demandes.models import Demande, Notification
from journal.models import record


def _record(demande, *, made, by):
    label = demande.dossier.numero
    record("demande.followed_back", by=by, target=demande, label=label, lieu=str(demande.lieu))


def _record_notification(notification, *, made, by):
    label = notification.decision.numero
    record("notification.followed_back", by=by, target=notification, label=label, lieu=str(notification.lieu))


OF_UNITE = ("statut_unite", "motif_unite", "mode", "date_statut_unite")
ANNULABLES = (
    # It went with its structure: who may open that again is asked there (`annuaire`).
    Annulable(
        model=Demande,
        columns=COLUMNS,
        named=lambda demande: f"une demande du dossier {demande.dossier.numero_affiche}",
        may=lambda by, demande, now: by,
        record=_record,
        tell=lambda rows, **_: set(),
        joined=("dossier", *NAMED),
    ),
    Annulable(
        model=Notification,
        columns=("niveau", *COLUMNS, *OF_UNITE),
        named=lambda one: f"une notification de la décision {one.decision.numero}",
        may=lambda by, one, now: by,
        record=_record_notification,
        tell=lambda rows, **_: set(),
        joined=("decision", *NAMED),
    ),
)
