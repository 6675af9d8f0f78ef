"""A dossier: who has made it, what became of it (DOS-1)."""

import secrets
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, Func, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse

from dossiers import perimetres
from dossiers.models.etats import Decision, Etat, Motif
from dossiers.models.identites import NOMINATIFS, Identite
from dossiers.models.presences import Presence
from viatraj.core.droits import Orientation
from viatraj.core.typography import in_groups


def draw_numero() -> str:
    """Eight random digits: a running number would tell how many dossiers there are, and since when."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


class AgeOn(Func):
    """Whole years between a birth, the first day possible, and the day in Paris of an instant."""

    template = (
        "date_part('year', age((%(instant)s AT TIME ZONE 'Europe/Paris')::date::timestamp, "
        "%(birth)s::timestamp))::smallint"
    )
    output_field = models.SmallIntegerField()

    def as_sql(self, compiler, connection, **extra):
        instant, birth = (compiler.compile(one)[0] for one in self.source_expressions)
        return self.template % {"instant": instant, "birth": birth}, []


class Origine(models.TextChoices):
    """Who has made it; a paper one is noted by who received it."""

    MEDECIN = "medecin", "espace d’un médecin"
    DEMANDEUR = "demandeur", "demandeur"
    PAPIER = "papier", "dossier papier"


class Nominatif(Exception):
    """A name was asked of a dossier that is shown without."""


class DossierQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Details begin here (DOS-4): one looks at what few dossiers are; lists at `in_reach`."""
        return self.filter(Exists(Presence.objects.filter(perimetres.reached(actor), dossier=OuterRef("pk"))))

    def in_reach(self, actor, **known):
        """The same, from what lies in the actor’s perimeter: long lists and searches begin here."""
        return self.filter(pk__in=perimetres.perimetre(actor, **known))

    def named_to(self, actor):
        """Those whose patient he may know."""
        known = perimetres.reached(actor, nominatif=True)
        return self.filter(Exists(Presence.objects.filter(known, dossier=OuterRef("pk"))))

    def with_mode(self, actor):
        """`mode_liste`: how far this actor sees each of those that he sees."""
        return self.annotate(mode_liste=perimetres.mode_liste(actor))


class Dossier(Identite):
    """One orientation of one patient. Where it lies, and who sees it, its presences say."""

    numero = models.CharField("numéro", max_length=8, unique=True, editable=False, default=draw_numero)
    orientation = models.CharField("orientation", max_length=10, choices=Orientation)
    origine = models.CharField("origine", max_length=10, choices=Origine, default=Origine.MEDECIN)
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dossiers",
        verbose_name="médecin",
        db_index=False,
    )
    cree_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="créé par",
        editable=False,
        db_index=False,
    )
    departement = models.CharField("département", max_length=3, blank=True)
    # What lists, searches and statistics read of the volets; each is noted when its volet is written.
    types = ArrayField(
        models.CharField(max_length=20), verbose_name="type de prise en charge", default=list, blank=True
    )
    pathologie = models.CharField("pathologie principale", max_length=5, blank=True)
    gir = models.PositiveSmallIntegerField("GIR calculé", null=True, blank=True)
    age_creation = models.GeneratedField(
        expression=AgeOn("created_at", "date_naissance"),
        output_field=models.SmallIntegerField("âge à la création"),
        db_persist=True,
    )
    decision = models.CharField("décision", max_length=10, choices=Decision, blank=True)
    motif = models.CharField("motif d’annulation", max_length=10, choices=Motif, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidé par",
        db_index=False,
    )
    # Whatever is written there, a trigger says it.
    etat = models.CharField("état", max_length=10, choices=Etat, default=Etat.REDACTION, editable=False)
    modified_at = models.DateTimeField("modifié le", db_default=Now(), editable=False)
    reminded_at = models.DateTimeField("relancé le", null=True, blank=True)
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
            models.CheckConstraint(
                name="dossiers_dossier_origine",
                condition=Q(origine=Origine.MEDECIN, auteur__isnull=False)
                | Q(origine__in=[Origine.DEMANDEUR, Origine.PAPIER], auteur=None),
                violation_error_code="origine",
                violation_error_message="Seul le dossier d’un médecin se trouve dans son espace.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_papier",
                condition=~Q(origine=Origine.PAPIER) | Q(orientation=Orientation.GRAND_AGE),
                violation_error_code="orientation",
                violation_error_message="Seul un dossier d’hébergement se reçoit sur papier.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_decision",
                condition=Q(decision="", decided_at=None, decided_by=None)
                | Q(decision__in=["suspendu", "annule"], decided_at__isnull=False, decided_by__isnull=False)
                | Q(decision="archive", decided_at__isnull=False)
                | Q(decision="annule", motif="deces", decided_at__isnull=False),
                violation_error_code="decision",
                violation_error_message="Une décision a une date, et un auteur sauf à l’échéance d’un délai.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_motif",
                condition=Q(decision="annule", motif__in=[one.value for one in Motif])
                | (~Q(decision="annule") & Q(motif="")),
                violation_error_code="motif",
                violation_error_message="Un dossier annulé l’est pour l’un des motifs de la liste.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_departement",
                condition=Q(departement="") | Q(departement__regex=r"^([0-9][0-9AB]|97[0-9]|98[0-9])$"),
                violation_error_code="departement",
                violation_error_message="Ce département n’existe pas.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_gir",
                condition=Q(gir=None) | Q(gir__range=(1, 6)),
                violation_error_code="gir",
                violation_error_message="Le GIR va de 1 à 6.",
            ),
            *Identite.Meta.constraints,
        ]
        indexes = [
            models.Index("auteur", name="dossiers_auteur", condition=Q(auteur__isnull=False)),
            models.Index("cree_par", name="dossiers_cree_par"),
            # Of the same patient; a search by name reads presences.
            models.Index(fields=["nom_cle", "prenom_cle", "date_naissance"], name="dossiers_patient"),
            models.Index(
                "modified_at", name="dossiers_echeance", condition=Q(orientation="grand_age", decision="")
            ),
        ]

    def __str__(self):
        return self.numero

    def forget_names(self):
        """For a page that may not know them: what asks for one afterwards fails, instead of telling it."""
        for name in NOMINATIFS:
            self.__dict__.pop(name, None)
        self.is_anonyme = True

    def refresh_from_db(self, using=None, fields=None, **kwargs):
        """Django’s way to read a field that the instance does not hold."""
        if getattr(self, "is_anonyme", False):
            raise Nominatif(*fields or ())
        super().refresh_from_db(using, fields, **kwargs)

    def get_absolute_url(self):
        return reverse("dossiers:detail", args=[self.numero])

    @property
    def numero_affiche(self) -> str:
        return in_groups(self.numero, 4)
