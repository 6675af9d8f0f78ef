"""A médecin's dossiers, and the volets that fill them (DOS-1, DOS-3)."""

import secrets
import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Length, Now, TruncDate
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse

from annuaire.models import Cle
from viatraj.core.actor import Place
from viatraj.core.droits import Droit, Orientation
from viatraj.core.typography import in_groups

EARLIEST_BIRTH = date(1900, 1, 1)
TEXTE_MAX = 20_000


def draw_numero() -> str:
    """Eight random digits: a running number would tell how many dossiers there are, and since when."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


def _search_key(field: str) -> models.GeneratedField:
    """Upper case, without accents or spaces: the form that searches compare."""
    return models.GeneratedField(expression=Cle(field), output_field=Cle.output_field, db_persist=True)


class DossierQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Lists, details and searches all begin here (DOS-4)."""
        return self.filter(
            actor.rights.within(Droit.DOSSIER_LISTE, domaine="orientation", medecin="auteur_id")
        )

    def named(self, nom: str, prenom: str = ""):
        """Patients whose names begin so, whatever case, accents or spaces; nothing typed finds nobody."""
        named = self.alias(key=Cle(Value(nom))).exclude(key="").filter(nom_cle__startswith=F("key"))
        return named.filter(prenom_cle__startswith=Cle(Value(prenom))) if prenom else named

    def newest_first(self):
        return self.order_by("-pk")

    def by_patient(self):
        return self.order_by("nom_cle", "prenom_cle", "-pk")


class Dossier(models.Model):
    """One orientation of one patient, in the space of one médecin."""

    numero = models.CharField("numéro", max_length=8, unique=True, editable=False, default=draw_numero)
    orientation = models.CharField("orientation", max_length=10, choices=Orientation)
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="dossiers",
        verbose_name="médecin",
        db_index=False,
    )
    nom = models.CharField("nom de naissance", max_length=100)
    prenom = models.CharField("prénom", max_length=100)
    date_naissance = models.DateField("date de naissance")
    nom_cle = _search_key("nom")
    prenom_cle = _search_key("prenom")
    cle = models.UUIDField(
        "clé de la demande",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={
            "unique": "Ce formulaire a déjà servi\u00a0: rouvrez la page «\u00a0Créer un dossier\u00a0»."
        },
    )
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        constraints = [
            models.CheckConstraint(
                name="dossiers_dossier_numero",
                condition=Q(numero__regex=r"^[1-9][0-9]{7}$"),
                violation_error_code="numero",
                violation_error_message="Un numéro de dossier compte huit chiffres.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_orientation",
                condition=Q(orientation__in=Orientation.values),
                violation_error_code="orientation",
                violation_error_message="Choisissez l’une des trois orientations.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_patient_named",
                condition=~Q(nom="") & ~Q(prenom=""),
                violation_error_code="nom",
                violation_error_message="Indiquez le nom et le prénom du patient.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_born_after_1900",
                condition=Q(date_naissance__gte=EARLIEST_BIRTH),
                violation_error_code="date_naissance",
                violation_error_message="Vérifiez l’année de naissance\u00a0: elle précède 1900.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_born_before_creation",
                condition=LessThanOrEqual(F("date_naissance"), TruncDate("created_at")),
                violation_error_code="date_naissance",
                violation_error_message="La date de naissance est dans le futur.",
            ),
        ]
        indexes = [
            models.Index("auteur", "orientation", F("id").desc(), name="dossiers_list"),
            models.Index("auteur", "nom_cle", "prenom_cle", name="dossiers_patient"),
        ]

    def __str__(self):
        return self.numero

    def get_absolute_url(self):
        return reverse("dossiers:detail", args=[self.numero])

    @property
    def place(self) -> Place:
        """Where its rights are held: the space of its médecin."""
        return Place(medecin=self.auteur_id)

    @property
    def numero_affiche(self) -> str:
        return in_groups(self.numero, 4)

    @property
    def patient(self) -> str:
        return f"{self.nom} {self.prenom}"


class Volet(models.Model):
    """One part of a dossier, written and locked by itself (DOS-3)."""

    class Kind(models.TextChoices):
        ADMINISTRATIF = "administratif", "volet administratif"
        MEDICAL = "medical", "volet médical"

    DROITS = {Kind.ADMINISTRATIF: Droit.VOLET_ADMINISTRATIF, Kind.MEDICAL: Droit.VOLET_MEDICAL}

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
                condition=Q(kind__in=["administratif", "medical"]),
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
        return self.DROITS[self.Kind(self.kind)]
