"""Which version of the charte somebody accepted, and when (CON-13)."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class AcceptationCharte(models.Model):
    """Each acceptance is kept, with the version and the digest of what was read (CON-13)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="acceptations", db_index=False
    )
    version = models.CharField("version", max_length=10)
    digest = models.CharField("empreinte du texte", max_length=64)
    accepted_at = models.DateTimeField("acceptée le", db_default=Now())

    class Meta:
        verbose_name = "acceptation de la charte"
        verbose_name_plural = "acceptations de la charte"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "version"],
                name="accounts_acceptation_once",
                violation_error_message="Cette version de la charte est déjà acceptée.",
            ),
        ]

    def __str__(self):
        return f"{self.user} : charte {self.version}"
