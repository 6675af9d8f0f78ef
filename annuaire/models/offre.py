"""What a structure offers, item by item, each with its origin (ANN-2, ANN-3, ANN-4)."""

from django.db import models
from django.db.models import F, Q

from annuaire.models.etablissements import Etablissement
from annuaire.models.territoires import Commune, Departement, Epci
from annuaire.models.unites import Unite
from annuaire.origines import Origine


class Element(models.Model):
    """One code in one list of a sheet: an activité, a resource, a prestation, a filière.

    `libelle`: as the feeder has said it, shown when the nomenclature does not know the code.
    """

    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, null=True, blank=True, related_name="elements", db_index=False
    )
    unite = models.ForeignKey(
        Unite, models.PROTECT, null=True, blank=True, related_name="elements", db_index=False
    )
    champ = models.CharField("champ", max_length=40)
    nomenclature = models.CharField("nomenclature", max_length=20)
    code = models.CharField("code", max_length=20)
    libelle = models.CharField("libellé du répertoire", max_length=300, blank=True)
    origine = models.CharField("origine", max_length=6, choices=Origine)
    depuis = models.DateField("depuis le")

    class Meta:
        verbose_name = "élément d’une fiche"
        verbose_name_plural = "éléments de fiches"
        constraints = [
            models.CheckConstraint(
                name="annuaire_element_structure",
                condition=Q(etablissement=None, unite__isnull=False)
                | Q(etablissement__isnull=False, unite=None),
                violation_error_message="Un élément est celui d’un établissement ou d’une unité.",
            ),
            models.UniqueConstraint(
                fields=["unite", "etablissement", "champ", "nomenclature", "code"],
                nulls_distinct=False,
                name="annuaire_element_once",
                violation_error_message="Cet élément figure déjà dans la fiche.",
            ),
        ]
        indexes = [
            models.Index(
                "etablissement", name="annuaire_element_etab", condition=Q(etablissement__isnull=False)
            ),
            models.Index("nomenclature", "code", "unite", name="annuaire_element_cherche"),
        ]

    def __str__(self):
        return self.valeur

    @property
    def valeur(self) -> str:
        """As the sheet writes it."""
        return f"{self.nomenclature}:{self.code}"


class PriseEnCharge(models.Model):
    """What a unit does about one pathologie of the thésaurus (ANN-2); no row: not said yet."""

    class Niveau(models.TextChoices):
        COURANT = "courant", "prise en charge courante"
        SPECIALISE = "specialise", "prise en charge spécialisée"
        CONDITIONS = "conditions", "sous conditions"

    unite = models.ForeignKey(Unite, models.PROTECT, related_name="prises_en_charge", db_index=False)
    pathologie = models.CharField("pathologie", max_length=20)
    assuree = models.BooleanField("prise en charge")
    age_min = models.PositiveSmallIntegerField("âge minimum", null=True, blank=True)
    age_max = models.PositiveSmallIntegerField("âge maximum", null=True, blank=True)
    niveau = models.CharField("niveau", max_length=12, choices=Niveau, blank=True)
    conditions = models.CharField("conditions", max_length=500, blank=True)

    class Meta:
        verbose_name = "prise en charge d’une pathologie"
        verbose_name_plural = "prises en charge de pathologies"
        constraints = [
            models.UniqueConstraint(
                fields=["unite", "pathologie"],
                name="annuaire_priseencharge_once",
                violation_error_message="Cette unité a déjà répondu pour cette pathologie.",
            ),
            models.CheckConstraint(
                name="annuaire_priseencharge_ages",
                condition=Q(age_min=None) | Q(age_max=None) | Q(age_min__lte=F("age_max")),
                violation_error_code="age_max",
                violation_error_message="L’âge maximum vient après l’âge minimum.",
            ),
            models.CheckConstraint(
                name="annuaire_priseencharge_precisions",
                condition=Q(assuree=True) | Q(age_min=None, age_max=None, niveau=""),
                violation_error_code="assuree",
                violation_error_message="Une pathologie qui n’est pas prise en charge n’a ni âge ni niveau.",
            ),
        ]
        indexes = [
            models.Index("pathologie", "unite", name="annuaire_priseencharge_par", condition=Q(assuree=True))
        ]

    def __str__(self):
        return self.pathologie


class Couverture(models.Model):
    """Where an HAD goes: a commune, an EPCI or a département; `exclue`: but not there."""

    unite = models.ForeignKey(Unite, models.PROTECT, related_name="couvertures", db_index=False)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="couvertures", verbose_name="commune"
    )
    epci = models.ForeignKey(
        Epci, models.PROTECT, null=True, blank=True, related_name="couvertures", verbose_name="EPCI"
    )
    departement = models.ForeignKey(
        Departement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="couvertures",
        verbose_name="département",
    )
    exclue = models.BooleanField("exclue", default=False)

    class Meta:
        verbose_name = "zone d’intervention"
        verbose_name_plural = "zones d’intervention"
        constraints = [
            models.CheckConstraint(
                name="annuaire_couverture_zone",
                condition=Q(commune__isnull=False, epci=None, departement=None)
                | Q(commune=None, epci__isnull=False, departement=None)
                | Q(commune=None, epci=None, departement__isnull=False),
                violation_error_message="Une zone est une commune, un EPCI ou un département.",
            ),
            models.UniqueConstraint(
                fields=["unite", "commune", "epci", "departement"],
                nulls_distinct=False,
                name="annuaire_couverture_once",
                violation_error_message="Cette zone figure déjà dans la couverture.",
            ),
        ]

    def __str__(self):
        return str(self.commune or self.epci or self.departement)
