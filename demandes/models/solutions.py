"""Dossiers of which something was asked, and to which nobody has proposed anything (DOS-4, docs/adr/0069)."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q

from annuaire.models import Coordination, Etablissement, Unite
from demandes.impasses import SIGNALEES, Impasse
from dossiers import perimetres
from dossiers.models import Dossier, Presence, Role
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation


class SansSolutionQuerySet(models.QuerySet):
    def due(self, now: datetime):
        return self.filter(echeance_at__lte=now)

    def visible_to(self, actor: Actor):
        """Where they are told of, and he regulates."""
        told = Presence.objects.filter(perimetres.reached(actor), role=Role.REGULATEUR)
        return self.filter(Exists(told.filter(dossier=OuterRef("dossier"))))


def _place(model, label: str, **known):
    return models.ForeignKey(
        model, models.PROTECT, db_index=False, editable=False, related_name="+", verbose_name=label, **known
    )


def _oldest(column: str) -> models.Index:
    """As those of demandes: a dashboard walks it (docs/adr/0065)."""
    return models.Index(
        column,
        "depuis",
        "id",
        include=["etat", "orientation", "changed_at"],
        name=f"demandes_sans_{column}",
        condition=Q(**{f"{column}__isnull": False}) & Q(etat__in=[one.value for one in SIGNALEES]),
    )


class SansSolution(models.Model):
    """One a dossier while a solution is sought, kept by each step of its demandes; told of at a `Presence`.

    `depuis`: the first demande was sent. `changed_at`: the state is. `echeance_at`: to be reckoned again.
    The place is that of who asks; a médecin’s patient is of the coordination where he was first asked.
    """

    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="sans_solution")
    orientation = models.CharField("orientation", max_length=10, choices=Orientation, editable=False)
    coordination = _place(Coordination, "coordination")
    etablissement = _place(Etablissement, "établissement", null=True, blank=True)
    unite = _place(Unite, "unité", null=True, blank=True)
    etat = models.CharField("état", max_length=5, choices=Impasse, editable=False)
    depuis = models.DateTimeField("depuis le")
    changed_at = models.DateTimeField("signalée le")
    echeance_at = models.DateTimeField("échéance", null=True, blank=True)

    objects = SansSolutionQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier sans solution"
        verbose_name_plural = "dossiers sans solution"
        constraints = [
            models.CheckConstraint(
                name="demandes_sanssolution_etat",
                condition=Q(etat__in=Impasse.values),
                violation_error_message="Cet état n’existe pas.",
            ),
            models.CheckConstraint(
                name="demandes_sanssolution_cours",
                condition=~Q(etat=Impasse.COURS.value) | Q(echeance_at__isnull=False),
                violation_error_message="Une recherche en cours a une échéance.",
            ),
        ]
        indexes = [
            *map(_oldest, ("coordination", "etablissement", "unite")),
            models.Index(
                "echeance_at",
                "id",
                name="demandes_sans_echeance",
                condition=Q(echeance_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.dossier_id} : {self.get_etat_display()}"

    @property
    def is_signalee(self) -> bool:
        return self.etat in SIGNALEES
