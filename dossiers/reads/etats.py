"""In which state a dossier is: decided, or as its volets and those who receive it say (DOS-3)."""

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, TextChoices, Value, When

from dossiers.models import Decision, Presence, Role, Volet
from dossiers.natures import NATURES


class Etat(TextChoices):
    REDACTION = "redaction", "en cours de rédaction"
    COMPLET = "complet", "complet"
    RECHERCHE = "recherche", "en recherche"
    ADMIS = "admis", "admis"
    SUSPENDU = Decision.SUSPENDU.value, Decision.SUSPENDU.label
    ANNULE = Decision.ANNULE.value, Decision.ANNULE.label
    ARCHIVE = Decision.ARCHIVE.value, Decision.ARCHIVE.label


VALIDATED = [kind.value for kind, nature in NATURES.items() if nature.validated]


def etat() -> Case:
    """Of each row of a queryset of dossiers."""
    received = Presence.objects.filter(dossier=OuterRef("pk"), role=Role.RECEVEUR)
    volets = Volet.objects.filter(dossier=OuterRef("pk"))
    missing = volets.filter(Q(kind__in=VALIDATED, validated_at=None) | Q(validated_at=None, complet=False))
    return Case(
        When(~Q(decision=""), then=F("decision")),
        When(Exists(received.filter(admis_at__isnull=False)), then=Value(Etat.ADMIS.value)),
        When(Exists(received), then=Value(Etat.RECHERCHE.value)),
        When(Exists(volets) & ~Exists(missing), then=Value(Etat.COMPLET.value)),
        default=Value(Etat.REDACTION.value),
        output_field=CharField(),
    )
