"""Passwords that were used before (MDP-3)."""

from django.conf import settings
from django.db import models


class AncienMotDePasse(models.Model):
    """Hashes that may not serve again; the last four are kept, the one in force is on the account."""

    KEPT = 4

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="anciens_mots_de_passe", db_index=False
    )
    encoded = models.CharField("empreinte", max_length=128)
    replaced_at = models.DateTimeField("remplacé le")

    class Meta:
        verbose_name = "ancien mot de passe"
        verbose_name_plural = "anciens mots de passe"
        indexes = [models.Index(fields=["user", "-replaced_at"], name="accounts_ancien_user")]

    def __str__(self):
        return f"ancien mot de passe de {self.user_id}"
