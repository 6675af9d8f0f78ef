"""Where care is given: regions, coordinations, établissements, units, guichets (HAB-1, ANN-1)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value

from annuaire.models.extraction import Cle
from viatraj.core.actor import Place
from viatraj.core.droits import Domaine, Mode


class Region(models.Model):
    code = models.CharField("code de la région (COG)", max_length=3, unique=True)
    nom = models.CharField("nom", max_length=100)

    class Meta:
        verbose_name = "région"

    def __str__(self):
        return self.nom

    @property
    def place(self) -> Place:
        return Place(region=self.pk)


def every_module() -> list[str]:
    return list(Domaine.values)


class StructureQuerySet(models.QuerySet):
    """`columns` of each model say how a right held higher up reaches its rows."""

    columns: dict[str, str] = {}

    def within(self, rights, droit):
        """Where an administration right is held; the same rule as `rights.cover(droit, row.place)`."""
        return self.filter(rights.within(droit, mode=Mode.OUI, **self.columns))

    def named(self, part: str):
        """Whose name holds these letters, whatever their accents, case and spaces."""
        return self.alias(cle=Cle("nom")).filter(cle__contains=Cle(Value(part)))


class CoordinationQuerySet(StructureQuerySet):
    columns = {"coordination": "pk", "region": "region_id"}


class Coordination(models.Model):
    """The territorial team that settles the référents of its structures."""

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="coordinations", verbose_name="région", db_index=False
    )
    nom = models.CharField("nom", max_length=200)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    modules = ArrayField(
        models.CharField(max_length=20, choices=Domaine),
        default=every_module,
        blank=True,
        verbose_name="modules déployés",
    )

    objects = CoordinationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "nom"],
                name="annuaire_coordination_once",
                violation_error_code="nom",
                violation_error_message="Une coordination de cette région porte déjà ce nom.",
            ),
        ]

    def __str__(self):
        return self.nom

    @property
    def place(self) -> Place:
        return Place(region=self.region_id, coordination=self.pk)


class Closable(models.Model):
    """A structure that vanishes is closed, never deleted (ANN-7)."""

    closed_at = models.DateTimeField("fermé le", null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name="remplacé par"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_replaced_when_closed",
                condition=Q(replaced_by=None) | Q(closed_at__isnull=False),
                violation_error_code="replaced_by",
                violation_error_message="Seule une structure fermée peut être remplacée.",
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_not_replaced_by_itself",
                condition=~Q(replaced_by=F("id")),
                violation_error_code="replaced_by",
                violation_error_message="Une structure ne se remplace pas elle-même.",
            ),
        ]


class EtablissementQuerySet(StructureQuerySet):
    columns = {
        "etablissement": "pk",
        "coordination": "coordination_id",
        "region": "coordination__region_id",
    }

    def open(self):
        return self.filter(closed_at=None)


class Etablissement(Closable):
    coordination = models.ForeignKey(Coordination, models.PROTECT, related_name="etablissements")
    finess = models.CharField("numéro FINESS", max_length=9, null=True, blank=True, unique=True)
    nom = models.CharField("nom", max_length=200)
    adresse = models.TextField("adresse", blank=True)
    code_postal = models.CharField("code postal", max_length=10, blank=True)
    commune = models.CharField("commune", max_length=100, blank=True)

    objects = EtablissementQuerySet.as_manager()

    class Meta(Closable.Meta):
        verbose_name = "établissement"
        constraints = [
            *Closable.Meta.constraints,
            models.CheckConstraint(
                name="annuaire_etablissement_finess",
                condition=Q(finess=None) | Q(finess__regex=r"^\d[\dAB]\d{7}$"),
                violation_error_code="finess",
                violation_error_message="Un numéro FINESS compte neuf caractères.",
            ),
        ]

    def __str__(self):
        return self.nom

    @property
    def place(self) -> Place:
        return Place(
            region=self.coordination.region_id, coordination=self.coordination_id, etablissement=self.pk
        )


class UniteQuerySet(StructureQuerySet):
    columns = {
        "unite": "pk",
        "etablissement": "etablissement_id",
        "coordination": "etablissement__coordination_id",
        "region": "etablissement__coordination__region_id",
    }

    def open(self):
        return self.filter(closed_at=None, etablissement__closed_at=None)


class Unite(Closable):
    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, related_name="unites", verbose_name="établissement"
    )
    nom = models.CharField("nom", max_length=200)

    objects = UniteQuerySet.as_manager()

    class Meta(Closable.Meta):
        verbose_name = "unité de soins"
        verbose_name_plural = "unités de soins"

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


class GuichetQuerySet(StructureQuerySet):
    columns = {
        "guichet": "pk",
        "etablissement": "etablissement_id",
        "coordination": "coordination_id",
        "region": "coordination__region_id",
    }


class Guichet(models.Model):
    """One door for several units (SMR, HAD, soins palliatifs; ANN-4).

    Of one établissement, whose référents then manage it, or of a coordination.
    """

    coordination = models.ForeignKey(Coordination, models.PROTECT, related_name="guichets")
    nom = models.CharField("nom", max_length=200)
    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, null=True, blank=True, related_name="guichets"
    )
    unites = models.ManyToManyField(Unite, related_name="guichets", blank=True, verbose_name="unités")

    objects = GuichetQuerySet.as_manager()

    class Meta:
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
