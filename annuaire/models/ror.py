"""What the ROR has said: runs, what each brought, and how its offers are joined to our units (ANN-1, ANN-7).

The ROR's own picture stands beside our sheets: a run renews the picture, a person joins an offer to a unit,
and only then does what it says go into the sheet.
"""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from annuaire.models.etablissements import Etablissement
from annuaire.models.unites import Unite

DEFAIRE = timedelta(days=30)  # a decision is undone for as long


class Releve(models.Model):
    """One run. What it brings is received in one transaction, then written an établissement at a time.

    `horloge`: the server's own, from which the next delta counts. `bilan`: counts and lists, by word.
    All of it is made ready by the ROR first, for hours: `export` is where to look, from `regarder_le` on, and
    `expire_le` when we give up. `regards`: how often we have looked; `demandes`: how often we have asked.
    """

    class Genre(models.TextChoices):
        COMPLET = "complet", "complet"
        DELTA = "delta", "ce qui a changé"

    class Etat(models.TextChoices):
        ATTENTE = "attente", "En attente du ROR"
        EN_COURS = "en_cours", "En cours"
        FINI = "fini", "Terminé"
        REFUSE = "refuse", "Refusé"

    genre = models.CharField("genre", max_length=7, choices=Genre)
    etat = models.CharField("état", max_length=8, choices=Etat)
    source = models.CharField("source", max_length=200)
    profil = models.PositiveSmallIntegerField("profil d’accès")
    horloge = models.DateTimeField("heure du serveur", null=True, blank=True)
    depuis = models.DateTimeField("changements depuis", null=True, blank=True)
    commence_le = models.DateTimeField("commencé le")
    fini_le = models.DateTimeField("terminé le", null=True, blank=True)
    refus = models.CharField("raison du refus", max_length=500, blank=True)
    bilan = models.JSONField("bilan", default=dict, blank=True)
    by = models.CharField("lancé par", max_length=100)
    garde_levee = models.BooleanField("garde-fous levés", default=False)
    export = models.CharField("adresse de l’export", max_length=1000, blank=True, editable=False)
    regarder_le = models.DateTimeField("prochain regard", null=True, blank=True)
    expire_le = models.DateTimeField("abandonné s’il n’est pas prêt", null=True, blank=True)
    regards = models.PositiveSmallIntegerField("regards", default=0)
    demandes = models.PositiveSmallIntegerField("exports demandés", default=0)

    class Meta:
        verbose_name = "relevé du ROR"
        verbose_name_plural = "relevés du ROR"
        constraints = [
            models.UniqueConstraint(
                fields=["fini_le"],
                nulls_distinct=False,
                condition=Q(fini_le=None),
                name="annuaire_releve_one_at_a_time",
                violation_error_message="Un autre relevé du ROR est en cours.",
            ),
            models.CheckConstraint(
                name="annuaire_releve_fini",
                condition=Q(etat__in=["attente", "en_cours"], fini_le=None)
                | Q(etat__in=["fini", "refuse"], fini_le__isnull=False),
                violation_error_message="Un relevé terminé a une date de fin.",
            ),
            models.CheckConstraint(
                name="annuaire_releve_attente",
                condition=~Q(etat="attente") | Q(regarder_le__isnull=False, expire_le__isnull=False),
                violation_error_message="Un relevé qui attend sait jusqu’à quand.",
            ),
            models.CheckConstraint(
                name="annuaire_releve_refus",
                condition=(Q(etat="refuse") & ~Q(refus="")) | (~Q(etat="refuse") & Q(refus="")),
                violation_error_message="Un relevé refusé dit pourquoi.",
            ),
        ]

    def __str__(self):
        return f"ROR, {self.commence_le:%d/%m/%Y}"

    @property
    def is_complete(self) -> bool:
        return self.genre == Releve.Genre.COMPLET

    @property
    def believes_absence(self) -> bool:
        """Of a complete run of which every resource has its place."""
        return self.is_complete and not self.bilan["perdues"]


class RessourceLue(models.Model):
    """What the last complete run has kept of a resource, by the digest of its exact text.

    The same text again is not read again. `dit`: as `annuaire.ror.sites` writes it.
    """

    empreinte = models.CharField("empreinte", max_length=32, primary_key=True)
    dit = models.TextField("ce qui en est gardé")

    class Meta:
        verbose_name = "ressource lue du ROR"
        verbose_name_plural = "ressources lues du ROR"

    def __str__(self):
        return self.empreinte


class Arrivage(models.Model):
    """What one run brought of one établissement, raw; each is written whole, in a lot or by itself.

    `brut`: its resources as they came, the last two kept; empty when the run did not name it any more.
    """

    class Etat(models.TextChoices):
        A_FAIRE = "a_faire", "À écrire"
        FAIT = "fait", "Écrit"
        REFUSE = "refuse", "Refusé"

    releve = models.ForeignKey(Releve, models.PROTECT, related_name="arrivages", db_index=False)
    finess = models.CharField("numéro FINESS", max_length=9)
    region = models.CharField("région, d’après le ROR", max_length=20, blank=True)
    brut = models.JSONField("ressources", default=list, blank=True)
    empreintes = models.JSONField("empreintes, par clé", default=dict, blank=True)
    raisons = models.JSONField("refusées, et pourquoi", default=list, blank=True)
    etat = models.CharField("état", max_length=7, choices=Etat, default=Etat.A_FAIRE)
    bilan = models.JSONField("bilan", default=dict, blank=True)

    class Meta:
        verbose_name = "arrivage du ROR"
        verbose_name_plural = "arrivages du ROR"
        constraints = [
            models.UniqueConstraint(
                fields=["releve", "finess"],
                name="annuaire_arrivage_once",
                violation_error_message="Cet établissement figure déjà dans ce relevé.",
            )
        ]
        indexes = [
            models.Index("releve", "id", name="annuaire_arrivage_a_faire", condition=Q(etat="a_faire")),
            models.Index("finess", "id", name="annuaire_arrivage_finess"),
        ]

    def __str__(self):
        return self.finess


