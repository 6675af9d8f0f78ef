"""What of this app can be put back as it was (COM-11): structures that were closed, the doors they left."""

from annuaire import policies
from annuaire.models import Etablissement, Fermeture, Guichet, Lieu, Unite
from changements.actions.annulables import Annulable
from journal.models import record


def _record(structure, *, made, by):
    record("structure.reopened", by=by, target=structure, label=str(Lieu.of(structure)), count=1)


def _closed(model, *joined, hung=None) -> Annulable:
    return Annulable(
        model=model,
        columns=("closed_at", "replaced_by"),
        named=lambda row: str(Lieu.of(row)),
        may=lambda by, row, now: policies.close(by, row),
        record=_record,
        tell=lambda rows, **_: set(),  # people are told of what they held there
        hung=hung,
        joined=joined,
    )


ANNULABLES = (
    Annulable(
        model=Fermeture,
        columns=(),
        named=str,
        may=lambda by, row, now: policies.close(by, row.structure),
        record=lambda row, **_: None,  # the structure says that it is open again
        tell=lambda rows, **_: set(),
        joined=("etablissement__coordination", "unite__etablissement__coordination", "guichet__coordination"),
    ),
    _closed(Etablissement, "coordination"),
    _closed(Unite, "etablissement__coordination"),
    _closed(Guichet, "coordination", hung=Guichet.unites.through),
)
