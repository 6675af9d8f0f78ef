"""Cards: the challenge one has to sign, and those seen on an identity (CPX-1, CPX-4)."""

import secrets
import uuid

from django.db import models
from django.utils.crypto import salted_hmac

from accounts.models import Identite
from authcps.models.attempts import Attempt
from viatraj.core.actor import Means

KINDS = [(means.value, means.label) for means in (Means.CPS, Means.CPE, Means.CPA)]


class Challenge(models.Model):
    """Bound to an attempt and to the origin the browser sees; takes one answer, within 120 s.

    The answer may come from another browser than the one that asked (a link sent to a victim). So the
    verified identity waits here until the browser that holds the attempt comes back with the answer's
    ticket.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="challenges")
    nonce = models.CharField("aléa", max_length=43)
    origin = models.CharField("origine", max_length=200)
    issued_at = models.DateTimeField("émis le")
    used_at = models.DateTimeField("répondu le", null=True)
    identity = models.JSONField("identité lue", null=True)
    ticket_hash = models.CharField("empreinte du ticket de retour", max_length=64, blank=True)

    class Meta:
        verbose_name = "défi"
        verbose_name_plural = "défis"

    def __str__(self):
        return str(self.pk)

    @staticmethod
    def draw() -> str:
        """256 bits: the nonce, and the ticket of the way back."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(ticket: str) -> str:
        return salted_hmac("authcps.ticket", ticket, algorithm="sha256").hexdigest()


class Carte(models.Model):
    """A card that has signed somebody in; shown in «Mon compte», it gives no right by itself."""

    identite = models.ForeignKey(Identite, models.CASCADE, related_name="cartes", db_index=False)
    kind = models.CharField("nature", max_length=10, choices=KINDS)
    issuer = models.CharField("autorité", max_length=300)
    serial = models.CharField("numéro de série", max_length=64)
    not_after = models.DateTimeField("valable jusqu’au")
    last_seen = models.DateTimeField("vue le")

    class Meta:
        verbose_name = "carte"
        verbose_name_plural = "cartes"
        constraints = [
            models.UniqueConstraint(
                fields=["identite", "issuer", "serial"],
                name="authcps_carte_once",
                violation_error_message="Cette carte est déjà connue.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.serial[-6:]}"
