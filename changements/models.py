"""What somebody has just changed and may take back (COM-11, docs/adr/0037)."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from journal.models import TransactionId

UNDOABLE_FOR = timedelta(minutes=10)


class ChangementQuerySet(models.QuerySet):
    def made_by(self, actor):
        """By this person, in the same name: what he did for a médecin is not his own to undo elsewhere."""
        return self.filter(user=actor.user, on_behalf_of=actor.on_behalf_of)

    def open_at(self, now):
        """May still be undone, if nothing else has happened since."""
        return self.filter(undone_at=None, at__gt=now - UNDOABLE_FOR)


class Changement(models.Model):
    """One act on one row or several.

    `rows`: each with its table, its key, its version once changed, and what it held `before`; null for a
    row that the act has made.
    """

    cle = models.UUIDField("clé", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="auteur", db_index=False
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="au nom de",
        db_index=False,
    )
    verb = models.CharField("verbe", max_length=60)
    at = models.DateTimeField("fait le", db_default=Now(), editable=False)
    rows = models.JSONField("lignes changées", editable=False)
    request_id = models.CharField("requête", max_length=64, blank=True)
    tx = models.BigIntegerField("transaction", db_default=TransactionId(), editable=False)
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)

    objects = ChangementQuerySet.as_manager()

    class Meta:
        verbose_name = "changement"
        indexes = [models.Index(fields=["user", "-at"], name="changements_user")]
        constraints = [
            models.CheckConstraint(
                name="changements_changement_of_something",
                condition=~Q(verb="") & ~Q(rows=[]),
                violation_error_message="Un changement porte un nom, et change quelque chose.",
            ),
            models.CheckConstraint(
                name="changements_changement_in_time",
                condition=Q(undone_at=None) | Q(undone_at__lte=F("at") + UNDOABLE_FOR),
                violation_error_message="Un changement s’annule pendant dix minutes.",
            ),
        ]

    def __str__(self):
        return f"changement n° {self.pk}"

    @property
    def ends(self):
        return self.at + UNDOABLE_FOR

    def is_open(self, now) -> bool:
        return self.undone_at is None and now < self.ends
