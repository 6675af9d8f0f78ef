"""Which référents their colleagues have been told of (COM-12)."""

from django.conf import settings
from django.db import models

from annuaire.models import AtLieu
from habilitations.models.perimetre import OfPersonQuerySet
from habilitations.profils import PROFILS, Profil


class ReferentConnu(AtLieu):
    """A référent of whose arrival the others were told; the row goes when they are told that he has left.

    It names no habilitation, so that whatever made him a référent may be undone.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="connu_referent",
        verbose_name="titulaire",
        db_index=False,
    )
    profil = models.CharField("profil", max_length=40)

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = "référent connu de ses collègues"
        verbose_name_plural = "référents connus de leurs collègues"
        constraints = [
            *AtLieu.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "profil", "lieu_key"],
                name="habilitations_referentconnu_once",
                violation_error_message="Ce référent est déjà connu de ses collègues.",
            ),
        ]

    def __str__(self):
        return f"{self.user} : {self.profil} ({self.lieu_key})"

    @property
    def le_profil(self) -> Profil:
        return PROFILS[self.profil]
