"""When the next thing falls due of a demande, and what it is (DOS-4): drawn from its state alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from annuaire.models import Coordination
from demandes.calendrier import end_of
from demandes.delais import Delai, Echeance, delai
from demandes.etats import A_ETUDIER, RECUS, Etat, Verbe
from demandes.models.demandes import Demande
from demandes.models.reglages import Reglage
from dossiers.models import Decision


def next_of(demande: Demande) -> datetime | None:
    return min((at for at, _ in _all(demande)), default=None)


def due(demande: Demande, *, now: datetime) -> Verbe | None:
    """What the service has to do; None when somebody has been quicker."""
    found = [one for one in _all(demande) if one[0] <= now]
    return min(found)[1] if found else None


def is_due(demande: Demande, verbe: Verbe, *, now: datetime) -> bool:
    return any(one == verbe and at <= now for at, one in _all(demande))


def validite_of(demande: Demande) -> Delai:
    """How long a proposal stands after its day, where nothing else is said: in days."""
    known = delai(
        demande.orientation, Echeance.VALIDITE, reglages_of(demande.coordination_id, demande.orientation)
    )
    assert known is not None  # noqa: S101
    return known


def _all(demande: Demande) -> Iterator[tuple[datetime, Verbe]]:
    """Each deadline that runs, by its moment."""
    etat = demande.etat
    if etat not in RECUS:
        return
    if demande.deces_at and not demande.deces_ignore_at:  # who does not know has answered
        yield demande.deces_at + timedelta(days=settings.DECES_SANS_REPONSE_DAYS), Verbe.CONFIRMER_DECES
    if etat == Etat.ACCEPTEE:
        yield end_of(demande.valable_jusqu, _departement(demande)), Verbe.ECHOIR
    elif etat == Etat.CONFIRMEE and not demande.rappels:
        yield end_of(demande.date_proposee, _departement(demande)), Verbe.RAPPELER
    elif demande.attendue_at and demande.dossier.decision != Decision.SUSPENDU:
        yield from _waiting(demande)


def _waiting(demande: Demande) -> Iterator[tuple[datetime, Verbe]]:
    """Whoever asks is reminded of a precision; of who receives and stays silent, others are told as well."""
    steps = [(Echeance.RAPPEL, Verbe.RAPPELER)]
    if demande.etat in A_ETUDIER:
        steps.append((Echeance.ESCALADE, Verbe.ESCALADER))
    reglages = reglages_of(demande.coordination_id, demande.orientation)
    for echeance, verbe in steps[demande.rappels : demande.rappels + 1]:
        if allowed := delai(demande.orientation, echeance, reglages):
            assert demande.attendue_at is not None  # noqa: S101
            yield allowed.after(demande.attendue_at, _departement(demande)), verbe


def _departement(demande: Demande) -> str:
    """Where those are who receive it."""
    return departement_of(demande.coordination_id)


def departement_of(coordination: int | None) -> str:
    """Whose holidays, whose midnight."""
    codes = Coordination.objects.filter(pk=coordination).values_list("departement__code", flat=True)
    return codes.first() or ""


def reglages_of(coordination: int | None, orientation: str) -> dict[str, int]:
    rows = Reglage.objects.filter(coordination=coordination, orientation=orientation)
    return dict(rows.exclude(nombre=None).values_list("echeance", "nombre"))
