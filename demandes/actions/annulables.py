"""What of this app can be put back as it was (COM-11): the place of a demande, never its state; delays."""

from django.core.exceptions import ValidationError

from annuaire.models import Coordination
from annuaire.models.lieux import COLUMNS, NAMED
from changements.actions.annulables import Annulable
from demandes import policies
from demandes.models import Demande, Notification, Reglage
from demandes.models.reglages import Reglages, check
from journal.models import record
from viatraj.core.droits import Orientation


def _record(demande, *, made, by):
    label = demande.dossier.numero
    record("demande.followed_back", by=by, target=demande, label=label, lieu=str(demande.lieu))


def _record_notification(notification, *, made, by):
    label = notification.decision.numero
    record("notification.followed_back", by=by, target=notification, label=label, lieu=str(notification.lieu))


def _hold_coordinations(pks):
    """As setting them does."""
    above = Coordination.objects.filter(pk__in=Reglage.objects.filter(pk__in=pks).values("coordination"))
    list(above.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _record_delay(reglage, *, made, by):
    label = Orientation(reglage.orientation).label
    known = {"orientation": label, "delais": reglage.dit}
    record("demande.delay_set", by=by, target=reglage.coordination, **known)


def _stand_together(rows):
    """With what others have set meanwhile."""
    for pk in sorted({one.coordination_id for one in rows}):
        try:
            check(Reglages.of(Reglage.objects.filter(coordination=pk)).nombres)
        except ValidationError as error:
            raise ValidationError(" ".join(error.messages)) from error


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
        model=Reglage,
        columns=("nombre", "a_suivre_at"),
        named=lambda reglage: f"les délais de {reglage.coordination}",
        may=lambda by, reglage, now: policies.set_delays(by, reglage.coordination),
        record=_record_delay,
        tell=lambda rows, **_: set(),
        hold=_hold_coordinations,
        stands=_stand_together,
        joined=("coordination",),
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
