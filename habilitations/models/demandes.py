"""What people ask of their référents: a habilitation, or the prolongation of one."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from annuaire.models import AtLieu
from habilitations.models.habilitations import Habilitation
from habilitations.models.perimetre import OfPersonQuerySet
from habilitations.profils import PROFILS, Profil

WAITING = Q(state="waiting")


class DemandeHabilitationQuerySet(OfPersonQuerySet):
    def waiting(self):
        return self.filter(WAITING)

    def untold(self):
        """Not told to any référent yet; those withdrawn before are never told."""
        return self.waiting().known_to_profils().filter(told_at=None)

    def known_to_profils(self):
        """A profile may leave the code; what was asked of it stays in the table."""
        return self.filter(profil__in=PROFILS)


class DemandeHabilitation(AtLieu):
    """`habilitation`: the one to prolong; `accorde`: the one that was given, or prolonged.

    Without `closed_by`: accepted, what it asked for was given meanwhile by another way; refused, its place
    has closed by itself.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "En attente"
        ACCEPTED = "accepted", "Acceptée"
        REFUSED = "refused", "Refusée"
        WITHDRAWN = "withdrawn", "Retirée"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="demandes_habilitation",
        verbose_name="demandeur",
    )
    cle = models.UUIDField("clé", default=uuid.uuid4, unique=True, editable=False)
    profil = models.CharField("profil", max_length=40)
    habilitation = models.ForeignKey(
        Habilitation, models.PROTECT, null=True, blank=True, related_name="demandes_habilitation"
    )
    fin = models.DateField("fin souhaitée")
    motif = models.CharField("motif", max_length=300, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.WAITING)
    reponse = models.CharField("réponse", max_length=300, blank=True)
    accorde = models.ForeignKey(Habilitation, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField("demandée le")
    told_at = models.DateTimeField("référents prévenus le", null=True, blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DemandeHabilitationQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d’habilitation"
        verbose_name_plural = "demandes d’habilitation"
        constraints = [
            *AtLieu.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "profil", "lieu_key"],
                name="habilitations_demandehabilitation_waiting_once",
                condition=WAITING,
                violation_error_code="profil",
                violation_error_message="Cette demande est déjà faite\u00a0: vos référents n’y ont pas "
                "encore répondu.",
            ),
            models.CheckConstraint(
                name="habilitations_demandehabilitation_closed",
                condition=Q(state="waiting", closed_at=None, closed_by=None)
                | Q(state__in=["accepted", "refused"], closed_at__isnull=False)
                | Q(state="withdrawn", closed_at__isnull=False, closed_by__isnull=False),
                violation_error_message="Une demande close l’est à une date, et par quelqu’un si elle est "
                "retirée.",
            ),
            models.CheckConstraint(
                name="habilitations_demandehabilitation_accorde",
                condition=Q(state="accepted", accorde__isnull=False) | ~Q(state="accepted") & Q(accorde=None),
                violation_error_message="Une demande acceptée, et elle seule, donne une habilitation.",
            ),
        ]
        indexes = [
            models.Index(fields=["etablissement"], name="habilitations_demandehab_etab", condition=WAITING),
            models.Index(fields=["unite"], name="habilitations_demandehab_unite", condition=WAITING),
            models.Index(fields=["coordination"], name="habilitations_demandehab_coord", condition=WAITING),
        ]

    def __str__(self):
        return f"demande d’habilitation n° {self.pk}"

    @property
    def le_profil(self) -> Profil:
        return PROFILS[self.profil]

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_prolongation(self) -> bool:
        return self.habilitation_id is not None
