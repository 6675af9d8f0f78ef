"""The lines of a campaign: one habilitation as it was, and what a reviewer decides of it (HAB-11)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from habilitations.models.campagnes import Campagne
from habilitations.models.habilitations import Habilitation
from habilitations.profils import PROFILS, Profil


class ExamenQuerySet(models.QuerySet):
    def to_decide(self):
        return self.filter(state=Examen.State.TODO)

    def on_desks(self, relecteurs):
        """Of these rows of `Relecteur`, of one person and one campaign: his list."""
        relecteurs = list(relecteurs)
        if not relecteurs:
            return self.none()
        bureaux, first = [one.bureau for one in relecteurs], relecteurs[0]
        rows = self.filter(campagne=first.campagne_id, bureau__in=bureaux, rang__lt=first.rang)
        return rows.entrusted_to(first.user_id)

    def entrusted_to(self, user):
        """Or to nobody in particular; `user` may be an outer reference."""
        return self.filter(Q(confie_a=None) | Q(confie_a=user))

    def sorted_by_name(self):
        return self.order_by("nom_tri", "id")


class Examen(models.Model):
    """`avant`: the habilitation as it was taken in. `bureau`, `rang`: who may decide (docs/adr/0044);
    `confie_a`: of these, one alone."""

    class State(models.TextChoices):
        TODO = "todo", "À décider"
        DECIDED = "decided", "Décidée"
        ENDED = "ended", "Terminée entre-temps"

    class Decision(models.TextChoices):
        KEEP = "keep", "Conserver"
        REDUCE = "reduce", "Réduire"
        REMOVE = "remove", "Retirer"

    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="examens", db_index=False)
    habilitation = models.ForeignKey(
        Habilitation, models.PROTECT, related_name="examens", db_index=False, verbose_name="habilitation"
    )
    titulaire = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name="titulaire"
    )
    nom_tri = models.CharField(max_length=210, db_collation="C", editable=False, default="")
    profil = models.CharField("profil", max_length=40)
    avant = models.JSONField("avant")
    ajoute_le = models.DateField("ajoutée en cours de campagne le", null=True, blank=True)
    bureau = models.CharField("bureau", max_length=40, blank=True)
    rang = models.PositiveSmallIntegerField("rang du titulaire", default=0)
    plancher = models.PositiveSmallIntegerField("niveau qui ne savait pas", default=0)
    confie_a = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.TODO)
    decision = models.CharField("décision", max_length=10, choices=Decision, blank=True)
    fin_voulue = models.DateField("réduite au", null=True, blank=True)
    droits_voulus = models.JSONField("droits réduits", null=True, blank=True)
    motif = models.CharField("motif", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    applied_at = models.DateTimeField("suivie d’effet le", null=True, blank=True)
    sans_effet = models.CharField("pourquoi elle est restée sans effet", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ExamenQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne d’une campagne"
        verbose_name_plural = "lignes d’une campagne"
        constraints = [
            models.UniqueConstraint(
                fields=["habilitation", "campagne"],
                name="habilitations_examen_once",
                violation_error_message="Cette habilitation est déjà dans la campagne.",
            ),
            models.CheckConstraint(
                name="habilitations_examen_decided",
                condition=Q(state="decided", decided_by__isnull=False, decided_at__isnull=False)
                & Q(decision__in=["keep", "reduce", "remove"])
                | ~Q(state="decided") & Q(decision="", decided_by=None, decided_at=None),
                violation_error_message="Une ligne décidée l’est par quelqu’un, à une date.",
            ),
            models.CheckConstraint(
                name="habilitations_examen_not_oneself",
                condition=Q(decided_by=None) | ~Q(decided_by=F("titulaire")),
                violation_error_message="Personne ne décide de ses propres habilitations.",
            ),
            models.CheckConstraint(
                name="habilitations_examen_not_to_oneself",
                condition=Q(confie_a=None) | ~Q(confie_a=F("titulaire")),
                violation_error_code="relecteur",
                violation_error_message="Personne n’examine ses propres habilitations.",
            ),
            models.CheckConstraint(
                name="habilitations_examen_motif",
                condition=Q(decision__in=["", "keep"]) | ~Q(motif=""),
                violation_error_code="motif",
                violation_error_message="Dites pourquoi ce droit est réduit ou retiré.",
            ),
            models.CheckConstraint(
                name="habilitations_examen_reduced",
                condition=~Q(decision="reduce") & Q(fin_voulue=None, droits_voulus=None)
                | Q(decision="reduce") & (Q(fin_voulue__isnull=False) | Q(droits_voulus__isnull=False)),
                violation_error_code="fin",
                violation_error_message="Dites ce qui est réduit\u00a0: la date de fin, ou les droits.",
            ),
            models.CheckConstraint(
                name="habilitations_examen_applied",
                condition=Q(applied_at=None) | Q(state="decided", sans_effet=""),
                violation_error_message="Seule une décision est suivie d’effet.",
            ),
        ]
        indexes = [
            models.Index(fields=["campagne", "bureau", "nom_tri", "id"], name="habilitations_examen_bureau"),
            models.Index(
                fields=["campagne", "state", "decision", "id"],
                name="habilitations_examen_etat",
                include=["bureau", "decided_by"],
            ),
            models.Index(fields=["campagne", "id"], name="habilitations_examen_ordre"),
        ]

    def __str__(self):
        return f"ligne n° {self.pk}"

    @property
    def told(self) -> dict:
        """As the journal names it."""
        return {
            "label": self.titulaire.login,
            "profil": self.le_profil.label if self.le_profil else self.profil,
            "lieu": str(self.habilitation.lieu),
            "campagne": self.campagne_id,
        }

    def is_entrusted_to(self, user) -> bool:
        return self.confie_a_id in (None, user.pk)

    @property
    def le_profil(self) -> Profil | None:
        return PROFILS.get(self.profil)

    @property
    def is_todo(self) -> bool:
        return self.state == self.State.TODO

    @property
    def is_decided(self) -> bool:
        return self.state == self.State.DECIDED
