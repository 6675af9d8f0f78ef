"""What of this app can be put back as it was (COM-11)."""

from annuaire.models.lieux import COLUMNS, NAMED
from changements.actions.annulables import Annulable
from dossiers import emails, policies
from dossiers.models import LienMedecin, Presence
from journal.models import record


def _named(lien) -> str:
    return f"la réponse du médecin traitant au dossier {lien.dossier.numero_affiche}"


def _may(by, lien, now):
    return policies.answer(by, lien.dossier)[0]


def _record(lien, *, made, by):
    record("traitant.restored", by=by, target=lien.dossier, etat=lien.get_etat_display())


def _tell(rows, *, made, to, changement) -> set[str]:
    """To the author who had already read the answer that is no more: how it stands again."""
    authors = {lien: lien.dossier.auteur or lien.dossier.cree_par for lien in rows}
    told = {lien: author.email for lien, author in authors.items() if author.email in to}
    for lien in told:
        letter = emails.resumed if lien.is_living else emails.declined
        letter(lien.dossier, lien)
    return set(told.values())


def _record_presence(presence, *, made, by):
    record("dossier.followed_back", by=by, target=presence.dossier, lieu=str(presence.lieu))


ANNULABLES = (
    # It went with its structure: who may open that again is asked there (`annuaire`).
    Annulable(
        model=Presence,
        columns=COLUMNS,
        named=lambda presence: f"le dossier {presence.dossier.numero_affiche}",
        may=lambda by, presence, now: by,
        record=_record_presence,
        tell=lambda rows, **_: set(),
        joined=("dossier", *NAMED),
    ),
    Annulable(
        model=LienMedecin,
        columns=("etat", "answered_at", "answered_by"),
        named=_named,
        may=_may,
        record=_record,
        tell=_tell,
        joined=("professionnel", "dossier__auteur", "dossier__cree_par"),
    ),
)
