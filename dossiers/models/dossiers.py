"""A médecin's dossiers (DOS-1)."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.urls import reverse

from annuaire.models import Cle
from dossiers.models.identites import Identite
from viatraj.core.actor import Place
from viatraj.core.droits import Droit, Orientation
from viatraj.core.typography import in_groups


def draw_numero() -> str:
    """Eight random digits: a running number would tell how many dossiers there are, and since when."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


class DossierQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Lists, details and searches all begin here (DOS-4)."""
        return self.filter(
            actor.rights.within(Droit.DOSSIER_LISTE, domaine="orientation", medecin="auteur_id")
        )

    def named(self, nom: str, prenom: str = ""):
        """Patients whose names, of birth or in use, begin so, whatever case, accents or spaces.

        Nothing typed finds nobody.
        """
        known = self.alias(key=Cle(Value(nom))).exclude(key="")
        named = known.filter(Q(nom_cle__startswith=F("key")) | Q(nom_utilise_cle__startswith=F("key")))
        if not prenom:
            return named
        begins = Cle(Value(prenom))
        return named.filter(Q(prenom_cle__startswith=begins) | Q(prenom_utilise_cle__startswith=begins))

    def newest_first(self):
        return self.order_by("-pk")

    def by_patient(self):
        return self.order_by("nom_cle", "prenom_cle", "-pk")


class Dossier(Identite):
    """One orientation of one patient, in the space of one médecin."""

    numero = models.CharField("numéro", max_length=8, unique=True, editable=False, default=draw_numero)
    orientation = models.CharField("orientation", max_length=10, choices=Orientation)
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="dossiers",
        verbose_name="médecin",
        db_index=False,
    )
    cle = models.UUIDField(
        "clé de la demande",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={
            "unique": "Ce formulaire a déjà servi\u00a0: rouvrez la page «\u00a0Créer un dossier\u00a0»."
        },
    )
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta(Identite.Meta):
        abstract = False
        verbose_name = "dossier"
        constraints = [
            models.CheckConstraint(
                name="dossiers_dossier_numero",
                condition=Q(numero__regex=r"^[1-9][0-9]{7}$"),
                violation_error_code="numero",
                violation_error_message="Un numéro de dossier compte huit chiffres.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_orientation",
                condition=Q(orientation__in=Orientation.values),
                violation_error_code="orientation",
                violation_error_message="Choisissez l’une des trois orientations.",
            ),
            *Identite.Meta.constraints,
        ]
        indexes = [
            models.Index("auteur", "orientation", F("id").desc(), name="dossiers_list"),
            models.Index("auteur", "nom_cle", "prenom_cle", name="dossiers_patient"),
            models.Index(
                "auteur",
                "nom_utilise_cle",
                name="dossiers_patient_utilise",
                condition=~Q(nom_utilise_cle=""),
            ),
        ]

    def __str__(self):
        return self.numero

    def get_absolute_url(self):
        return reverse("dossiers:detail", args=[self.numero])

    @property
    def place(self) -> Place:
        """Where its rights are held: the space of its médecin."""
        return Place(medecin=self.auteur_id)

    @property
    def numero_affiche(self) -> str:
        return in_groups(self.numero, 4)
