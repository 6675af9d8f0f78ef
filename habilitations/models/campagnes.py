"""Review campaigns: over what, by whom, until when (HAB-11). What is decided stands in `examens`."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from annuaire.models import AtLieu
from habilitations.models.perimetre import within_perimeter
from habilitations.profils import PROFILS
from viatraj.core.droits import Niveau

# Who reviews whom: higher looks at lower, never at his like.
RANGS = {
    Niveau.UNITE: 1,
    Niveau.ETABLISSEMENT: 2,
    Niveau.COORDINATION: 3,
    Niveau.REGION: 4,
    Niveau.NATIONAL: 5,
}


class CampagneQuerySet(models.QuerySet):
    def led_by(self, actor):
        """By référents whose perimeter holds all of the campaign's: who opened it, or his successor."""
        if actor.is_acting or actor.user is None:
            return self.none()
        places = Perimetre.objects.filter(campagne=OuterRef("pk"))
        outside = places.exclude(within_perimeter(actor.rights))
        return self.filter(Exists(places), ~Exists(outside))

    def reviewed_by(self, user):
        """On whose lists he has, or had, something to decide."""
        return self.filter(Exists(Relecteur.objects.filter(campagne=OuterRef("pk"), user=user)))

    def at_work(self):
        """What a worker has to go on with."""
        made = Q(state=Campagne.State.CLOSED) & ~Q(rapport__pdf=b"")
        return self.exclude(made).exclude(state=Campagne.State.OPEN)

    def newest_first(self):
        return self.order_by("-ouverte_le", "-pk")


class Campagne(models.Model):
    """Prepared by slices, open until its deadline, then closed for good; `prepared_to`: the last key read."""

    class State(models.TextChoices):
        PREPARING = "preparing", "En préparation"
        OPEN = "open", "En cours"
        CLOSING = "closing", "Clôture en cours"
        CLOSED = "closed", "Close"

    class Effet(models.TextChoices):
        NOW = "now", "Chaque décision prend effet tout de suite"
        CLOSURE = "closure", "Toutes les décisions prennent effet à la clôture"

    class Restes(models.TextChoices):
        KEEP = "keep", "Elles sont conservées, et listées au compte rendu"
        ASK = "ask", "Elles sont conservées, listées, et la coordination est priée de trancher"

    class Nouvelles(models.TextChoices):
        ADD = "add", "Elles s’ajoutent à la campagne"
        LEAVE = "leave", "Elles restent en dehors"

    cle = models.UUIDField("clé", default=uuid.uuid4, unique=True, editable=False)
    nom = models.CharField("nom de la campagne", max_length=120)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="ouverte par", db_index=False
    )
    profils = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name="profils")
    inutilisees = models.BooleanField("habilitations sans usage depuis six mois seulement", default=False)
    ouverte_le = models.DateField("ouverte le")
    echeance = models.DateField("date limite")
    effet = models.CharField("effet des décisions", max_length=10, choices=Effet, default=Effet.NOW)
    restes = models.CharField("lignes sans décision", max_length=5, choices=Restes, default=Restes.KEEP)
    nouvelles = models.CharField(
        "habilitations nouvelles", max_length=5, choices=Nouvelles, default=Nouvelles.ADD
    )
    message = models.TextField("message aux relecteurs", max_length=1000, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PREPARING)
    prepared_to = models.BigIntegerField(default=0, editable=False)
    assigned_to = models.BigIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField("prête le", null=True, blank=True)
    closing_at = models.DateTimeField("clôture demandée le", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField("close le", null=True, blank=True)

    objects = CampagneQuerySet.as_manager()

    class Meta:
        verbose_name = "campagne de revue"
        verbose_name_plural = "campagnes de revue"
        constraints = [
            models.CheckConstraint(
                name="habilitations_campagne_echeance",
                condition=Q(echeance__gt=F("ouverte_le")),
                violation_error_code="echeance",
                violation_error_message="La date limite suit le jour de l’ouverture.",
            ),
            models.CheckConstraint(
                name="habilitations_campagne_closing",
                condition=Q(state__in=["preparing", "open"], closing_at=None, closed_by=None)
                | Q(state__in=["closing", "closed"], closing_at__isnull=False),
                violation_error_message="Une campagne qui se clôt le fait à une date.",
            ),
            models.CheckConstraint(
                name="habilitations_campagne_closed",
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at=None),
                violation_error_message="Une campagne close l’est à une date, les autres n’en ont pas.",
            ),
        ]

    def __str__(self):
        return self.nom

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.CLOSING, self.State.CLOSED)

    @property
    def profil_labels(self) -> str:
        return ", ".join(PROFILS[code].label if code in PROFILS else code for code in self.profils)

    @property
    def at_once(self) -> bool:
        return self.effet == self.Effet.NOW


