"""Who is signed in now, and who signed in on which day."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q


class Session(AbstractBaseSession):
    """A living session; `expire_date` is its idle end, never later than `ends`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions")
    means = models.CharField("moyen de connexion", max_length=10, blank=True)
    last_seen = models.DateTimeField("vue pour la dernière fois", null=True)
    ends = models.DateTimeField("fin au plus tard", null=True)

    class Meta:
        verbose_name = "session"
        constraints = [
            models.CheckConstraint(
                name="accounts_session_within_its_end",
                condition=Q(ends=None) | Q(expire_date__lte=F("ends")),
                violation_error_message="Une session ne se prolonge pas au-delà de sa fin.",
            ),
        ]

    @classmethod
    def get_session_store_class(cls):
        from accounts.sessions import SessionStore  # the store imports this model

        return SessionStore


class Connexion(models.Model):
    """That somebody signed in on a day by a means: one row each.

    Kept after sessions and attempts are purged.
    """

    day = models.DateField("jour")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    means = models.CharField("moyen de connexion", max_length=10)

    class Meta:
        verbose_name = "connexion"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "user", "means"],
                name="accounts_connexion_once",
                violation_error_message="Cette connexion est déjà notée pour ce jour.",
            ),
        ]

    def __str__(self):
        return f"{self.user_id}, {self.day} ({self.means})"
