"""Établissements: a geographic entity with its FINESS number, its sheet, its link with the ROR (ANN-1)."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q, Value

from annuaire.models.extraction import Cle
from annuaire.models.fiches import Fiche, said
from annuaire.models.positions import Positionne
from annuaire.models.structures import Closable, Coordination, StructureQuerySet
from viatraj.core.actor import Place
from viatraj.core.droits import Niveau


class EtablissementQuerySet(StructureQuerySet):
    columns = {
        "etablissement": "pk",
        "coordination": "coordination_id",
        "region": "coordination__region_id",
    }

    def open(self):
        return self.filter(closed_at=None)

    def named(self, part: str):
        return self.filter(cle__contains=Cle(Value(part)))


class Synchronisation(models.TextChoices):
    """With the ROR (ANN-1); the words are those that the ROR side reads."""

    NON_CONCERNE = "non_concerne", "Non concerné"
    NON_SYNCHRONISE = "non_synchronise", "Non synchronisé"
    A_RAPPROCHER = "a_rapprocher", "Rapprochement à faire"
    RAPPROCHE = "rapproche", "Rapproché, en attente d’activation"
    ACTIVE = "active", "Mise à jour de l’offre active"
    ERREUR = "erreur", "En erreur"


# Its last values came from the ROR, and will again: what it feeds stays greyed while a feed is in error.
SYNCHRONISED = (Synchronisation.ACTIVE, Synchronisation.ERREUR)


class Etablissement(Positionne, Closable, Fiche):
    coordination = models.ForeignKey(Coordination, models.PROTECT, related_name="etablissements")
    finess = models.CharField("numéro FINESS", max_length=9, null=True, blank=True, unique=True)
    nom = models.CharField("nom", max_length=200)
    cle = models.GeneratedField(expression=Cle("nom"), output_field=Cle.output_field, db_persist=True)
    adresse = models.TextField("adresse", blank=True)
    code_postal = models.CharField("code postal", max_length=10, blank=True)
    commune = models.CharField("commune", max_length=100, blank=True)
    cog = models.ForeignKey(
        "annuaire.Commune",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="etablissements",
        verbose_name="code INSEE de la commune",
    )
    categorie = models.CharField("catégorie (TRE_R66)", max_length=20, blank=True)
    synchronisation = models.CharField(
        "synchronisation", max_length=15, choices=Synchronisation, default=Synchronisation.NON_SYNCHRONISE
    )
    synchronise_le = models.DateTimeField("synchronisé le", null=True, blank=True)

    # What `annuaire.fiches.completude` asks of it, its units aside: lists of the whole country filter by it.
    complet = models.GeneratedField(
        expression=models.ExpressionWrapper(
            ~Q(categorie="") & ~Q(adresse="") & ~Q(code_postal="") & ~Q(commune="") & Q(said("telephone")),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(verbose_name="fiche complète"),
        db_persist=True,
    )

    niveau = Niveau.ETABLISSEMENT
    objects = EtablissementQuerySet.as_manager()

    class Meta(Closable.Meta):
        verbose_name = "établissement"
        constraints = [
            *Closable.Meta.constraints,
            *Positionne.Meta.constraints,
            *Fiche.Meta.constraints,
            models.CheckConstraint(
                name="annuaire_etablissement_synchronise",
                condition=~Q(synchronisation__in=["active", "erreur"])
                | Q(finess__isnull=False, synchronise_le__isnull=False),
                violation_error_code="synchronisation",
                violation_error_message="Un établissement synchronisé a un numéro FINESS et une date.",
            ),
            models.CheckConstraint(
                name="annuaire_etablissement_finess",
                condition=Q(finess=None) | Q(finess__regex=r"^\d[\dAB]\d{7}$"),
                violation_error_code="finess",
                violation_error_message="Un numéro FINESS compte neuf caractères.",
            ),
        ]
        indexes = [
            # Rows are wide: what is near, and what comes first, is answered without them.
            models.Index(
                fields=["latitude", "longitude"],
                include=["id", "nom", "finess"],
                name="annuaire_etab_proche",
                condition=Q(closed_at=None, latitude__isnull=False),
            ),
            # What nobody has placed is sought in its département.
            models.Index(
                fields=["cog", "code_postal"],
                name="annuaire_etab_sans_position",
                condition=Q(closed_at=None, latitude=None),
            ),
            # The country by name, walked from a key on.
            models.Index(
                fields=["nom", "id"],
                include=["cle", "finess"],
                name="annuaire_etab_ouvert",
                condition=Q(closed_at=None),
            ),
            GinIndex(OpClass("cle", "gin_trgm_ops"), name="annuaire_etab_nom"),
        ]

    def __str__(self):
        return self.nom

    @property
    def is_synchronised(self) -> bool:
        return self.synchronisation in SYNCHRONISED

    @property
    def place(self) -> Place:
        return Place(
            region=self.coordination.region_id, coordination=self.coordination_id, etablissement=self.pk
        )
