"""Units of care, and the guichets that gather several of them (ANN-1, ANN-4)."""

from django.db import models
from django.db.models import F, Q

from annuaire.models.etablissements import Etablissement
from annuaire.models.fiches import Fiche
from annuaire.models.positions import Positionne
from annuaire.models.structures import Closable, Coordination, StructureQuerySet
from annuaire.natures import Nature
from viatraj.core.actor import Place
from viatraj.core.droits import Domaine, Niveau


class UniteQuerySet(StructureQuerySet):
    columns = {
        "unite": "pk",
        "etablissement": "etablissement_id",
        "coordination": "etablissement__coordination_id",
        "region": "etablissement__coordination__region_id",
    }

    def open(self):
        return self.filter(closed_at=None, etablissement__closed_at=None)


class Unite(Positionne, Closable, Fiche):
    """Without a position, or an address, of its own: those of its établissement."""

    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, related_name="unites", verbose_name="établissement"
    )
    nom = models.CharField("nom", max_length=200)
    cle_offre = models.CharField(
        "identifiant ROR de l’offre", max_length=40, null=True, blank=True, unique=True
    )
    nature = models.CharField("type d’unité", max_length=12, choices=Nature, blank=True)
    type_offre = models.CharField("type d’offre (TRE_R244)", max_length=20, blank=True)
    domaine = models.CharField("domaine", max_length=20, choices=Domaine, blank=True)
    mode = models.CharField("mode de prise en charge (TRE_R213)", max_length=20, blank=True)
    age_min = models.PositiveSmallIntegerField("âge minimum", null=True, blank=True)
    age_max = models.PositiveSmallIntegerField("âge maximum", null=True, blank=True)

    # Triggers keep it: activités, their nomenclature and the établissement’s address count too.
    complete = models.BooleanField("fiche complète", default=False, editable=False)

    niveau = Niveau.UNITE
    objects = UniteQuerySet.as_manager()

    class Meta(Closable.Meta):
        verbose_name = "unité de soins"
        verbose_name_plural = "unités de soins"
        constraints = [
            *Closable.Meta.constraints,
            *Positionne.Meta.constraints,
            *Fiche.Meta.constraints,
            models.CheckConstraint(
                name="annuaire_unite_ages",
                condition=Q(age_min=None) | Q(age_max=None) | Q(age_min__lte=F("age_max")),
                violation_error_code="age_max",
                violation_error_message="L’âge maximum vient après l’âge minimum.",
            ),
        ]
        indexes = [
            models.Index(
                "nature", "etablissement", name="annuaire_unite_nature", condition=Q(closed_at=None)
            ),
            # Of the kinds that are asked, around a place.
            models.Index("etablissement", "nature", name="annuaire_unite_offre", condition=Q(closed_at=None)),
            models.Index(
                "latitude", "longitude", name="annuaire_unite_position", condition=Q(latitude__isnull=False)
            ),
            # What searches ask of a unit found by what it offers, without its wide row.
            models.Index(
                fields=["id"],
                include=["etablissement", "nature"],
                name="annuaire_unite_ouverte",
                condition=Q(closed_at=None),
            ),
            models.Index(
                "etablissement",
                name="annuaire_unite_a_completer",
                condition=Q(closed_at=None, complete=False),
            ),
        ]

    def __str__(self):
        return self.nom

    @property
    def place(self) -> Place:
        above = self.etablissement
        return Place(
            region=above.coordination.region_id,
            coordination=above.coordination_id,
            etablissement=above.pk,
            unite=self.pk,
        )

    @property
    def is_synchronised(self) -> bool:
        """One that is joined to no offer is fed by nothing, and stays open (ANN-2)."""
        return self.cle_offre is not None and self.etablissement.is_synchronised


class GuichetQuerySet(StructureQuerySet):
    columns = {
        "guichet": "pk",
        "etablissement": "etablissement_id",
        "coordination": "coordination_id",
        "region": "coordination__region_id",
    }

    def open(self):
        return self.filter(closed_at=None)


class Guichet(Closable):
    """One door for several units (SMR, HAD, soins palliatifs; ANN-4).

    Of one établissement, whose référents then manage it, or of a coordination.
    """

    coordination = models.ForeignKey(Coordination, models.PROTECT, related_name="guichets")
    nom = models.CharField("nom", max_length=200)
    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, null=True, blank=True, related_name="guichets"
    )
    unites = models.ManyToManyField(Unite, related_name="guichets", blank=True, verbose_name="unités")
    domaine = models.CharField("domaine", max_length=20, choices=Domaine, blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse mail", blank=True)
    horaires = models.CharField("horaires", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = GuichetQuerySet.as_manager()

    niveau = Niveau.GUICHET

    class Meta(Closable.Meta):
        verbose_name = "guichet unique"
        verbose_name_plural = "guichets uniques"

    def __str__(self):
        return self.nom

    @property
    def place(self) -> Place:
        return Place(
            region=self.coordination.region_id,
            coordination=self.coordination_id,
            etablissement=self.etablissement_id,
            guichet=self.pk,
        )

    def gathers(self, unite: Unite) -> bool:
        """Units of its établissement, else of its coordination."""
        if self.etablissement_id:
            return unite.etablissement_id == self.etablissement_id
        return unite.etablissement.coordination_id == self.coordination_id