class Perimetre(AtLieu):
    """One place of a campaign, with all that lies below it."""

    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="perimetre", db_index=False)

    class Meta:
        verbose_name = "lieu d’une campagne"
        verbose_name_plural = "lieux d’une campagne"
        constraints = [
            *AtLieu.Meta.constraints,
            models.UniqueConstraint(
                fields=["campagne", "lieu_key"],
                name="habilitations_perimetre_once",
                violation_error_code="lieux",
                violation_error_message="Ce lieu est déjà dans la campagne.",
            ),
        ]

    def __str__(self):
        return self.lieu_key


class Relecteur(models.Model):
    """Somebody at a desk of a campaign, as his rights stood when it was last looked at (docs/adr/0044).

    `bureau`: the key of the place whose lines he reads; `degre`: its level; `rang`: the highest of his desks.
    """

    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="relecteurs", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    bureau = models.CharField("bureau", max_length=40)
    degre = models.PositiveSmallIntegerField("niveau du bureau")
    rang = models.PositiveSmallIntegerField("rang")

    class Meta:
        verbose_name = "relecteur"
        constraints = [
            models.UniqueConstraint(
                fields=["campagne", "user", "bureau"],
                name="habilitations_relecteur_once",
                violation_error_message="Cette personne est déjà à ce bureau.",
            ),
            models.CheckConstraint(
                name="habilitations_relecteur_rang",
                condition=Q(rang__gte=F("degre")),
                violation_error_message="Un relecteur a au moins le rang de son bureau.",
            ),
        ]
        indexes = [models.Index(fields=["campagne", "bureau"], name="habilitations_relecteur_bureau")]

    def __str__(self):
        return f"{self.user_id} : {self.bureau}"


class Rappel(models.Model):
    """One reminder of a campaign to one reviewer: written with its mail, or not at all."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Ouverture"
        HALF = "half", "Mi-parcours"
        THREE = "three", "Trois jours avant la fin"
        ONE = "one", "La veille de la fin"

    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="rappels", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("rappel", max_length=10, choices=Kind)
    posted_on = models.DateField("écrit le")

    class Meta:
        verbose_name = "rappel"
        verbose_name_plural = "rappels"
        constraints = [
            models.UniqueConstraint(
                fields=["campagne", "user", "kind"],
                name="habilitations_rappel_once",
                violation_error_message="Ce rappel est déjà parti.",
            )
        ]

    def __str__(self):
        return f"{self.kind} : {self.user_id}"


class Rapport(models.Model):
    """The closing report: the seal over all lines, then the files, once the journal itself is sealed.

    `prints` (8 bytes a line, in the order of keys) only serve to name the line that changed.
    """

    campagne = models.OneToOneField(Campagne, models.PROTECT, related_name="rapport")
    digest = models.CharField("empreinte des lignes", max_length=64)
    prints = models.BinaryField("empreintes des lignes")
    chiffres = models.JSONField("chiffres", default=dict)
    sceau = models.PositiveBigIntegerField("sceau du journal", null=True, blank=True)
    classeur = models.BinaryField("classeur", default=b"")
    classeur_sha256 = models.CharField("empreinte du classeur", max_length=64, blank=True)
    pdf = models.BinaryField("compte rendu", default=b"")
    pdf_sha256 = models.CharField("empreinte du compte rendu", max_length=64, blank=True)

    class Meta:
        verbose_name = "compte rendu"
        verbose_name_plural = "comptes rendus"

    def __str__(self):
        return f"compte rendu de la campagne {self.campagne_id}"
