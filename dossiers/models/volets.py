"""The volets that fill a dossier (DOS-3)."""

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual

from dossiers import volets
from dossiers.models.dossiers import Dossier
from dossiers.natures import NATURES, Kind
from viatraj.core.droits import Droit

TEXTE_MAX = 20_000
TO_VALIDATE = [kind.value for kind, nature in NATURES.items() if nature.validated]


class Etat(models.TextChoices):
    """How far a volet is; it follows from what it holds and who has validated it."""

    VIDE = "vide", "Vide"
    EN_COURS = "en_cours", "En cours"
    COMPLETE = "complete", "Complété"
    VALIDE = "valide", "Validé"
    A_REVALIDER = "a_revalider", "À revalider"


class Volet(models.Model):
    """One part of a dossier, written and locked by itself (DOS-3).

    `contenu` holds the answers to its form, in the version `formulaire`. Version 0 is the text that a volet
    was before it had fields: it stays in `texte`, whatever is written since.
    """

    Kind = Kind

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="volets", db_index=False)
    kind = models.CharField("nature", max_length=20, choices=Kind)
    texte = models.TextField("texte", blank=True, editable=False)
    formulaire = models.PositiveSmallIntegerField("version du formulaire", default=0, editable=False)
    contenu = models.JSONField("réponses", default=dict, blank=True, editable=False)
    complet = models.BooleanField("tout ce qui est exigé est rempli", default=False, editable=False)
    a_revalider = models.BooleanField("changé depuis sa validation", default=False, editable=False)
    etat = models.GeneratedField(
        expression=Case(
            When(validated_at__isnull=False, then=Value(Etat.VALIDE.value)),
            When(a_revalider=True, then=Value(Etat.A_REVALIDER.value)),
            When(complet=True, then=Value(Etat.COMPLETE.value)),
            When(texte="", contenu={}, then=Value(Etat.VIDE.value)),
            default=Value(Etat.EN_COURS.value),
        ),
        output_field=models.CharField("état", max_length=12, choices=Etat),
        db_persist=True,
    )
    # As far as a complete dossier wants it (DOS-3).
    is_enough = models.GeneratedField(
        expression=Q(validated_at__isnull=False) | Q(complet=True) & ~Q(kind__in=TO_VALIDATE),
        output_field=models.BooleanField("suffit à un dossier complet"),
        db_persist=True,
    )
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
    validated_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="validé au nom de",
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
                condition=Q(validated_at=None, validated_by=None, validated_for=None)
                | Q(validated_at__isnull=False, validated_by__isnull=False, a_revalider=False),
                violation_error_message="Un volet validé l’est par quelqu’un.",
            ),
            models.CheckConstraint(
                name="dossiers_volet_validated_says",
                condition=Q(validated_at=None) | Q(complet=True) | ~Q(texte="") & Q(formulaire=0),
                violation_error_message="Complétez le volet avant de le valider.",
            ),
        ]

    def __str__(self):
        return f"{self.dossier} : {self.get_kind_display()}"

    @property
    def droit(self) -> Droit:
        return NATURES[Kind(self.kind)].droit

    @property
    def form(self) -> volets.Formulaire:
        """The form that its answers are of."""
        return volets.formulaire(self.kind, self.dossier.orientation, self.formulaire)

    @property
    def values(self) -> volets.Values:
        """Its answers, by the codes of `form`."""
        return ({"texte": self.texte} if self.texte else {}) if self.formulaire == 0 else self.contenu
