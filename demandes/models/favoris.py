"""Units that one often asks (DOS-4): kept for all who send from a unit, or in the space of a médecin."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annuaire.models import Unite


class FavoriQuerySet(models.QuerySet):
    def of(self, owner: dict[str, int] | None):
        """`owner`: its column and key, as `policies.favoris_of` says; None has none."""
        return self.filter(**owner) if owner else self.none()


class Favori(models.Model):
    demandeuse = models.ForeignKey(
        Unite,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="unité qui demande",
    )
    medecin = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="médecin",
    )
    cible = models.ForeignKey(Unite, models.PROTECT, related_name="+", db_index=False, verbose_name="unité")
    created_at = models.DateTimeField("depuis le", db_default=Now(), editable=False)

    objects = FavoriQuerySet.as_manager()

    class Meta:
        verbose_name = "unité favorite"
        verbose_name_plural = "unités favorites"
        constraints = [
            models.CheckConstraint(
                name="demandes_favori_owner",
                condition=Q(demandeuse__isnull=False, medecin=None)
                | Q(demandeuse=None, medecin__isnull=False),
                violation_error_message="Un favori est celui d’une unité, ou d’un médecin.",
            ),
            models.UniqueConstraint(
                fields=["demandeuse", "cible"],
                name="demandes_favori_once",
                violation_error_message="Cette unité figure déjà parmi les favoris.",
            ),
            models.UniqueConstraint(
                fields=["medecin", "cible"],
                name="demandes_favori_medecin_once",
                violation_error_message="Cette unité figure déjà parmi les favoris du médecin.",
            ),
            models.CheckConstraint(
                name="demandes_favori_not_itself",
                condition=Q(demandeuse=None) | ~Q(demandeuse=F("cible")),
                violation_error_message="Une unité n’est pas l’un de ses favoris.",
            ),
        ]

    def __str__(self):
        return str(self.cible)
