"""What somebody was typing when his session ended, kept for him and for that form, sealed (DOS-3)."""

from datetime import timedelta

from django.conf import settings
from django.db import models

from dossiers.models.volets import Volet

KEPT = timedelta(hours=24)
AN_ACCOUNT = 20  # of one account, at once
LONGEST = 200_000  # bytes of one


class BrouillonQuerySet(models.QuerySet):
    def living(self, now):
        return self.filter(kept_at__gt=now - KEPT).exclude(sealed=b"")

    def over(self, now):
        return self.filter(kept_at__lte=now - KEPT)


class Brouillon(models.Model):
    """One a stamp: once used it is emptied, and the row only tells that its stamp has served."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="compte"
    )
    volet = models.ForeignKey(Volet, models.CASCADE, related_name="+", verbose_name="volet")
    empreinte = models.CharField(
        "empreinte du timbre",
        max_length=64,
        unique=True,
        editable=False,
        error_messages={"unique": "Cette saisie est déjà conservée."},
    )
    sealed = models.BinaryField("saisie chiffrée", default=bytes, blank=True)
    kept_at = models.DateTimeField("conservée le")

    objects = BrouillonQuerySet.as_manager()

    class Meta:
        verbose_name = "saisie conservée"
        verbose_name_plural = "saisies conservées"
        indexes = [models.Index("kept_at", name="dossiers_brouillon_kept")]

    def __str__(self):
        return f"{self.user_id} : {self.volet_id}"
