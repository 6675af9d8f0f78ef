"""What structures have in common, and those above établissements: regions, coordinations (HAB-1, ANN-1)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value

from annuaire.models.extraction import Cle
from viatraj.core.actor import Place
from viatraj.core.droits import Domaine, Mode


class Region(models.Model):
    code = models.CharField("code de la région (COG)", max_length=3, unique=True)
    nom = models.CharField("nom", max_length=100)
    operateur = models.CharField("opérateur du ROR", max_length=200, blank=True)
    operateur_contact = models.CharField("comment le joindre", max_length=200, blank=True)
    ror_actif = models.BooleanField("relevée dans le ROR", default=True)

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
    departement = models.ForeignKey(
        "annuaire.Departement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="coordinations",
        verbose_name="département",
        db_index=False,
    )
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    adresse = models.CharField("adresse", max_length=300, blank=True)
    horaires = models.CharField("horaires", max_length=200, blank=True)
    modules = ArrayField(
        models.CharField(max_length=20, choices=Domaine),
        default=every_module,
        blank=True,
        verbose_name="modules déployés",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CoordinationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "nom"],
                name="annuaire_coordination_once",
                violation_error_code="nom",
                violation_error_message="Une coordination de cette région porte déjà ce nom.",
            ),
            models.UniqueConstraint(
                fields=["departement"],
                name="annuaire_coordination_of_departement",
                violation_error_code="departement",
                violation_error_message="Une coordination répond déjà de ce département.",
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
