"""How many dossiers lie in a structure that is about to close; nothing of whose they are (ANN-7)."""

from django.db.models import Count, Exists, OuterRef, QuerySet

from annuaire.attaches import Ligne, Tranche
from annuaire.models import Lieu
from dossiers.models import Presence, Role
from viatraj.core.typography import grouped, plural

WORDS = {
    Role.DEMANDEUR: ("dossier demandé", "dossiers demandés"),
    Role.RECEVEUR: ("dossier reçu", "dossiers reçus"),
    Role.REGULATEUR: ("dossier à réguler", "dossiers à réguler"),
}
SUIVENT = {role: f"{one} suit,{several} suivent" for role, (one, several) in WORDS.items()}
RESTENT = {
    role: f"{one} reste sans équipe,{several} restent sans équipe" for role, (one, several) in WORDS.items()
}


def to_settle(tranche: Tranche) -> QuerySet:
    """Those that go to the successor, and do not lie there as such already."""
    lieu, after = tranche.lieu, tranche.successeur
    if after is None or not tranche.takes_along(lieu.key):
        return Presence.objects.none()
    there = Presence.objects.filter(
        dossier=OuterRef("dossier"), role=OuterRef("role"), lieu_key=after.key, **{after.niveau: after.row}
    )
    return Presence.objects.filter(~Exists(there), lieu_key=lieu.key, **{lieu.niveau: lieu.row})


def count_to_settle(tranche: Tranche) -> int:
    return to_settle(tranche).count()


def staying(tranche: Tranche) -> dict[str, int]:
    """By their role there. Those that have followed have gone; others lie at the successor as well."""
    rows = Presence.objects.filter(**{tranche.lieu.niveau: tranche.lieu.row})
    if tranche.takes_along(tranche.lieu.key):
        rows = rows.exclude(lieu_key=tranche.lieu.key)
    return _counted(rows)


def _counted(rows: QuerySet) -> dict[str, int]:
    counts = rows.order_by("role").values_list("role").annotate(count=Count("pk"))
    return {role: count for role, count in counts if role in WORDS}


def lignes(lieu: Lieu, *, today, by) -> list[Ligne]:
    counts = _counted(Presence.objects.filter(**{lieu.niveau: lieu.row}))
    return [
        Ligne(
            f"{grouped(count)} {plural(count, ','.join(WORDS[Role(role)]))}",
            plural(count, "restera,resteront") + " sans équipe tant qu’aucune structure ne la remplace",
        )
        for role, count in counts.items()
    ]
