"""Habilitations: a profile held by an account, at a place, for a period (HAB-1)."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat, Now

from annuaire.models import AtLieu
from habilitations.models.perimetre import OfPersonQuerySet
from habilitations.profils import NAMES, PROFILS, Profil
from viatraj.core.droits import Domaine, Droit
from viatraj.core.periods import Periode, PeriodeQuerySet, no_overlap

LIVING = Q(revoked_at=None)
INCLUDED = ("etablissement", "unite", "user", "reviewed_on")  # by each index of a coordination
SORTS = {  # each ends on the key: a total order
    "nom": ("nom_tri", "id"),
    "profil": ("domaine", "profil", "nom_tri", "id"),
    "fin": ("fin", "id"),
}


class HabilitationQuerySet(OfPersonQuerySet, PeriodeQuerySet):
    def living(self):
        return self.filter(LIVING)

    def in_force(self, day):
        """By `debut` and `fin`, which are indexed, rather than by `periode`."""
        return self.living().filter(debut__lte=day, fin__gte=day)

    def current(self, day):
        """Not over: in force, or to come."""
        return self.living().filter(fin__gte=day)

    def at(self, lieu):
        """At a structure, its units and guichets included."""
        return self.filter(**{f"{lieu.niveau}_id": lieu.row.pk})

    def past(self, day):
        """Over, or taken away."""
        return self.filter(Q(revoked_at__isnull=False) | Q(fin__lt=day))

    def not_prolonged(self):
        """Without a later habilitation of the same person, place and profile."""
        following = Habilitation.objects.living().filter(
            user=OuterRef("user"),
            profil=OuterRef("profil"),
            lieu_key=OuterRef("lieu_key"),
            fin__gt=OuterRef("fin"),
            debut__lte=OuterRef("fin") + timedelta(days=1),
        )
        return self.exclude(Exists(following))

    def giving(self, domaine):
        """Of profiles that give something in a domaine (HAB-9)."""
        return self.filter(profil__in=[one.code for one in PROFILS.values() if domaine in one.domaines])

    def referents(self):
        """Those by whom habilitations are given."""
        codes = [one.code for one in PROFILS.values() if one.is_referent]
        return self.filter(domaine=Domaine.ADMINISTRATION, profil__in=codes)

    def sorted_by(self, sort, *, descending=False):
        names = SORTS[sort]
        return self.order_by(*(f"-{name}" if descending else name for name in names))


class Habilitation(AtLieu, Periode):
    """A profile at a place, from a day to a day."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="habilitations", verbose_name="titulaire"
    )
    profil = models.CharField("profil", max_length=40)
    domaine = models.CharField("domaine", max_length=20, choices=Domaine)
    # Copied by triggers on both tables, so that sorted lists read an index of this one.
    nom_tri = models.CharField(max_length=210, db_collation="C", editable=False, default="")
    emails = models.BooleanField("réception des e-mails", default=False)
    lot = models.UUIDField("attribuée avec", default=uuid.uuid4, editable=False)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    granted_at = models.DateTimeField("attribuée le", db_default=Now(), editable=False)
    revoked_at = models.DateTimeField("supprimée le", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # The last day it let somebody act, set by a trigger of the journal.
    used_on = models.DateField("utilisée le", null=True, blank=True, editable=False)
    # The last day on which a reviewer decided of it, copied by a trigger of the campaigns' lines (HAB-11).
    reviewed_on = models.DateField("relue le", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = HabilitationQuerySet.as_manager()

    class Meta(Periode.Meta):
        verbose_name = "habilitation"
        constraints = [
            *Periode.Meta.constraints,
            *AtLieu.Meta.constraints,
            models.CheckConstraint(
                name="habilitations_habilitation_revoked_by",
                condition=Q(revoked_by=None) | Q(revoked_at__isnull=False),
                violation_error_message="Une habilitation supprimée l’est à une date.",
            ),
            no_overlap(
                "user",
                # One expression rather than two columns: with `profil` as a column of its own, PostgreSQL
                # takes this index for queries on the profile alone, and reads all of it.
                Concat("profil", Value(" "), "lieu_key", output_field=models.TextField()),
                name="habilitations_habilitation_no_overlap",
                code="debut",
                condition=LIVING,
                message="Cette personne a déjà ce profil à cet endroit, sur ces dates ou une partie.",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "fin"], name="habilitations_user", condition=LIVING),
            models.Index(
                fields=["etablissement", "fin"],
                name="habilitations_etab",
                include=["debut", "user"],  # how many people work there, without a row read
                condition=LIVING,
            ),
            models.Index(
                fields=["etablissement", "fin"],
                name="habilitations_referents_de",
                include=["debut", "profil", "user"],
                condition=LIVING & Q(domaine=Domaine.ADMINISTRATION),
            ),
            models.Index(fields=["unite", "fin"], name="habilitations_unite", condition=LIVING),
            models.Index(fields=["lot"], name="habilitations_lot"),
            # The référents of the whole country, a few thousand, looked over each quarter of an hour.
            models.Index(
                fields=["niveau", "fin"],
                name="habilitations_referents",
                condition=LIVING & Q(domaine=Domaine.ADMINISTRATION),
            ),
            # For an account that goes again, opened by an import that is undone: who refers to it.
            models.Index(fields=["granted_by"], name="habilitations_granted_by"),
            models.Index(
                fields=["revoked_by"],
                name="habilitations_revoked_by",
                condition=Q(revoked_by__isnull=False),
            ),
            # What one closing ended, to the microsecond.
            models.Index(
                fields=["revoked_at"],
                name="habilitations_revoked_at",
                condition=Q(revoked_at__isnull=False),
            ),
            # The platforms of the TND, a few hundred, for a page that anybody may open.
            models.Index(
                fields=["fin", "etablissement"],
                name="habilitations_tnd",
                condition=LIVING & Q(domaine=Domaine.TND),
            ),
            # For a whole coordination: read in order, and filtered inside the index.
            models.Index(
                fields=["coordination", "nom_tri", "id"],
                name="habilitations_coord_nom",
                include=[
                    "debut",
                    "fin",
                    "domaine",
                    "profil",
                    "etablissement",
                    "unite",
                    "user",
                    "reviewed_on",
                ],
                condition=LIVING,
            ),
            models.Index(
                fields=["coordination", "domaine", "profil", "nom_tri", "id"],
                name="habilitations_coord_profil",
                include=["debut", "fin", *INCLUDED],
                condition=LIVING,
            ),
            models.Index(
                fields=["coordination", "fin", "id"],
                name="habilitations_coord_fin",
                include=["debut", "domaine", "profil", *INCLUDED],
                condition=LIVING,
            ),
        ]

    def __str__(self):
        return f"{self.user} : {self.profil} ({self.lieu_key})"

    @property
    def le_profil(self) -> Profil:
        return PROFILS[self.profil]

    @property
    def intitule(self) -> str:
        """What it is, as messages name it: profile, unit and établissement."""
        return f"{self.le_profil}, {self.lieu}"

    @property
    def is_living(self) -> bool:
        return self.revoked_at is None


class DroitPersonnalise(models.Model):
    """What a habilitation gives otherwise than its profile (HAB-3)."""

    habilitation = models.ForeignKey(Habilitation, models.CASCADE, related_name="droits", db_index=False)
    domaine = models.CharField("domaine", max_length=20, blank=True)
    droit = models.CharField("droit", max_length=30, choices=Droit)
    mode = models.CharField("mode", max_length=10, choices=list(NAMES.items()))

    class Meta:
        verbose_name = "droit personnalisé"
        verbose_name_plural = "droits personnalisés"
        constraints = [
            models.UniqueConstraint(
                fields=["habilitation", "domaine", "droit"],
                name="habilitations_droit_once",
                violation_error_code="droits",
                violation_error_message="Ce droit est déjà personnalisé.",
            )
        ]

    def __str__(self):
        return f"{self.domaine} {self.droit} : {self.mode}"
