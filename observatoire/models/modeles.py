"""An order that its person keeps, to send again or to have sent each month (OBS-3)."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower, Now, TruncDate

from habilitations.models import Habilitation
from observatoire.calendrier import Periode
from observatoire.models.commandes import RAISON_MAX, TITRE_MAX, Demandee


class ModeleQuerySet(models.QuerySet):
    def visible_to(self, actor: Any) -> "ModeleQuerySet":
        if actor.is_acting or actor.user is None:
            return self.none()
        return self.filter(user=actor.user)

    def in_order(self) -> "ModeleQuerySet":
        return self.order_by(Lower("titre"), "pk")

    def due(self, today: date) -> "ModeleQuerySet":
        return self.filter(prochaine__lte=today)

    def stopped_for(self, actor: Any, *, user: Any, since: date) -> "ModeleQuerySet":
        """To a référent: of whom held something in his perimeter while the order was sent each month.

        `user` is the référent, whose own orders are on his own pages.
        """
        held = Habilitation.objects.visible_to(actor).filter(
            Q(revoked_at=None) | Q(revoked_at__gte=OuterRef("created_at")),
            user=OuterRef("user"),
            debut__lte=OuterRef("arrete_le"),
            fin__gte=OuterRef("began"),
        )
        rows = self.filter(arrete_le__gte=since).exclude(user=user)
        rows = rows.annotate(began=TruncDate("created_at"))
        return rows.filter(Exists(held)).select_related("user").order_by("-arrete_le", "-pk")


class ModeleCommande(Demandee):
    """`prochaine`: when it is sent by itself; none, when its person does. `arret`: why it no longer is."""

    titre = models.CharField("nom du modèle", max_length=TITRE_MAX)
    periode = models.CharField("période", max_length=10, choices=Periode)
    jour = models.PositiveSmallIntegerField("jour du mois", null=True, blank=True)
    prochaine = models.DateField("prochaine commande", null=True, blank=True)
    arret = models.CharField("raison de l’arrêt", max_length=RAISON_MAX, blank=True)
    arrete_le = models.DateField("arrêtée le", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    objects = ModeleQuerySet.as_manager()

    class Meta:
        verbose_name = "modèle de commande"
        verbose_name_plural = "modèles de commande"
        constraints = [
            models.UniqueConstraint(
                "user",
                Lower("titre"),
                name="observatoire_modele_titre",
                violation_error_code="titre",
                violation_error_message="Un de vos modèles porte déjà ce nom.",
            ),
            models.CheckConstraint(
                name="observatoire_modele_jour",
                condition=Q(jour=None) | Q(jour__range=(1, 31)),
                violation_error_code="jour",
                violation_error_message="Un jour du mois va de 1 à 31.",
            ),
            models.CheckConstraint(
                name="observatoire_modele_prochaine",
                condition=Q(prochaine=None) | Q(jour__isnull=False, arret=""),
                violation_error_message="Une commande mensuelle a un jour du mois, et n’est pas arrêtée.",
            ),
            models.CheckConstraint(
                name="observatoire_modele_arret",
                condition=Q(arret="", arrete_le=None) | ~Q(arret="") & Q(arrete_le__isnull=False),
                violation_error_message="Une commande mensuelle est arrêtée un jour, pour une raison.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["arrete_le"], name="observatoire_modele_arrete", condition=Q(arrete_le__isnull=False)
            ),
            models.Index(
                fields=["prochaine"], name="observatoire_modele_due", condition=Q(prochaine__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        """Never its title, which its person chose for himself."""
        return f"modèle n° {self.pk} ({self.rapport})"
