"""Whether a dossier is without a solution, and since when (DOS-4, docs/adr/0069): said by its demandes alone.

Something was asked for it, nobody has proposed a day; either nobody is left who might, and one has refused,
or the first demande was sent too long ago. A person who wants to wait, or whose dossier is over, seeks none.
"""

from datetime import datetime

from annuaire.models import Lieu
from demandes.delais import Echeance, delai
from demandes.etats import PROPOSES, RECUS, Etat
from demandes.impasses import Impasse
from demandes.models import SansSolution, echeances
from dossiers.models import ORIGINES, Dossier, Origine, Presence

TROUVES = PROPOSES | {Etat.ADMIS}
CHERCHES = RECUS - PROPOSES


def weight(etat: str) -> str:
    """What a demande in this state says of its dossier; steps that leave it alone change nothing here."""
    if etat in TROUVES:
        return "trouvee"
    return "cherchee" if etat in CHERCHES else etat if etat == Etat.REFUSEE else ""


def sought(dossier: Dossier, *, now: datetime) -> SansSolution | None:
    """As it should be kept now, unsaved; None where none is sought: of a dossier on paper, elsewhere."""
    if delai(dossier.orientation, Echeance.SANS_SOLUTION) is None or dossier.decision:
        return None
    if dossier.origine == Origine.PAPIER:
        return None
    rows = dossier.demandes.exclude(sent_at=None).order_by("sent_at", "pk")
    asked = [
        (Etat(etat), at, coordination)
        for etat, at, coordination in rows.values_list("etat", "sent_at", "coordination")
    ]
    etats = {etat for etat, _, _ in asked}
    if etats & TROUVES or not etats & (CHERCHES | {Etat.REFUSEE}):
        return None
    counted = [(at, coordination) for etat, at, coordination in asked if etat in CHERCHES | {Etat.REFUSEE}]
    depuis, first = counted[0]
    place = _asker(dossier)
    found = SansSolution(
        dossier=dossier,
        orientation=dossier.orientation,
        coordination_id=place.coordination_id or first,
        etablissement_id=place.etablissement_id,
        unite_id=place.unite_id,
        depuis=depuis,
        changed_at=now,
    )
    _tell(found, now, waiting=bool(etats & CHERCHES))
    return found


def _tell(found: SansSolution, now: datetime, *, waiting: bool) -> None:
    if not waiting:
        found.etat = Impasse.REFUS
        return
    known = found.coordination_id, found.orientation
    allowed = delai(found.orientation, Echeance.SANS_SOLUTION, echeances.reglages_of(*known))
    assert allowed is not None  # noqa: S101
    due = allowed.after(found.depuis, echeances.departement_of(found.coordination_id))
    found.etat, found.echeance_at = (Impasse.DELAI, None) if due <= now else (Impasse.COURS, due)


def _asker(dossier: Dossier) -> Presence:
    return Presence.objects.get(dossier=dossier, role__in=ORIGINES)


def told_at(found: SansSolution) -> Lieu:
    """Where somebody regulates: the établissement of who asks, the coordination above one that is closed."""
    here = found.etablissement
    return Lieu.of(here if here is not None and here.closed_at is None else found.coordination)
