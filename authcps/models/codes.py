"""The second factor by code: where it goes, the code itself, the browser that gave one (CON-5, CON-6)."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django_otp.models import Device

from authcps.models.attempts import Attempt
from viatraj.core.actor import Means


class CodeDevice(Device):
    """Where codes go: a verified address or mobile. The second factor of django-otp is this row."""

    class Channel(models.TextChoices):
        MAIL = "mail", "e-mail"
        SMS = "sms", "SMS"

    channel = models.CharField("canal", max_length=4, choices=Channel)
    target = models.CharField("adresse ou numéro vérifié", max_length=254)

    class Meta:
        verbose_name = "réception des codes"
        verbose_name_plural = "réceptions des codes"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "channel"],
                condition=Q(confirmed=True),
                name="authcps_device_one_a_channel",
                violation_error_code="channel",
                violation_error_message="Ce compte reçoit déjà ses codes par ce canal.",
            ),
        ]

    def __str__(self):
        return f"{self.get_channel_display()} de {self.user_id}"

    @property
    def means(self) -> str:
        return Means.SMS if self.channel == self.Channel.SMS else Means.MAIL


class Code(models.Model):
    """A code of 6 digits, hashed, bound to one attempt at a time; five looks at it, one use (CON-5)."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="codes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    device = models.ForeignKey(CodeDevice, models.CASCADE, related_name="+")
    digest = models.CharField("empreinte", max_length=64)
    tries = models.PositiveSmallIntegerField("essais", default=0)
    sent_at = models.DateTimeField("envoyé le")
    ends = models.DateTimeField("valable jusqu’à")
    used_at = models.DateTimeField("utilisé le", null=True)

    class Meta:
        verbose_name = "code à usage unique"
        verbose_name_plural = "codes à usage unique"
        constraints = [
            models.CheckConstraint(
                name="authcps_code_tries",
                condition=Q(tries__lte=settings.CODE_TRIES),
                violation_error_message="Ce code a été essayé trop de fois.",
            ),
            models.CheckConstraint(
                name="authcps_code_ends_after_sent",
                condition=Q(ends__gte=F("sent_at")),
                violation_error_message="Un code ne prend pas fin avant son envoi.",
            ),
        ]
        indexes = [models.Index(fields=["user", "sent_at"], name="authcps_code_user_sent")]

    def __str__(self):
        return f"code de {self.user_id}"

    @staticmethod
    def draw() -> str:
        return f"{secrets.randbelow(10**6):06d}"

    @staticmethod
    def digest_of(user_id: int, code: str) -> str:
        """The attempt is not part of the digest, because a later attempt may take the code over."""
        return salted_hmac("authcps.code", f"{user_id}:{code}", algorithm="sha256").hexdigest()


class TrustedBrowserQuerySet(models.QuerySet):
    def living(self, now):
        """Not ended, and the password has not changed since."""
        return self.filter(ends__gt=now).exclude(
            user__password_changed_at__gt=F("ends") - settings.TRUST_LIFETIME
        )


class TrustedBrowser(models.Model):
    """A browser that needs no code for 8 hours (CON-6): its cookie is checked against this row."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="trusted_browsers", db_index=False
    )
    token_hash = models.CharField("empreinte du navigateur", max_length=64)
    device_path = models.CharField("dispositif reconnu", max_length=60, default="")  # of django-otp
    ends = models.DateTimeField("jusqu’à")

    objects = TrustedBrowserQuerySet.as_manager()

    class Meta:
        verbose_name = "navigateur de confiance"
        verbose_name_plural = "navigateurs de confiance"
        indexes = [models.Index(fields=["token_hash"], name="authcps_trusted_token")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "token_hash"],
                name="authcps_trusted_once",
                violation_error_message="Ce navigateur est déjà connu.",
            ),
        ]

    def __str__(self):
        return f"navigateur de {self.user_id}"

    @property
    def device(self) -> Device | None:
        """The address, mobile or application whose code began the trust; None when it is gone."""
        device = Device.from_persistent_id(self.device_path)
        return device if device and device.user_id == self.user_id else None

    @staticmethod
    def hash_of(token: str) -> str:
        return salted_hmac("authcps.trusted", token, algorithm="sha256").hexdigest()
