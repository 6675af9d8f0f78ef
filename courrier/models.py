"""What leaves by e-mail or SMS: written in the same transaction as the act it tells of, sent afterwards."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from courrier import secrets


class Priority(models.IntegerChoices):
    """The order of sending: codes first, because somebody waits for his in front of the screen."""

    CODE = 0, "code"
    NORMAL = 5, "courrier"
    DIGEST = 9, "récapitulatif"


class Channel(models.TextChoices):
    MAIL = "mail", "e-mail"
    SMS = "sms", "SMS"


class MessageQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(state=Message.State.PENDING)

    def claimable(self):
        """Due, and not held by a running sender; codes first, then those that have waited longest."""
        return (
            self.pending()
            .filter(Q(taken_by=None) | Q(taken_until__lt=Now()), next_attempt_at__lte=Now())
            .order_by("priority", "next_attempt_at", "pk")
        )


class Message(models.Model):
    """One letter to one address, once per `key`. A secret one (code, link) is erased once gone."""

    class State(models.TextChoices):
        PENDING = "pending", "à envoyer"
        SENT = "sent", "envoyé"
        FAILED = "failed", "refusé"
        EXPIRED = "expired", "périmé"
        WITHDRAWN = "withdrawn", "retiré"

    key = models.CharField("clé", max_length=200, unique=True)
    message_id = models.CharField("Message-ID", max_length=200, unique=True)
    channel = models.CharField("canal", max_length=4, choices=Channel)
    to = models.CharField("destinataire", max_length=254)
    subject = models.CharField("objet", max_length=200, blank=True)
    text = models.TextField("texte", blank=True)
    html = models.TextField("texte en HTML", blank=True)
    secret = models.BooleanField("secret", default=False)
    secret_body = models.BinaryField("corps chiffré", null=True)
    priority = models.PositiveSmallIntegerField("priorité", choices=Priority, default=Priority.NORMAL)
    expires_at = models.DateTimeField("périmé le", null=True, blank=True)
    # What it tells of, as long as that may be undone (docs/adr/0037).
    changement = models.UUIDField("changement annoncé", null=True, blank=True)
    state = models.CharField("état", max_length=9, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    next_attempt_at = models.DateTimeField("prochain essai", db_default=Now())
    taken_by = models.BigIntegerField("pris par", null=True)
    taken_until = models.DateTimeField("pris jusqu’à", null=True)
    last_error = models.CharField("dernière erreur", max_length=200, blank=True)
    created_at = models.DateTimeField("écrit le", db_default=Now())
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        indexes = [
            # Partial indexes: both stay small, whatever has been sent before.
            models.Index(
                "priority", "next_attempt_at", name="courrier_message_due", condition=Q(state="pending")
            ),
            models.Index(
                "taken_by",
                name="courrier_message_taken",
                condition=Q(state="pending", taken_by__isnull=False),
            ),
            models.Index("created_at", name="courrier_message_created"),
            models.Index("to", F("id").desc(), name="courrier_message_to"),  # what somebody was sent
            models.Index(
                "changement",
                name="courrier_message_changement",
                condition=Q(changement__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="courrier_message_secret_only_while_pending",
                condition=Q(secret=False, secret_body=None)
                | Q(secret=True, text="", html="", state="pending", secret_body__isnull=False)
                | Q(secret=True, text="", html="", secret_body=None) & ~Q(state="pending"),
                violation_error_message="Un message secret est chiffré, puis effacé dès qu’il est parti.",
            ),
            models.CheckConstraint(
                name="courrier_message_sent_at_when_sent",
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at=None),
                violation_error_message="Un message envoyé a une date d’envoi, et lui seul.",
            ),
            models.CheckConstraint(
                name="courrier_message_taken_whole",
                condition=Q(taken_by=None, taken_until=None)
                | Q(taken_by__isnull=False, taken_until__isnull=False, state="pending"),
                violation_error_message="Un message pris a son preneur, un terme, et attend encore.",
            ),
        ]

    def __str__(self):
        return self.key

    @property
    def body(self) -> tuple[str, str]:
        """Text and HTML, decrypted if need be; only while it waits."""
        return secrets.unseal(self.secret_body) if self.secret else (self.text, self.html)
