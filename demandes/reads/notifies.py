"""Notifications that lie in a structure about to close; nothing of whose they are (ANN-7)."""

from django.db.models import Exists, OuterRef, QuerySet

from annuaire.attaches import Ligne, Tranche
from annuaire.models import Lieu
from demandes.models import Notification
from viatraj.core.droits import Niveau
from viatraj.core.typography import counted, plural


def _living(lieu: Lieu) -> QuerySet:
    if lieu.niveau not in (Niveau.ETABLISSEMENT, Niveau.UNITE):
        return Notification.objects.none()
    return Notification.objects.living().filter(**{lieu.niveau: lieu.row})


def to_settle(tranche: Tranche) -> QuerySet:
    """Of a unit, all; of an établissement, those that its successor has not been notified of."""
    rows = _living(tranche.lieu)
    if tranche.lieu.niveau == Niveau.UNITE:
        return rows
    after = tranche.successeur
    if after is None or after.niveau != Niveau.ETABLISSEMENT or not tranche.takes_along(tranche.lieu.key):
        return Notification.objects.none()
    there = Notification.objects.filter(decision=OuterRef("decision"), etablissement=after.row)
    return rows.filter(~Exists(there))


def where(tranche: Tranche, one: Notification) -> Lieu:
    """The successor; from a unit, only one of the same ESMS, else the ESMS itself."""
    after, lieu = tranche.successeur, tranche.lieu
    if lieu.niveau == Niveau.ETABLISSEMENT:
        assert after is not None  # noqa: S101
        return after
    inside = after is not None and after.place.etablissement == one.etablissement_id
    if after is not None and inside and after.niveau == Niveau.UNITE and tranche.takes_along(lieu.key):
        return after
    return Lieu.of(one.etablissement)


def count_to_settle(tranche: Tranche) -> int:
    return to_settle(tranche).count()


def staying(tranche: Tranche) -> int:
    return _living(tranche.lieu).count() if tranche.lieu.niveau == Niveau.ETABLISSEMENT else 0


def lignes(lieu: Lieu, *, today, by) -> list[Ligne]:
    count = _living(lieu).count()
    if not count:
        return []
    stays = plural(count, "restera,resteront") + " sans établissement si aucun ne le remplace"
    back = plural(count, "reviendra,reviendront") + " à l’établissement si aucune unité ne la remplace"
    words = counted(count, "notification") + " d’orientation en cours"
    return [Ligne(words, back if lieu.niveau == Niveau.UNITE else stays)]
