"""Where a dossier lies, and for whom (DOS-4): rows that one rule reads, `dossiers.regards`."""

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Now

from accounts.models import Identite as Compte
from annuaire.models import COLUMNS, AtLieu, AtLieuQuerySet, Professionnel, filled_as_the_level_says
from dossiers.models.etats import Etat
from viatraj.core.actor import Place
from viatraj.core.droits import Domaine, Niveau, Orientation


class Role(models.TextChoices):
    """Why somebody there sees it."""

    DEMANDEUR = "demandeur", "demandeur"
    MEDECIN = "medecin", "espace du médecin"
    TRAITANT = "traitant", "médecin traitant"
    RECEVEUR = "receveur", "receveur"
    REGULATEUR = "regulateur", "régulateur"


# One asks, by one place; the others may be several.
ORIGINES = (Role.DEMANDEUR, Role.MEDECIN)
NIVEAUX = {
    Role.DEMANDEUR: (Niveau.UNITE, Niveau.ETABLISSEMENT, Niveau.COORDINATION),
    Role.MEDECIN: (Niveau.MEDECIN,),
    Role.TRAITANT: (Niveau.MEDECIN,),
    Role.RECEVEUR: (Niveau.UNITE, Niveau.GUICHET, Niveau.ETABLISSEMENT, Niveau.COORDINATION),
    Role.REGULATEUR: (Niveau.ETABLISSEMENT, Niveau.COORDINATION),
}


def module(role: str, niveau: str, orientation: str) -> str:
    """Whose rights reach it: an orientation; of what a coordination has received, the CPAM (PRADO)."""
    is_cpam = role == Role.RECEVEUR and niveau == Niveau.COORDINATION
    return Domaine.CPAM.value if is_cpam else orientation


# Of the dossier: who it is about. All that lists ask of a presence stands in the index of each level.
PATIENT = ("patient", "date_naissance")
LISTED = ("role", "orientation", "etat", F("dossier").desc())
SORTED = ("numero", *PATIENT)


def _at_levels_of_its_role() -> Q:
    rule = Q(pk__in=[])
    for role, niveaux in NIVEAUX.items():
        rule |= Q(role=role.value, niveau__in=[one.value for one in niveaux])
    return rule


def _place_or_professionnel() -> Q:
    nowhere = {f"{name}__isnull": True for name in COLUMNS}
    somebody = Q(niveau=Niveau.MEDECIN.value, professionnel__isnull=False, **nowhere)
    return somebody | (Q(professionnel=None) & filled_as_the_level_says())


class PresenceQuerySet(AtLieuQuerySet):
    def with_lieu(self):
        return super().with_lieu().select_related("professionnel")

    def with_comptes(self):
        """Whose space it is, by the living number of an account; how the médecin traitant has answered."""
        living = Compte.objects.filter(idnat=OuterRef("professionnel__idnat"), ended_at=None)
        liens = LienMedecin.objects.filter(
            dossier=OuterRef("dossier"), professionnel=OuterRef("professionnel")
        )
        return self.annotate(
            compte_id=Subquery(living.values("user")[:1]), lien=Subquery(liens.values("etat"))
        )


class PresenceManager(models.Manager.from_queryset(PresenceQuerySet)):
    def get_queryset(self):
        """Who the patient is sorts lists, in SQL; no page reads it of a presence (DOS-4)."""
        return super().get_queryset().defer(*PATIENT)


