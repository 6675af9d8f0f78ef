"""Délégations: a médecin libéral lets somebody act on his dossiers, for a period (DEL)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annuaire.models import Professionnel
from viatraj.core.droits import Droit, Mode, Orientation
from viatraj.core.periods import Periode, PeriodeQuerySet, no_overlap

INVITATION_LIFETIME = settings.INVITATION_LIFETIME
LIVING = Q(refused_at=None, renounced_at=None, expired_at=None, revoked_at=None)


class DelegationQuerySet(PeriodeQuerySet):
    def living(self):
        return self.filter(LIVING)

    def in_force(self, day):
        return self.living().valid_on(day).filter(accepted_at__isnull=False)

    def current(self, day):
        """What the tables show: living, not over; waiting and future ones among them."""
        return self.living().filter(fin__gte=day)

    def past(self, day):
        return self.filter(~LIVING | Q(fin__lt=day))

    def granted_by(self, medecin):
        return self.filter(delegant=medecin)

    def received_by(self, user):
        return self.filter(delegataire=user)

    def received_in_force(self, user, *, on):
        """The médecins one may work for today; a disabled account lends nothing."""
        return self.received_by(user).in_force(on).filter(delegant__disabled_at=None)

    def visible_to(self, actor):
        """To the médecin and to his delegate, in their own name only: never while acting (DEL-7)."""
        if actor.user is None or actor.is_acting:
            return self.none()
        return self.filter(Q(delegant=actor.user) | Q(delegataire=actor.user))


class Delegation(Periode):
    """An invitation is a state of it: not accepted, no right at all (DEL-7)."""

    class Kind(models.TextChoices):
        ASSISTANT = "assistant", "assistant"
        CONFRERE = "confrere", "confrère"

    kind = models.CharField("nature", max_length=10, choices=Kind)
    delegant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations_granted", verbose_name="médecin"
    )
    delegataire = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegations_received",
        verbose_name="délégataire",
    )
    professionnel = models.ForeignKey(
        Professionnel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="confrère"
    )
    nom = models.CharField("nom", max_length=100)
    prenom = models.CharField("prénom", max_length=100, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    delegataire_key = models.CharField(max_length=300, editable=False)
    nonce = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cle = models.UUIDField("clé de la demande", default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField("proposée le", db_default=Now(), editable=False)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    refused_at = models.DateTimeField("refusée le", null=True, blank=True)
    renounced_at = models.DateTimeField("abandonnée le", null=True, blank=True)
    expired_at = models.DateTimeField("restée sans réponse le", null=True, blank=True)
    revoked_at = models.DateTimeField("supprimée le", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DelegationQuerySet.as_manager()

    class Meta(Periode.Meta):
        verbose_name = "délégation"
        constraints = [
            *Periode.Meta.constraints,
            models.CheckConstraint(
                name="delegations_delegation_not_to_self",
                condition=Q(delegataire=None) | ~Q(delegant=F("delegataire")),
                violation_error_code="confrere",
                violation_error_message="Vous ne pouvez pas vous déléguer vos propres droits.",
            ),
            models.CheckConstraint(
                name="delegations_delegation_one_answer",
                condition=Q(accepted_at=None) | Q(refused_at=None),
                violation_error_message="Une délégation est acceptée ou refusée, pas les deux.",
            ),
            models.CheckConstraint(
                name="delegations_delegation_accepted_by_somebody",
                condition=Q(accepted_at=None) | Q(delegataire__isnull=False),
                violation_error_message="Une délégation acceptée l’est par quelqu’un.",
            ),
            no_overlap(
                "delegant",
                "delegataire_key",
                name="delegations_delegation_no_overlap",
                code="debut",
                condition=LIVING,
                message="Vous avez déjà une délégation avec cette personne sur ces dates, ou une partie.",
            ),
        ]
        indexes = [models.Index(fields=["delegataire"], condition=LIVING, name="delegations_received_living")]

    def __str__(self):
        return f"{self.delegant} → {self.delegataire or self.professionnel or self.delegataire_key}"

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip()

    @property
    def titre(self) -> str:
        return f"Dr {self.nom_complet}" if self.kind == self.Kind.CONFRERE else self.nom_complet

    @property
    def quality(self) -> str:
        """What the delegate is in the journal's sentences (DEL-6)."""
        return "confrère" if self.kind == self.Kind.CONFRERE else "assistant"

    @property
    def is_living(self) -> bool:
        return not (self.refused_at or self.renounced_at or self.expired_at or self.revoked_at)

    @property
    def is_waiting(self) -> bool:
        return self.is_living and self.accepted_at is None


class DroitDelegue(models.Model):
    """One right lent to an assistant, for one orientation."""

    delegation = models.ForeignKey(Delegation, models.CASCADE, related_name="droits")
    orientation = models.CharField("orientation", max_length=10, choices=Orientation)
    droit = models.CharField("droit", max_length=30, choices=Droit)
    mode = models.CharField("mode", max_length=10, choices=Mode, blank=True)

    class Meta:
        verbose_name = "droit délégué"
        verbose_name_plural = "droits délégués"
        constraints = [
            models.UniqueConstraint(
                fields=["delegation", "orientation", "droit"],
                name="delegations_droit_once",
                violation_error_code="droit",
                violation_error_message="Ce droit est déjà délégué pour cette orientation.",
            )
        ]

    def __str__(self):
        return f"{self.get_droit_display()} ({self.get_orientation_display()})"
