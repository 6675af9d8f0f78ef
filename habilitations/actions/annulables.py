"""What of this app can be put back as it was (COM-11)."""

from changements.actions.annulables import Annulable
from habilitations import emails, policies
from habilitations.models import DroitPersonnalise, Habilitation
from journal.models import record


def _named(habilitation) -> str:
    return f"l’habilitation de {habilitation.user.nom_complet}, {habilitation.lieu.full_name}"


def _may(by, habilitation, now):
    return policies.manage(by, habilitation)


def _record(habilitation, *, by):
    record(
        "habilitation.restored",
        by=by,
        target=habilitation,
        label=habilitation.user.login,
        profil=habilitation.le_profil.label,
        lieu=str(habilitation.lieu),
        fin=habilitation.fin,
    )


def _tell(rows, *, made, to, changement) -> set[str]:
    by_user = {}
    for row in rows:
        if row.user.email in to:
            by_user.setdefault(row.user, []).append(row)
    for user, some in by_user.items():
        emails.undone(user, some, changement=changement)
    return {user.email for user in by_user}


ANNULABLES = (
    Annulable(
        model=Habilitation,
        columns=("fin", "revoked_at", "revoked_by"),
        hung=DroitPersonnalise,
        named=_named,
        may=_may,
        record=_record,
        tell=_tell,
    ),
)
