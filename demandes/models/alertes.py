"""What has happened and is to be told, to whom it was told, and how each wants it (DOS-6, HAB-8)."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q

from delegations.models import Delegation
from demandes.alertes import CHOICES, SUJETS, USUAL, Envoi, Evenement
from demandes.models.demandes import Demande
from demandes.models.notifications import Notification
from dossiers.models import Dossier
from habilitations.models import Habilitation

ONE_SUJET = reduce(or_, (Q(**{f"{one}__isnull": one != name for one in SUJETS}) for name in SUJETS))
NO_SUJET = "Ce qui s’annonce est d’une demande, d’un dossier ou d’une notification."


def _about(model):
    return models.ForeignKey(model, models.CASCADE, null=True, blank=True, related_name="+", db_index=False)


class AuSujet(models.Model):
    """Of one demande, one dossier, or one notification: its constraint says so in each table."""

    demande = _about(Demande)
    dossier = _about(Dossier)
    notification = _about(Notification)

    class Meta:
        abstract = True

    @property
    def genre(self) -> str:
        return next(one for one in SUJETS if getattr(self, f"{one}_id"))

    @property
    def sujet(self) -> Demande | Dossier | Notification:
        return getattr(self, self.genre)

    @property
    def about(self) -> dict[str, int]:
        """The columns that say it."""
        return {f"{one}_id": getattr(self, f"{one}_id") for one in SUJETS}

    @property
    def patient(self) -> Dossier | None:
        """Of a notification there is no dossier."""
        return self.demande.dossier if self.demande else self.dossier

    @property
    def fil(self) -> tuple[str, int]:
        """What one mail at a time is about: all of one dossier, all that becomes of one decision."""
        if self.notification:
            return "decision", self.notification.decision_id
        assert self.patient  # noqa: S101
        return "dossier", self.patient.pk

    @property
    def reference(self) -> str:
        """Its number, which names nobody."""
        if self.notification:
            return self.notification.decision.numero
        return self.patient.numero_affiche if self.patient else ""

    @property
    def cadre(self) -> str:
        """The orientation; the MDPH that decides."""
        if self.notification:
            return self.notification.mdph.nom
        return self.patient.get_orientation_display() if self.patient else ""

    @property
    def genre_dit(self) -> str:
        return "décision" if self.notification else "dossier"

    @property
    def intitule(self) -> str:
        return f"{self.genre_dit} {self.reference} ({self.cadre})"


class Fait(AuSujet):
    """Written with a step, and gone once those whom it concerns are told: by their rights of that moment."""

    verbe = models.CharField("verbe", max_length=20)
    etat = models.CharField("état", max_length=12, blank=True)
    at = models.DateTimeField("le")
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "fait à annoncer"
        verbose_name_plural = "faits à annoncer"
        constraints = [
            models.CheckConstraint(
                name="demandes_fait_sujet", condition=ONE_SUJET, violation_error_message=NO_SUJET
            ),
        ]

    def __str__(self):
        return f"{self.genre} : {self.verbe}"


class AlerteQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(lue_at=None)

    def to_send(self, envoi: str):
        return self.filter(envoi=envoi, envoyee_at=None)

    def with_sujet(self):
        return self.select_related(
            "demande__dossier", "dossier", "notification__decision", "notification__mdph"
        )

    def about(self, fils: Iterable[tuple[str, int]]):
        """All of these dossiers and decisions, whatever each is of."""
        known = {kind: [pk for one, pk in fils if one == kind] for kind in ("dossier", "decision")}
        return self.filter(
            Q(dossier__in=known["dossier"])
            | Q(demande__dossier__in=known["dossier"])
            | Q(notification__decision__in=known["decision"])
        )


class Alerte(AuSujet):
    """One person told of one thing. `envoi`: by which mail, chosen again when that leaves."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="alertes", db_index=False, verbose_name="à"
    )
    verbe = models.CharField("verbe", max_length=20)
    cote = models.CharField("côté", max_length=10)
    evenement = models.CharField("événement", max_length=12, choices=Evenement)
    phrase = models.CharField("phrase", max_length=200)
    at = models.DateTimeField("le")
    lue_at = models.DateTimeField("lue le", null=True, blank=True)
    envoi = models.CharField("envoi", max_length=1, choices=Envoi)
    envoyee_at = models.DateTimeField("envoyée le", null=True, blank=True)

    objects = AlerteQuerySet.as_manager()

    class Meta:
        verbose_name = "alerte"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "at", *SUJETS, "verbe"],
                nulls_distinct=False,
                name="demandes_alerte_once",
                violation_error_message="Cette personne en est déjà prévenue.",
            ),
            models.CheckConstraint(
                name="demandes_alerte_sujet", condition=ONE_SUJET, violation_error_message=NO_SUJET
            ),
            models.CheckConstraint(
                name="demandes_alerte_envoi",
                condition=Q(envoi__in=Envoi.values) & (Q(envoyee_at=None) | ~Q(envoi="n")),
                violation_error_code="envoi",
                violation_error_message="Ce qui n’est pas envoyé n’a pas de date d’envoi.",
            ),
        ]
        indexes = [
            models.Index("user", "demande", name="demandes_alerte_unread", condition=Q(lue_at=None)),
            models.Index(
                "envoi", "id", name="demandes_alerte_to_send", condition=Q(envoyee_at=None) & ~Q(envoi="n")
            ),
            models.Index("envoyee_at", name="demandes_alerte_sent", condition=Q(envoyee_at__isnull=False)),
            models.Index("at", name="demandes_alerte_at"),
        ]

    def __str__(self):
        return f"{self.user_id} : {self.phrase}"


def _owner(model, **known):
    return models.OneToOneField(model, models.CASCADE, null=True, blank=True, related_name="+", **known)


class Preference(models.Model):
    """How the holder of a habilitation, a délégataire, a médecin of his own space, wants each event."""

    habilitation = _owner(Habilitation)
    delegation = _owner(Delegation)
    medecin = _owner(settings.AUTH_USER_MODEL)
    choix = models.CharField("choix", max_length=len(Evenement), default=USUAL)

    class Meta:
        verbose_name = "choix d’alertes"
        verbose_name_plural = "choix d’alertes"
        constraints = [
            models.CheckConstraint(
                name="demandes_preference_owner",
                condition=Q(habilitation__isnull=False, delegation=None, medecin=None)
                | Q(habilitation=None, delegation__isnull=False, medecin=None)
                | Q(habilitation=None, delegation=None, medecin__isnull=False),
                violation_error_message="Un choix est d’une habilitation, d’une délégation ou d’un médecin.",
            ),
            models.CheckConstraint(
                name="demandes_preference_choix",
                condition=Q(choix__regex=CHOICES),
                violation_error_code="choix",
                violation_error_message="Ce choix n’existe pas.",
            ),
        ]

    def __str__(self):
        return self.choix
