"""Why a dossier is without a solution (DOS-4, docs/adr/0069)."""

from django.db.models import TextChoices


class Impasse(TextChoices):
    """`COURS`: somebody may still answer in time, and nobody is told."""

    COURS = "cours", "en recherche"
    REFUS = "refus", "toutes refusées"
    DELAI = "delai", "délai dépassé"


SIGNALEES = (Impasse.REFUS, Impasse.DELAI)
