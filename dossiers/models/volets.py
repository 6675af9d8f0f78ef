"""The volets that fill a dossier (DOS-3)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual

from dossiers.models.dossiers import Dossier
from dossiers.natures import NATURES, Kind
from viatraj.core.droits import Droit

TEXTE_MAX = 20_000


class Volet(models.Model):
    """One part of a dossier, written and locked by itself (DOS-3)."""

    Kind = Kind

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="volets", db_index=False)
    kind = models.CharField("nature", max_length=20, choices=Kind)
    texte = models.TextField("texte", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField("modifié le", db_default=Now(), editable=False)
    validated_at = models.DateTimeField("validé le", null=True, blank=True)
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="validé par",
    )

    class Meta:
        verbose_name = "volet"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "kind"],
                name="dossiers_volet_once",
                violation_error_code="kind",
                violation_error_message="Ce dossier contient déjà ce volet.",
            ),
            models.CheckConstraint(
                name="dossiers_volet_texte_length",
                condition=LessThanOrEqual(Length("texte"), TEXTE_MAX),
                violation_error_code="texte",
                violation_error_message="Le texte compte au plus 20\u202f000 caractères.",
            ),
            models.CheckConstraint(
                name="dossiers_volet_kind",
                condition=Q(kind__in=Kind.values),
                violation_error_code="kind",
                violation_error_message="Ce volet n’existe pas.",
            ),
            models.CheckConstraint(
                name="dossiers_volet_validated_by_somebody",
                condition=Q(validated_at=None, validated_by=None)
                | Q(validated_at__isnull=False, validated_by__isnull=False),
                violation_error_message="Un volet validé l’est par quelqu’un.",
            ),
            models.CheckConstraint(
                name="dossiers_volet_validated_has_text",
                condition=Q(validated_at=None) | ~Q(texte=""),
                violation_error_code="texte",
                violation_error_message="Complétez le volet avant de le valider.",
            ),
        ]

    def __str__(self):
        return f"{self.dossier} : {self.get_kind_display()}"

    @property
    def droit(self) -> Droit:
        return NATURES[Kind(self.kind)].droit
