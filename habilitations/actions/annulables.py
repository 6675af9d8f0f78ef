"""What of this app can be put back as it was (COM-11)."""

from annuaire.models.lieux import COLUMNS, NAMED
from changements.actions.annulables import Annulable
from habilitations import emails, policies
from habilitations.actions.campagnes.decisions import hold_open
from habilitations.models import (
    Campagne,
    DemandeHabilitation,
    DroitPersonnalise,
    Examen,
    Habilitation,
    Import,
)
from habilitations.reads import campagnes
from journal.models import record


def _named(habilitation) -> str:
    return f"l’habilitation de {habilitation.user.nom_complet}, {habilitation.lieu}"


def _may(by, habilitation, now):
    return policies.manage(by, habilitation)


def _record(habilitation, *, made, by):
    record(
        "habilitation.withdrawn" if made else "habilitation.restored",
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
        emails.undone(user, some, made=made, changement=changement)
    return {user.email for user in by_user}


def _named_demande(demande) -> str:
    return f"la demande de {demande.user.nom_complet}, {demande.lieu}"


def _may_answer(by, demande, now):
    return policies.answer(by, demande)


def _record_demande(demande, *, made, by):
    record(
        "demande_habilitation.reopened",
        by=by,
        target=demande,
        label=demande.user.login,
        profil=demande.le_profil.label,
        lieu=str(demande.lieu),
        fin=demande.fin,
    )


def _tell_demande(rows, *, made, to, changement) -> set[str]:
    """Also what was given with the answer: it waits again, or is as before."""
    told = [row for row in rows if row.user.email in to]
    for row in told:
        emails.demande_habilitation_reopened(row, changement=changement)
    return {row.user.email for row in told}


def _hold_campagnes(pks):
    """Once a campaign closes, its lines are sealed."""
    for campagne in Campagne.objects.filter(examens__in=pks).distinct().order_by("pk"):
        hold_open(campagne)


def _named_examen(examen) -> str:
    return f"la ligne de {examen.titulaire.nom_complet}, {examen.habilitation.lieu}"


def _may_entrust(by, examen, now):
    return policies.lead_campagne(by, campagnes.lieux_of(examen.campagne))


def _record_examen(examen, *, made, by):
    record("examen.taken_back", by=by, target=examen, **examen.told, after=examen.bureau)


def _may_import(by, upload, now):
    policies.own_import(by, upload)
    return by


def _record_import(upload, *, made, by):
    record("import.undone", by=by, target=upload, habilitations=len(upload.given))


ANNULABLES = (
    Annulable(
        model=Habilitation,
        columns=("fin", "revoked_at", "revoked_by"),
        hung=DroitPersonnalise,
        named=_named,
        may=_may,
        record=_record,
        tell=_tell,
        joined=("user", *NAMED),
    ),
    Annulable(
        model=DemandeHabilitation,
        columns=("state", "reponse", "closed_at", "closed_by", "accorde", "habilitation", *COLUMNS),
        named=_named_demande,
        may=_may_answer,
        record=_record_demande,
        tell=_tell_demande,
        joined=("user", *NAMED),
    ),
    Annulable(
        model=Examen,
        columns=("bureau", "confie_a", "plancher"),
        hold=_hold_campagnes,
        named=_named_examen,
        may=_may_entrust,
        record=_record_examen,
        tell=lambda rows, **_: set(),  # to whom it was entrusted is told that the letter is void
        joined=("campagne", "titulaire", *(f"habilitation__{name}" for name in NAMED)),
    ),
    Annulable(
        model=Import,
        columns=("state", "done_at"),
        named=str,
        may=_may_import,
        record=_record_import,
        tell=lambda rows, **_: set(),  # its people are told by what they held
    ),
)
