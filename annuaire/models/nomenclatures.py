"""Nomenclatures: those of the ANS (NOS), and ours: pathologies, filières, prestations (ANN-1)."""

from django.db import models
from django.db.models import F, Q


class Nomenclature(models.Model):
    """As it was last loaded. `complete`: False for an extract, whose missing codes are not ended."""

    code = models.CharField("code", max_length=20, primary_key=True, db_collation="C")
    nom = models.CharField("nom", max_length=200)
    version = models.CharField("version", max_length=40)
    complete = models.BooleanField("complète", default=True)
    sha256 = models.CharField("empreinte du fichier", max_length=64)
    chargee_le = models.DateTimeField("chargée le")

    class Meta:
        verbose_name = "nomenclature"

    def __str__(self):
        return self.code


class ConceptQuerySet(models.QuerySet):
    def current(self, day):
        """Those that may be chosen: neither to come nor ended."""
        begun = Q(debut=None) | Q(debut__lte=day)
        return self.filter(begun, Q(fin=None) | Q(fin__gt=day))


class Concept(models.Model):
    """A code and its label, kept when it ends: sheets name it. `depuis`: the version that brought it."""

    nomenclature = models.ForeignKey(Nomenclature, models.PROTECT, related_name="concepts", db_index=False)
    code = models.CharField("code", max_length=20, db_collation="C")
    libelle = models.CharField("libellé", max_length=300)
    groupe = models.CharField("groupe", max_length=100, blank=True)
    rang = models.PositiveIntegerField("rang", default=0)
    debut = models.DateField("à partir du", null=True, blank=True)
    fin = models.DateField("jusqu’au", null=True, blank=True)
    depuis = models.CharField("depuis la version", max_length=40)

    objects = ConceptQuerySet.as_manager()

    class Meta:
        verbose_name = "terme d’une nomenclature"
        verbose_name_plural = "termes de nomenclatures"
        constraints = [
            models.UniqueConstraint(
                fields=["nomenclature", "code"],
                name="annuaire_concept_once",
                violation_error_code="code",
                violation_error_message="Ce code figure déjà dans la nomenclature.",
            ),
            models.CheckConstraint(
                name="annuaire_concept_dates",
                condition=Q(debut=None) | Q(fin=None) | Q(debut__lte=F("fin")),
                violation_error_code="fin",
                violation_error_message="Un terme finit après avoir commencé.",
            ),
        ]

    def __str__(self):
        return self.libelle
