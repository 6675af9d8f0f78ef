"""Delays that a coordination has chosen for those who receive on its territory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from annuaire.models import Coordination
from demandes.delais import REGLABLES, Delai, Echeance, delai
from viatraj.core.droits import Orientation

LONGEST = 400
ESCALADE_AFTER = "Le signalement vient après le rappel\u00a0: indiquez plus de {}."
Nombres = Mapping[tuple[str, str], int | None]


class Reglage(models.Model):
    """A number, in the measure of its orientation (`delais`); None: that of the country again.

    `a_suivre_at`: changed then, and what already waits is not reckoned again yet.
    """

    coordination = models.ForeignKey(
        Coordination, models.PROTECT, related_name="+", db_index=False, verbose_name="coordination"
    )
    orientation = models.CharField("orientation", max_length=10, choices=Orientation)
    echeance = models.CharField("échéance", max_length=20, choices=Echeance)
    nombre = models.PositiveSmallIntegerField("nombre", null=True, blank=True)
    a_suivre_at = models.DateTimeField("à suivre depuis le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=1)

    class Meta:
        verbose_name = "délai d’une coordination"
        verbose_name_plural = "délais des coordinations"
        constraints = [
            models.UniqueConstraint(
                fields=["coordination", "orientation", "echeance"],
                name="demandes_reglage_once",
                violation_error_message="Ce délai est déjà réglé.",
            ),
            models.CheckConstraint(
                name="demandes_reglage_echeance",
                condition=Q(echeance__in=[one.value for one in REGLABLES]),
                violation_error_code="echeance",
                violation_error_message="Ce délai ne se règle pas.",
            ),
            models.CheckConstraint(
                name="demandes_reglage_nombre",
                condition=Q(nombre__gte=1, nombre__lte=LONGEST),
                violation_error_code="nombre",
                violation_error_message=f"Un délai va de 1 à {LONGEST}.",
            ),
        ]

    def __str__(self):
        return f"{self.coordination_id} {self.orientation} {self.echeance} : {self.nombre}"

    @property
    def dit(self) -> str:
        """«rappel à qui n’a pas répondu : 36 h»."""
        known = delai(self.orientation, self.echeance)
        assert known is not None  # noqa: S101
        word = self.get_echeance_display().split(",")[0]
        if self.nombre is None:
            return f"{word}\u00a0: valeur nationale"
        return f"{word}\u00a0: {Delai(self.nombre, known.mesure)}"


@dataclass(frozen=True)
class Reglages:
    """All that a coordination has chosen, by orientation and deadline."""

    nombres: dict[tuple[str, str], int]

    @classmethod
    def of(cls, rows: Iterable[Reglage]) -> "Reglages":
        return cls({(one.orientation, one.echeance): one.nombre for one in rows if one.nombre is not None})

    @property
    def version(self) -> str:
        """What a page has shown; compared with what stands when it is sent."""
        chosen = sorted(self.nombres.items())
        return " ".join(f"{orientation}-{echeance}-{nombre}" for (orientation, echeance), nombre in chosen)


def check(nombres: Nombres) -> None:
    """That these may stand together: ValidationError, at «orientation-echeance»."""
    faults = {}
    for (orientation, echeance), nombre in nombres.items():
        kept = {one: of for (where, one), of in nombres.items() if where == orientation and of is not None}
        if echeance not in REGLABLES or delai(orientation, echeance) is None:
            raise ValidationError("Ce délai ne se règle pas.")
        rappel = delai(orientation, Echeance.RAPPEL, kept)
        if echeance == Echeance.ESCALADE and nombre is not None and rappel and nombre <= rappel.nombre:
            faults[f"{orientation}-{echeance}"] = ESCALADE_AFTER.format(rappel)
    if faults:
        raise ValidationError(faults)
