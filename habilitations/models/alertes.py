"""Who was warned of which end (HAB-6)."""

from django.db import models
from django.db.models.functions import Now

from habilitations.models.habilitations import Habilitation
from viatraj.core.expiry import URGENT_DAYS


class Alerte(models.Model):
    """One mail for each habilitation, end date and stage: a prolongation’s new end is announced too."""

    habilitation = models.ForeignKey(
        Habilitation, models.PROTECT, related_name="alertes", db_index=False, verbose_name="habilitation"
    )
    fin = models.DateField("fin annoncée")
    jours = models.PositiveSmallIntegerField("jours avant la fin", default=URGENT_DAYS)
    posted_at = models.DateTimeField("écrite le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "alerte de fin d’habilitation"
        verbose_name_plural = "alertes de fin d’habilitation"
        constraints = [
            models.UniqueConstraint(
                fields=["habilitation", "fin", "jours"],
                name="habilitations_alerte_once",
                violation_error_message="Cette fin a déjà été annoncée.",
            )
        ]

    def __str__(self):
        return f"{self.habilitation_id} : {self.fin}"