class SiteRor(models.Model):
    """An établissement as the ROR describes it, whether or not our directory has it; joined by FINESS.

    `valeurs`: by code of field of our sheet; one that is absent has not been said, None says «empty».
    `absences`: how many complete runs in a row have not named it.
    """

    finess = models.CharField("numéro FINESS", max_length=9, unique=True)
    nom = models.CharField("nom", max_length=200)
    region = models.CharField("région, d’après le ROR", max_length=20, blank=True)
    valeurs = models.JSONField("valeurs", default=dict, blank=True)
    libelles = models.JSONField("libellés", default=dict, blank=True)
    empreinte = models.CharField("empreinte", max_length=32, blank=True)
    ferme_le = models.DateField("fermé le, d’après le ROR", null=True, blank=True)
    vu_le = models.DateTimeField("dernier changement reçu le")
    absences = models.PositiveSmallIntegerField("absences de suite", default=0)
    erreur = models.CharField("erreur", max_length=300, blank=True)

    class Meta:
        verbose_name = "établissement du ROR"
        verbose_name_plural = "établissements du ROR"
        constraints = [
            models.CheckConstraint(
                name="annuaire_siteror_finess",
                condition=Q(finess__regex=r"^\d[\dAB]\d{7}$"),
                violation_error_message="Un numéro FINESS compte neuf caractères.",
            )
        ]

    def __str__(self):
        return self.nom


class Offre(models.Model):
    """One operational offer of the ROR, which is what a unit of ours is there."""

    site = models.ForeignKey(SiteRor, models.PROTECT, related_name="offres")
    cle = models.CharField("identifiant ROR de l’offre", max_length=40, unique=True)
    nom = models.CharField("nom", max_length=200)
    valeurs = models.JSONField("valeurs", default=dict, blank=True)
    libelles = models.JSONField("libellés", default=dict, blank=True)
    empreinte = models.CharField("empreinte", max_length=32, blank=True)
    fermee_le = models.DateField("fermée le, d’après le ROR", null=True, blank=True)
    vue_le = models.DateTimeField("dernier changement reçu le")
    absences = models.PositiveSmallIntegerField("absences de suite", default=0)

    class Meta:
        verbose_name = "offre du ROR"
        verbose_name_plural = "offres du ROR"

    def __str__(self):
        return self.nom


class RapprochementQuerySet(models.QuerySet):
    def standing(self):
        """Not undone."""
        return self.filter(defait_le=None)


class Rapprochement(models.Model):
    """What a person has decided of an offer, of a unit, or of both; undone, it stays to be read (ANN-1).

    A unit that the ROR has merged with another is closed and replaced, as any other (`Fermeture`).
    Undone by nobody: the offer has gone to another établissement.
    `avant`: the unit's values and their origins before the ROR first wrote there, None until it does.
    """

    class Suite(models.TextChoices):
        JOINTE = "jointe", "Même unité"
        NOUVELLE = "nouvelle", "Nouvelle unité"
        ECARTEE = "ecartee", "Sans unité dans le service"
        HORS_ROR = "hors_ror", "Pas dans le ROR"

    etablissement = models.ForeignKey(Etablissement, models.PROTECT, related_name="rapprochements")
    suite = models.CharField("décision", max_length=9, choices=Suite)
    offre = models.ForeignKey(
        Offre, models.PROTECT, null=True, blank=True, related_name="rapprochements", db_index=False
    )
    unite = models.ForeignKey(
        Unite, models.PROTECT, null=True, blank=True, related_name="rapprochements", db_index=False
    )
    avant = models.JSONField("valeurs d’avant", null=True, blank=True, editable=False)
    le = models.DateTimeField("décidé le")
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="par", db_index=False
    )
    defait_le = models.DateTimeField("défait le", null=True, blank=True)
    defait_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="défait par",
        db_index=False,
    )

    objects = RapprochementQuerySet.as_manager()

    class Meta:
        verbose_name = "rapprochement"
        constraints = [
            models.CheckConstraint(
                name="annuaire_rapprochement_suite",
                condition=Q(suite__in=["jointe", "nouvelle"], offre__isnull=False, unite__isnull=False)
                | Q(suite="ecartee", offre__isnull=False, unite=None)
                | Q(suite="hors_ror", offre=None, unite__isnull=False),
                violation_error_message="Cette décision ne correspond pas à ce qu’elle concerne.",
            ),
            models.UniqueConstraint(
                fields=["offre"],
                condition=Q(defait_le=None, offre__isnull=False),
                name="annuaire_rapprochement_offre",
                violation_error_message="Cette offre vient d’avoir sa réponse\u00a0: rouvrez la page.",
            ),
            models.UniqueConstraint(
                fields=["unite"],
                condition=Q(defait_le=None, unite__isnull=False),
                name="annuaire_rapprochement_unite",
                violation_error_message="Cette unité vient d’avoir sa réponse\u00a0: rouvrez la page.",
            ),
            models.CheckConstraint(
                name="annuaire_rapprochement_defait",
                condition=Q(defait_le=None, defait_par=None) | Q(defait_le__isnull=False),
                violation_error_message="Une décision est défaite à une date.",
            ),
        ]

    def __str__(self):
        return f"{self.get_suite_display()}, {self.le:%d/%m/%Y}"

    def may_be_undone(self, now) -> bool:
        return self.defait_le is None and now < self.le + DEFAIRE
