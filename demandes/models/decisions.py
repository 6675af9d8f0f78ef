"""What the CDAPH has decided for a person: an orientation, its validity, and who the person is (DOS-4).

The MDPH that enters it sees it; each ESMS that it notifies sees it through its own notification.
"""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from annuaire.models import Coordination
from demandes.handicap.motifs import CATEGORIES, MOTIFS, categorie_dite, motif_dit
from demandes.handicap.statuts import Statut
from demandes.handicap.validites import Validite, validite
from dossiers.models import Sexe
from dossiers.models.identites import Personne
from viatraj.core.actor import Actor, Place
from viatraj.core.droits import Domaine, Droit, Mode, Niveau
from viatraj.core.periods import Periode

# What the journal says has changed; those that nobody corrects once an ESMS has answered.
LABELS = {
    "numero": "numéro de décision",
    "nom": "nom de naissance",
    "prenom": "premier prénom de naissance",
    "date_naissance": "date de naissance",
    "naissance_precision": "date de naissance",
    "sexe": "sexe",
    "categorie": "orientation",
    "debut": "début de validité",
    "fin": "fin de validité",
}
FIGES = ("numero", "date_naissance", "naissance_precision", "sexe", "categorie")


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        """To the MDPH that has entered it: not to that of the ESMS, nor to the ESMS itself."""
        held = actor.rights.scopes(Droit.NOTIFICATIONS, mode=Mode.LECTURE, domaine=Domaine.HANDICAP)
        return self.filter(mdph__in=held.get(Niveau.COORDINATION, ()))


class Decision(Personne, Periode):
    """`numero`: as the MDPH calls it (idDecision). `debut`, `fin`: of the orientation, both included."""

    mdph = models.ForeignKey(
        Coordination, models.PROTECT, related_name="+", verbose_name="MDPH", db_index=False
    )
    numero = models.CharField("numéro de décision", max_length=20)
    sexe = models.CharField("sexe", max_length=1, choices=Sexe)
    categorie = models.CharField("orientation (TRE_R244)", max_length=2)
    annulee_at = models.DateTimeField("annulée le", null=True, blank=True)
    motif = models.CharField("motif d’annulation (TRE_R358)", max_length=3, blank=True)
    cree_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="créée par", db_index=False
    )
    cle = models.UUIDField(
        "clé du formulaire",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={
            "unique": "Ce formulaire a déjà servi\u00a0: enregistrez la décision suivante depuis le tableau."
        },
    )
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta(Periode.Meta):
        abstract = False
        verbose_name = "décision d’orientation"
        verbose_name_plural = "décisions d’orientation"
        constraints = [
            *Periode.Meta.constraints,
            *Personne.Meta.constraints,
            models.UniqueConstraint(
                fields=["mdph", "numero"],
                name="demandes_decision_once",
                violation_error_code="numero",
                violation_error_message="Cette MDPH a déjà enregistré une décision de ce numéro.",
            ),
            models.CheckConstraint(
                name="demandes_decision_numero",
                condition=Q(numero__regex=r"^[A-Z0-9][A-Z0-9/._-]{0,19}$"),
                violation_error_code="numero",
                violation_error_message=(
                    "Un numéro de décision compte vingt caractères au plus\u00a0: lettres, chiffres, tirets."
                ),
            ),
            models.CheckConstraint(
                name="demandes_decision_named",
                condition=~Q(nom="") & ~Q(prenom=""),
                violation_error_code="nom",
                violation_error_message="Indiquez le nom et le prénom de la personne.",
            ),
            models.CheckConstraint(
                name="demandes_decision_sexe",
                condition=Q(sexe__in=Sexe.values),
                violation_error_code="sexe",
                violation_error_message="Choisissez le sexe dans la liste.",
            ),
            models.CheckConstraint(
                name="demandes_decision_categorie",
                condition=Q(categorie__in=CATEGORIES),
                violation_error_code="categorie",
                violation_error_message="Choisissez l’orientation dans la liste.",
            ),
            models.CheckConstraint(
                name="demandes_decision_annulee",
                condition=Q(annulee_at=None, motif="")
                | Q(annulee_at__isnull=False, motif__in=["", *MOTIFS[Statut.DECISION_ANNULEE]]),
                violation_error_code="motif",
                violation_error_message="Ce motif n’est pas de ceux d’une décision annulée.",
            ),
        ]
        # An ESMS looks for its people among those of several MDPH.
        indexes = [
            models.Index("mdph", "nom_cle", "prenom_cle", name="demandes_decision_personne"),
            models.Index("nom_cle", "prenom_cle", name="demandes_decision_nom"),
        ]

    def __str__(self):
        return self.numero

    def get_absolute_url(self):
        return reverse("notifications:decision", args=[self.pk])

    @property
    def place(self) -> Place:
        """Where rights of the MDPH are asked: its département, nothing below."""
        return Place(coordination=self.mdph_id)

    @property
    def orientation(self) -> str:
        return categorie_dite(self.categorie)

    @property
    def motif_dit(self) -> str:
        return motif_dit(self.motif)

    def validite(self, today: date) -> Validite:
        return validite(self.fin, today)
