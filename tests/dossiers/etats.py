"""The state of a dossier, as a plain query says it: what the database keeps is compared with it (DOS-3)."""

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When

from dossiers.models import Presence, Role, Volet
from dossiers.models.etats import Etat
from dossiers.natures import NATURES


def etat() -> Case:
    """Of each row of a queryset of dossiers."""
    received = Presence.objects.filter(dossier=OuterRef("pk"), role=Role.RECEVEUR)
    volets = Volet.objects.filter(dossier=OuterRef("pk"))
    validated = [kind.value for kind, nature in NATURES.items() if nature.validated]
    missing = volets.filter(Q(kind__in=validated, validated_at=None) | Q(validated_at=None, complet=False))
    return Case(
        When(~Q(decision=""), then=F("decision")),
        When(Exists(received.filter(admis_at__isnull=False)), then=Value(Etat.ADMIS.value)),
        When(Exists(received), then=Value(Etat.RECHERCHE.value)),
        When(Exists(volets) & ~Exists(missing), then=Value(Etat.COMPLET.value)),
        default=Value(Etat.REDACTION.value),
        output_field=CharField(),
    )
