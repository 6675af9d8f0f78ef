"""An order of statistics: a line of its person, and for ten days a file (OBS-3, OBS-4, OBS-5)."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from viatraj.core.droits import Niveau
from viatraj.core.files.vault import Kept
from viatraj.core.periods import REVERSED
from viatraj.core.sealing import seal, unseal

COMMENTAIRE = "observatoire.commentaire"  # purpose of its seal
COMMENTAIRE_MAX, RAISON_MAX, TITRE_MAX = 500, 300, 60
BEHIND = timedelta(minutes=10)  # what each earlier order of the same hour costs the next one in the queue


class Format(models.TextChoices):
    XLSX = "xlsx", "Excel (.xlsx)"
    CSV = "csv", "csv (virgule décimale)"
    POINT = "csvp", "csv (point décimal)"

    @property
    def suffix(self) -> str:
        """A csv has its criteria and definitions beside it, in an archive."""
        return "xlsx" if self == Format.XLSX else "zip"


class Etat(models.TextChoices):
    ATTENTE = "attente", "En attente"
    COURS = "cours", "En cours"
    DISPONIBLE = "disponible", "Disponible"
    ERREUR = "erreur", "Erreur"
    ANNULEE = "annulee", "Annulée"
    SUPPRIMEE = "supprimee", "Supprimée"


class Demandee(models.Model):
    """What an order and a model both say. A comment is its author's alone: it is sealed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="commandée par",
        db_index=False,
    )
    rapport = models.CharField("fichier", max_length=10)
    niveau = models.CharField("niveau", max_length=15, choices=Niveau)
    # Of a coordination or a région, which one: figures of two are not ordered together (docs/adr/0081).
    territoire = models.PositiveBigIntegerField("territoire", null=True, blank=True)
    criteres = models.JSONField("critères", default=dict, blank=True)
    format = models.CharField("format", max_length=4, choices=Format, default=Format.XLSX)
    sealed_commentaire = models.BinaryField("commentaire", null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def commentaire(self) -> str:
        return unseal(COMMENTAIRE, self.sealed_commentaire).decode() if self.sealed_commentaire else ""

    @commentaire.setter
    def commentaire(self, text: str) -> None:
        self.sealed_commentaire = seal(COMMENTAIRE, text.encode()) if text else None


class CommandeQuerySet(models.QuerySet):
    def visible_to(self, actor: Any) -> "CommandeQuerySet":
        """To who ordered it, and nobody else."""
        if actor.is_acting or actor.user is None:
            return self.none()
        return self.filter(user=actor.user)

    def newest_first(self) -> "CommandeQuerySet":
        return self.order_by("-ordered_at", "-pk")

    def at_work(self) -> "CommandeQuerySet":
        return self.filter(etat__in=Commande.AT_WORK)

    def in_turn(self) -> "CommandeQuerySet":
        """Those that wait, the next one first."""
        return self.filter(etat=Etat.ATTENTE).order_by("tour", "pk")

    def ending(self, before: datetime) -> "CommandeQuerySet":
        """Whose file is there, and no longer at this instant."""
        return self.filter(etat=Etat.DISPONIBLE, ends_at__lte=before)

    def left_over(self) -> "CommandeQuerySet":
        """No key opens them any more, but their bytes are still there."""
        return self.exclude(etat=Etat.DISPONIBLE).filter(stored_as__isnull=False)


class Commande(Demandee):
    """`passage`: the number of the worker's attempt; a result is written under the last one only.

    `tour`: where it stands in the queue. `etendue`: of a territory, one of which is made at a time.
    `perimetre`: whose structures its file holds, asked again at each download.
    """

    AT_WORK = (Etat.ATTENTE, Etat.COURS)

    cle = models.UUIDField("clé de la demande", default=uuid.uuid4, unique=True, editable=False)
    debut = models.DateField("début de la période")
    fin = models.DateField("fin de la période")
    etat = models.CharField("état", max_length=10, choices=Etat, default=Etat.ATTENTE)
    raison = models.CharField("raison de l’erreur", max_length=RAISON_MAX, blank=True)
    etendue = models.BooleanField("d’un territoire", default=False, editable=False)
    estimation = models.PositiveIntegerField("lignes estimées", default=0, editable=False)
    lignes = models.PositiveIntegerField("lignes", null=True, editable=False)
    perimetre = models.JSONField("périmètre", default=dict, editable=False)
    essais = models.PositiveSmallIntegerField("essais", default=0, editable=False)
    passage = models.PositiveIntegerField("passage", default=0, editable=False)
    modele = models.ForeignKey(
        "observatoire.ModeleCommande",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    # Of who ordered: what the worker makes is journalled as his.
    means = models.CharField("moyen de connexion", max_length=10, blank=True)
    address = models.CharField("adresse IP", max_length=45, blank=True)
    request_id = models.CharField("requête", max_length=64, blank=True)
    ordered_at = models.DateTimeField("commandée le", db_default=Now())
    tour = models.DateTimeField("tour dans la file", db_default=Now(), editable=False)
    started_at = models.DateTimeField("commencée le", null=True, blank=True)
    ready_at = models.DateTimeField("disponible le", null=True, blank=True)
    ends_at = models.DateTimeField("supprimée à partir du", null=True, blank=True)
    reminded_at = models.DateTimeField("rappelée le", null=True, blank=True)
    stored_as = models.CharField(max_length=100, unique=True, null=True, blank=True, editable=False)
    sealed_key = models.BinaryField(null=True, editable=False)
    taille = models.PositiveBigIntegerField("taille en octets", null=True, editable=False)

    objects = CommandeQuerySet.as_manager()

    class Meta:
        verbose_name = "commande de statistiques"
        verbose_name_plural = "commandes de statistiques"
        constraints = [
            models.CheckConstraint(
                name="observatoire_commande_periode",
                condition=Q(debut__lte=F("fin")),
                violation_error_code="fin",
                violation_error_message=REVERSED,
            ),
            models.CheckConstraint(
                name="observatoire_commande_fichier",
                condition=Q(
                    etat=Etat.DISPONIBLE,
                    stored_as__isnull=False,
                    sealed_key__isnull=False,
                    taille__isnull=False,
                    ready_at__isnull=False,
                    ends_at__isnull=False,
                )
                | ~Q(etat=Etat.DISPONIBLE) & Q(sealed_key=None),
                violation_error_message="Une commande disponible a un fichier, une autre n’en a pas.",
            ),
            models.CheckConstraint(
                name="observatoire_commande_raison",
                condition=Q(etat=Etat.ERREUR) & ~Q(raison="") | ~Q(etat=Etat.ERREUR) & Q(raison=""),
                violation_error_message="Une commande en erreur l’est pour une raison.",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-ordered_at"], name="observatoire_commande_user"),
            models.Index(fields=["tour"], name="observatoire_commande_tour", condition=Q(etat="attente")),
            models.Index(
                fields=["started_at"], name="observatoire_commande_cours", condition=Q(etat="cours")
            ),
            models.Index(
                fields=["ordered_at"], name="observatoire_commande_echec", condition=Q(etat="erreur")
            ),
            models.Index(
                fields=["ends_at"], name="observatoire_commande_ends", condition=Q(etat="disponible")
            ),
            models.Index(
                fields=["etat"],
                name="observatoire_commande_left",
                condition=~Q(etat="disponible") & Q(stored_as__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Never its comment."""
        return f"commande n° {self.pk} ({self.rapport})"

    def get_absolute_url(self) -> str:
        return reverse("observatoire:fichier", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        return self.etat in self.AT_WORK

    @property
    def kept(self) -> Kept:
        """Of a file that is there."""
        return Kept(self.stored_as or "", bytes(self.sealed_key or b""), "")

    @property
    def download_name(self) -> str:
        """Report, period, number; never a person."""
        days = dict.fromkeys((self.debut.isoformat(), self.fin.isoformat()))
        return f"{self.rapport.lower()}_{'_'.join(days)}_commande-{self.pk}.{Format(self.format).suffix}"