class Presence(AtLieu):
    """A dossier at one place, or in the space of one médecin, whether or not he has an account yet.

    Some columns are the dossier's, copied by a trigger: what rights and lists ask first, what they sort by.
    """

    dossier = models.ForeignKey(
        "dossiers.Dossier", models.PROTECT, related_name="presences", db_index=False, verbose_name="dossier"
    )
    role = models.CharField("à quel titre", max_length=10, choices=Role)
    orientation = models.CharField("orientation", max_length=10, choices=Orientation, editable=False)
    professionnel = models.ForeignKey(
        Professionnel, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    admis_at = models.DateTimeField("admis le", null=True, blank=True)
    created_at = models.DateTimeField("depuis le", db_default=Now(), editable=False)
    numero = models.PositiveIntegerField("numéro", editable=False)
    etat = models.CharField("état", max_length=10, choices=Etat, editable=False)
    # Names of birth, then in use, as searches compare them, in one text: it sorts as they do one after the
    # other. What separates them, `perimetres` knows.
    patient = models.TextField("patient", db_collation="C", editable=False)
    date_naissance = models.DateField("date de naissance", editable=False)

    objects = PresenceManager()

    class Meta:
        verbose_name = "présence d’un dossier"
        verbose_name_plural = "présences de dossiers"
        constraints = [
            models.CheckConstraint(
                name="dossiers_presence_place",
                condition=_place_or_professionnel(),
                violation_error_message="Un dossier se trouve dans une structure ou chez un médecin.",
            ),
            models.CheckConstraint(
                name="dossiers_presence_role",
                condition=_at_levels_of_its_role(),
                violation_error_code="role",
                violation_error_message="Ce lieu ne peut pas avoir ce dossier à ce titre.",
            ),
            models.CheckConstraint(
                name="dossiers_presence_admis",
                condition=Q(admis_at=None) | Q(role=Role.RECEVEUR),
                violation_error_code="admis_at",
                violation_error_message="Seul un receveur admet un patient.",
            ),
            models.UniqueConstraint(
                fields=["dossier", "role", "lieu_key", "professionnel"],
                nulls_distinct=False,
                name="dossiers_presence_once",
                violation_error_message="Le dossier s’y trouve déjà à ce titre.",
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(role__in=[one.value for one in ORIGINES]),
                name="dossiers_presence_one_origin",
                violation_error_message="Un dossier n’a qu’un demandeur.",
            ),
        ]
        indexes = [
            models.Index(
                name,
                *LISTED,
                name=f"dossiers_chez_{name}",
                include=SORTED,
                condition=Q(**{f"{name}__isnull": False}),
            )
            for name in ("professionnel", "unite", "guichet", "etablissement", "coordination")
        ] + [
            # Of what a coordination asks itself, among all that its structures ask.
            models.Index(
                "coordination",
                *LISTED,
                name="dossiers_par_coordination",
                include=SORTED,
                condition=Q(niveau=Niveau.COORDINATION.value),
            )
        ]

    def __str__(self):
        return f"{self.dossier_id} : {self.get_role_display()}"

    @property
    def module(self) -> str:
        return module(self.role, self.niveau, self.orientation)

    @property
    def place(self) -> Place:
        """A médecin's space is that of the account, of those that `with_comptes` has read."""
        if self.niveau == Niveau.MEDECIN:
            return Place(medecin=self.compte_id)
        return super().place


class LienMedecinQuerySet(models.QuerySet):
    def living(self):
        """The médecin traitant of a dossier: one at most."""
        return self.exclude(etat="hors_patientele")


class LienMedecin(models.Model):
    """A médecin traitant whom a dossier names (DOS-2): his answer, which he may take back."""

    class Etat(models.TextChoices):
        A_ACCEPTER = "a_accepter", "à accepter"
        ACCEPTE = "accepte", "accepté"
        HORS_PATIENTELE = "hors_patientele", "hors patientèle"

    dossier = models.ForeignKey("dossiers.Dossier", models.PROTECT, related_name="liens", db_index=False)
    professionnel = models.ForeignKey(Professionnel, models.PROTECT, related_name="+", db_index=False)
    etat = models.CharField("état", max_length=15, choices=Etat, default=Etat.A_ACCEPTER)
    created_at = models.DateTimeField("nommé le", db_default=Now(), editable=False)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
        db_index=False,
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = LienMedecinQuerySet.as_manager()

    class Meta:
        verbose_name = "médecin traitant d’un dossier"
        verbose_name_plural = "médecins traitants de dossiers"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "professionnel"],
                name="dossiers_lienmedecin_once",
                violation_error_message="Ce médecin est déjà nommé dans ce dossier.",
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(etat__in=["a_accepter", "accepte"]),
                name="dossiers_lienmedecin_one",
                violation_error_message="Ce dossier a déjà un médecin traitant.",
            ),
            models.CheckConstraint(
                name="dossiers_lienmedecin_etat",
                condition=Q(etat__in=["a_accepter", "accepte", "hors_patientele"]),
                violation_error_code="etat",
                violation_error_message="Cet état n’existe pas.",
            ),
            models.CheckConstraint(
                name="dossiers_lienmedecin_answered",
                condition=Q(etat="a_accepter", answered_at=None, answered_by=None)
                | (~Q(etat="a_accepter") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                violation_error_message="Une réponse a une date et un auteur.",
            ),
        ]
        indexes = [
            models.Index("professionnel", "etat", F("dossier").desc(), name="dossiers_lienmedecin_list"),
        ]

    def __str__(self):
        return f"{self.dossier_id} : {self.get_etat_display()}"

    @property
    def is_living(self) -> bool:
        return self.etat != self.Etat.HORS_PATIENTELE

    @property
    def awaits(self) -> bool:
        """His answer."""
        return self.etat == self.Etat.A_ACCEPTER

    @property
    def stamp(self) -> str:
        """Who, and what he had answered by then: what a page has shown."""
        return f"{self.pk}.{self.version}"
