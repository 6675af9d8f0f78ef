"""Files joined to a volet: what is known of each; its bytes rest elsewhere, encrypted (DOS-3)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from dossiers.models.volets import Volet
from viatraj.core.files.content import Kind
from viatraj.core.files.vault import Kept
from viatraj.core.saisie import fichiers


class PieceQuerySet(models.QuerySet):
    def of(self, dossier):
        return self.filter(volet__dossier=dossier)

    def shown(self):
        return self.filter(hidden_at=None)

    def counted(self):
        """Those that take a place among the few that a dossier may have."""
        return self.shown().exclude(etat=PieceJointe.Etat.REFUSEE)

    def to_erase(self, before):
        """Taken away before this instant, their files still there."""
        return self.filter(hidden_at__lt=before, erased_at=None)

    def left_over(self):
        """Erased, but for the bytes: a storage that was down, a worker that died."""
        return self.filter(erased_at__isnull=False, stored_as__isnull=False)

    def to_analyse(self):
        """Those without a verdict, oldest first."""
        return self.filter(etat=PieceJointe.Etat.ANALYSE, erased_at=None).order_by("added_at", "pk")


class PieceJointe(models.Model):
    """Whoever may read its volet may open it. Taken away it is hidden; later its file is destroyed, the row
    stays. `erased_at`: the key is gone; while `stored_as` is still there, bytes are left to delete."""

    class Etat(models.TextChoices):
        ANALYSE = "analyse", "en cours d’analyse"
        ACCEPTEE = "acceptee", "acceptée"
        REFUSEE = "refusee", "refusée"

    volet = models.ForeignKey(Volet, models.PROTECT, related_name="pieces")
    nom = models.CharField("nom du fichier", max_length=fichiers.LONGEST)
    kind = models.CharField("format", max_length=4, choices=Kind)
    taille = models.PositiveIntegerField("taille en octets")
    empreinte = models.CharField("empreinte SHA-256", max_length=64)
    stored_as = models.CharField(max_length=100, unique=True, null=True, blank=True)
    sealed_key = models.BinaryField(null=True)
    etat = models.CharField("état", max_length=8, choices=Etat)
    motif = models.CharField("motif du refus", max_length=200, blank=True)
    cle = models.UUIDField(
        "clé de la demande",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={
            "unique": "Ce formulaire a déjà servi\u00a0: rouvrez la page «\u00a0Pièces jointes\u00a0»."
        },
    )
    added_at = models.DateTimeField("ajoutée le", db_default=Now(), editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="ajoutée par", db_index=False
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="au nom de",
        db_index=False,
    )
    hidden_at = models.DateTimeField("retirée le", null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="retirée par",
        db_index=False,
    )
    erased_at = models.DateTimeField("fichier détruit le", null=True, blank=True)

    objects = PieceQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce jointe"
        constraints = [
            models.CheckConstraint(
                name="dossiers_piecejointe_nom",
                condition=~Q(nom=""),
                violation_error_code="nom",
                violation_error_message=fichiers.UNNAMED,
            ),
            models.CheckConstraint(
                name="dossiers_piecejointe_kind",
                condition=Q(kind__in=Kind.values),
                violation_error_code="kind",
                violation_error_message="Une pièce jointe est un PDF, une image JPEG ou une image PNG.",
            ),
            models.CheckConstraint(
                name="dossiers_piecejointe_taille",
                condition=Q(taille__gt=0),
                violation_error_code="taille",
                violation_error_message="Ce fichier est vide.",
            ),
            models.CheckConstraint(
                name="dossiers_piecejointe_empreinte",
                condition=Q(empreinte__regex=r"^[0-9a-f]{64}$"),
                violation_error_code="empreinte",
                violation_error_message="Une empreinte SHA-256 compte 64 chiffres hexadécimaux.",
            ),
            models.CheckConstraint(
                name="dossiers_piecejointe_refused_with_reason",
                condition=(Q(etat="refusee") & ~Q(motif=""))
                | (Q(etat__in=["analyse", "acceptee"]) & Q(motif="")),
                violation_error_code="motif",
                violation_error_message="Une pièce refusée l’est pour un motif, une autre n’en a pas.",
            ),
            models.CheckConstraint(
                name="dossiers_piecejointe_hidden_by_somebody",
                condition=Q(hidden_at=None, hidden_by=None)
                | Q(hidden_at__isnull=False, hidden_by__isnull=False),
                violation_error_message="Une pièce retirée l’est par quelqu’un.",
            ),
            models.CheckConstraint(
                name="dossiers_piecejointe_erased_once_hidden",
                condition=Q(erased_at=None, stored_as__isnull=False, sealed_key__isnull=False)
                | Q(erased_at__isnull=False, hidden_at__isnull=False, sealed_key=None),
                violation_error_message="Le fichier d’une pièce n’est détruit qu’après son retrait.",
            ),
        ]
        indexes = [
            models.Index("added_at", name="dossiers_pieces_to_analyse", condition=Q(etat="analyse")),
            models.Index(
                "hidden_at",
                name="dossiers_pieces_to_erase",
                condition=Q(hidden_at__isnull=False, stored_as__isnull=False),
            ),
        ]

    def __str__(self):
        """Never its name, which may be a patient's."""
        return f"{self.volet.dossier} : pièce {self.pk}"

    def get_absolute_url(self):
        return reverse("dossiers:piece", args=[self.volet.dossier.numero, self.pk])

    @property
    def kept(self) -> Kept:
        """Of a file that is not erased."""
        return Kept(self.stored_as, bytes(self.sealed_key), self.empreinte)

    @property
    def is_accepted(self) -> bool:
        return self.etat == self.Etat.ACCEPTEE

    @property
    def download_name(self) -> str:
        """Says nothing of the patient: it stays in the folder and the history of a shared computer."""
        return f"dossier-{self.volet.dossier.numero}-piece-{self.pk}{Kind(self.kind).ending}"
