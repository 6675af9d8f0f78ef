"""What a feeder has said of a structure, and a person decides: it has closed (ANN-7)."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from annuaire.models.etablissements import Etablissement
from annuaire.models.unites import Unite

DELAI = timedelta(days=30)
JALONS = (0, 15, 27)  # days after which people are written to, once each


class AvisFermetureQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(suite="")

    def of(self, structure):
        return self.filter(**{structure.niveau: structure})

    def with_structure(self):
        return self.select_related(
            "etablissement__coordination", "unite__etablissement__coordination", "decide_par"
        )


class AvisFermeture(models.Model):
    """Everything stands until a person chooses, 30 days at most."""

    class Suite(models.TextChoices):
        FERMEE = "fermee", "Fermeture enregistrée"
        OUVERTE = "ouverte", "La structure reste ouverte"
        ECHUE = "echue", "Fermée à la fin du délai"

    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, null=True, blank=True, related_name="avis_fermeture", db_index=False
    )
    unite = models.ForeignKey(
        Unite, models.PROTECT, null=True, blank=True, related_name="avis_fermeture", db_index=False
    )
    fermee_le = models.DateField("fermée le, d’après le répertoire")
    flux = models.CharField("répertoire", max_length=100)
    recu_le = models.DateTimeField("reçu le")
    rappels = models.PositiveSmallIntegerField("lettres envoyées", default=0)
    suite = models.CharField("suite donnée", max_length=10, choices=Suite, blank=True)
    decide_le = models.DateTimeField("décidé le", null=True, blank=True)
    decide_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidé par",
        db_index=False,
    )

    objects = AvisFermetureQuerySet.as_manager()

    class Meta:
        verbose_name = "avis de fermeture"
        verbose_name_plural = "avis de fermeture"
        constraints = [
            models.CheckConstraint(
                name="annuaire_avisfermeture_structure",
                condition=Q(etablissement=None, unite__isnull=False)
                | Q(etablissement__isnull=False, unite=None),
                violation_error_message="Un avis de fermeture est celui d’un établissement ou d’une unité.",
            ),
            models.CheckConstraint(
                name="annuaire_avisfermeture_decide",
                condition=Q(suite="", decide_le=None, decide_par=None)
                | (~Q(suite="") & Q(decide_le__isnull=False)),
                violation_error_message="Une décision est prise à une date.",
            ),
            models.UniqueConstraint(
                fields=["etablissement", "unite"],
                condition=Q(suite=""),
                nulls_distinct=False,
                name="annuaire_avisfermeture_once",
                violation_error_message="Un avis de fermeture attend déjà pour cette structure.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["etablissement"], name="annuaire_avis_etab", condition=Q(etablissement__isnull=False)
            ),
            models.Index(fields=["unite"], name="annuaire_avis_unite", condition=Q(unite__isnull=False)),
        ]

    def __str__(self):
        return f"{self.structure}, {self.fermee_le:%d/%m/%Y}"

    @property
    def structure(self) -> Etablissement | Unite:
        return self.etablissement or self.unite  # type: ignore[return-value]

    @property
    def echeance(self):
        """When it closes by itself."""
        return self.recu_le + DELAI

    def due(self, now) -> int:
        """How many letters should have left by now; one makes up for those that an outage has delayed."""
        return sum(now >= self.recu_le + timedelta(days=days) for days in JALONS)
