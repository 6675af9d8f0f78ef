"""What has happened and is to be told, to whom it was told, and how each wants it (DOS-6, HAB-8)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from delegations.models import Delegation
from demandes.alertes import CHOICES, USUAL, Envoi, Evenement
from demandes.etats import Etat
from demandes.models.demandes import Demande
from habilitations.models import Habilitation

OWNERS = ("habilitation", "delegation", "medecin")


class Fait(models.Model):
    """Written with a step, and gone once those whom it concerns are told: by their rights of that moment."""

    demande = models.ForeignKey(Demande, models.CASCADE, related_name="+", db_index=False)
    verbe = models.CharField("verbe", max_length=20)
    etat = models.CharField("état", max_length=12, choices=Etat)
    at = models.DateTimeField("le")
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "fait à annoncer"
        verbose_name_plural = "faits à annoncer"

    def __str__(self):
        return f"{self.demande_id} : {self.verbe}"


class AlerteQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(lue_at=None)

    def to_send(self, envoi: str):
        return self.filter(envoi=envoi, envoyee_at=None)


class Alerte(models.Model):
    """One person told of one thing. `envoi`: by which mail, chosen again when that leaves."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="alertes", db_index=False, verbose_name="à"
    )
    demande = models.ForeignKey(Demande, models.CASCADE, related_name="alertes", db_index=False)
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
                fields=["user", "at", "demande", "verbe"],
                name="demandes_alerte_once",
                violation_error_message="Cette personne en est déjà prévenue.",
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
