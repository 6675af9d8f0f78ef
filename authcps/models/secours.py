"""The further choices for the second factor: an authenticator application, recovery codes."""

import secrets
from base64 import b32encode
from typing import NamedTuple
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django_otp.models import Device
from django_otp.oath import TOTP

from accounts.models import User
from authcps.models.attempts import Attempt
from viatraj.core import prepared, sealing
from viatraj.core.actor import Means

PURPOSE = "authcps.totp"


class TotpDevice(Device):
    """An application that shows 6 figures every 30 seconds; its key is sealed (docs/adr/0009)."""

    STEP, TOLERANCE = 30, 1  # seconds; steps before and after

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    sealed_key = models.BinaryField("clé chiffrée")
    last_step = models.BigIntegerField("dernier code accepté", default=-1)
    created_at = models.DateTimeField("ajoutée le")

    means = Means.TOTP

    class Meta:
        verbose_name = "application d’authentification"
        verbose_name_plural = "applications d’authentification"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                name="authcps_totp_one_an_account",
                violation_error_message="Ce compte a déjà une application d’authentification.",
            ),
        ]

    def __str__(self):
        return f"application de {self.user_id}"

    @property
    def key(self) -> bytes:
        return sealing.unseal(PURPOSE, self.sealed_key)

    def step_of(self, code: str, now) -> int | None:
        """The time step of this code; None when it is wrong, or a code of that step was already used."""
        return step_of(self.key, code, now, after=self.last_step)


def step_of(key: bytes, code: str, now, *, after: int = -1) -> int | None:
    totp = TOTP(key, TotpDevice.STEP)
    totp.time = now.timestamp()
    if not code.isascii() or not totp.verify(int(code), TotpDevice.TOLERANCE, after + 1):
        return None
    return totp.t()


def draw_key() -> bytes:
    return secrets.token_bytes(20)


def written(key: bytes) -> str:
    """In groups of four, to be typed into an application without camera."""
    text = b32encode(key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address_of(key: bytes, login: str) -> str:
    """The otpauth: address behind the QR code."""
    issuer = settings.SITE_NAME
    known = {"secret": b32encode(key).decode(), "issuer": issuer, "digits": 6, "period": TotpDevice.STEP}
    return f"otpauth://totp/{quote(f'{issuer}:{login}')}?{urlencode(known, quote_via=quote)}"


class CodeSecours(models.Model):
    """One of ten recovery codes: 50 bits, kept hashed, good once."""

    COUNT = 10
    LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like another

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="codes_secours", db_index=False
    )
    digest = models.CharField("empreinte", max_length=64)
    made_at = models.DateTimeField("fait le")
    used_at = models.DateTimeField("utilisé le", null=True)

    class Meta:
        verbose_name = "code de secours"
        verbose_name_plural = "codes de secours"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "digest"],
                name="authcps_secours_once",
                violation_error_message="Ce code de secours existe déjà.",
            ),
        ]

    def __str__(self):
        return f"code de secours de {self.user_id}"

    @classmethod
    def draw(cls) -> str:
        """«abcde-fghjk»."""
        letters = "".join(secrets.choice(cls.LETTERS) for _ in range(10))
        return f"{letters[:5]}-{letters[5:]}"

    @staticmethod
    def digest_of(user_id: int, code: str) -> str:
        return sealing.digest("authcps.secours", f"{user_id}:{code}")

    @staticmethod
    def digests_of(user_id: int, code: str) -> list[str]:
        """Its digests under the present key and former ones, to look it up."""
        return sealing.digests("authcps.secours", f"{user_id}:{code}")


class Essai(models.Model):
    """A try of an application's or a recovery code; the account's caps count it."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="essais")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    means = models.CharField("moyen", max_length=10)
    at = models.DateTimeField("fait le")
    is_right = models.BooleanField("reconnu")

    class Meta:
        verbose_name = "essai de code"
        verbose_name_plural = "essais de code"
        indexes = [models.Index(fields=["user", "at"], name="authcps_essai_user_at")]

    def __str__(self):
        return f"essai de {self.user_id}"


SECOND_FACTORS = """
    SELECT EXISTS (SELECT FROM authcps_codedevice WHERE user_id = %(user)s AND channel = 'sms' AND confirmed),
      EXISTS (SELECT FROM authcps_totpdevice WHERE user_id = %(user)s AND confirmed),
      (SELECT count(*) FROM authcps_codesecours WHERE user_id = %(user)s AND used_at IS NULL)"""


class SecondFactors(NamedTuple):
    """`receptions`: the means that are ready; `left`: recovery codes not yet used."""

    receptions: list[str]
    left: int


def second_factors(user) -> SecondFactors:
    ((sms, totp, left),) = prepared.rows(SECOND_FACTORS, {"user": user.pk})
    ready = {User.Reception.MAIL: True, User.Reception.SMS: sms, User.Reception.TOTP: totp}
    return SecondFactors([means for means, is_ready in ready.items() if is_ready], left)
