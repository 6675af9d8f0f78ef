"""A sign-in under way, whatever the way in."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Attempt(models.Model):
    """A sign-in under way: the first factor is proved, the session holds its random id."""

    class Door(models.TextChoices):
        MEDECIN = "medecin", "Médecins libéraux"
        PROFESSIONNEL = "professionnel", "Professionnels en établissement"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    door = models.CharField("porte", max_length=15, choices=Door)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    means = models.CharField("moyen", max_length=10, blank=True)
    identity = models.JSONField("identité vérifiée", null=True)  # an `identity.Verified`, by card or PSC
    other_name = models.BooleanField("autre nom montré", default=False)  # that of a card to be paired
    next_path = models.CharField("page demandée", max_length=500, blank=True)
    created_at = models.DateTimeField("commencée le", db_default=Now())
    ends = models.DateTimeField("valable jusqu’à")
    signed_in_at = models.DateTimeField("aboutie le", null=True)

    class Meta:
        verbose_name = "connexion en cours"
        verbose_name_plural = "connexions en cours"
        indexes = [models.Index(fields=["ends"], name="authcps_attempt_ends")]

    def __str__(self):
        return str(self.pk)
