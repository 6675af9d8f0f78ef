"""What an établissement and a unit have alike: a sheet, whose each value has an origin and a date (ANN-2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q

from annuaire.origines import Origine


class IsObject(Func):
    """Of a JSON column."""

    template = "jsonb_typeof(%(expressions)s) = 'object'"
    output_field = models.BooleanField()


class Holds(Func):
    """Of a JSON column and a path of PostgreSQL: something is there."""

    template = "jsonb_path_exists(%(expressions)s::jsonpath)"
    output_field = models.BooleanField()


def said(code: str) -> Holds:
    """A value that `fiche` keeps."""
    return Holds("fiche", models.Value(f'$.{code} ? (@ != "")'))


class Fiche(models.Model):
    """`fiche`: values by code of field, as `annuaire.fiches` keeps them, those that have no column.

    `origines`: by code, `[origine, "2026-11-29"]`, of every value that somebody or some feeder has said.
    `textes_source`: by code, the feeder’s own text, shown beside ours as a hint (rows 13, 14, 35).
    """

    fiche = models.JSONField("fiche", default=dict, blank=True)
    origines = models.JSONField("origines", default=dict, blank=True, editable=False)
    textes_source = models.JSONField("textes du répertoire", default=dict, blank=True, editable=False)
    verifiee_le = models.DateTimeField("fiche vérifiée le", null=True, blank=True)
    verifiee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="vérifiée par",
        db_index=False,
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_fiche",
                condition=Q(IsObject("fiche"), IsObject("origines"), IsObject("textes_source")),
                violation_error_message="Une fiche se compose de champs.",
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_verifiee",
                condition=Q(verifiee_le=None, verifiee_par=None)
                | Q(verifiee_le__isnull=False, verifiee_par__isnull=False),
                violation_error_message="Une vérification a une date et un auteur.",
            ),
        ]

    def origine(self, code: str) -> str:
        """Who has said this value last; empty when nobody has."""
        return self.origines.get(code, ("", ""))[0]

    def since(self, code: str) -> str:
        """The day of it, as ISO writes it."""
        return self.origines.get(code, ("", ""))[1]


class ModificationQuerySet(models.QuerySet):
    def of(self, structure):
        return self.filter(**{structure.niveau: structure})


class Modification(models.Model):
    """One field of one sheet, before and after, by whom or by which feeder; never changed (ANN-2)."""

    append_only = True

    etablissement = models.ForeignKey(
        "annuaire.Etablissement", models.PROTECT, null=True, related_name="+", db_index=False
    )
    unite = models.ForeignKey("annuaire.Unite", models.PROTECT, null=True, related_name="+", db_index=False)
    champ = models.CharField("champ", max_length=40)
    avant = models.JSONField("avant", null=True)
    apres = models.JSONField("après", null=True)
    origine = models.CharField("origine", max_length=6, choices=Origine)
    le = models.DateTimeField("le")
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="par",
        db_index=False,
    )
    flux = models.CharField("flux", max_length=100, blank=True)

    objects = ModificationQuerySet.as_manager()

    class Meta:
        verbose_name = "modification d’une fiche"
        verbose_name_plural = "modifications de fiches"
        constraints = [
            models.CheckConstraint(
                name="annuaire_modification_structure",
                condition=Q(etablissement=None, unite__isnull=False)
                | Q(etablissement__isnull=False, unite=None),
                violation_error_message="Une modification est celle d’un établissement ou d’une unité.",
            ),
            models.CheckConstraint(
                name="annuaire_modification_source",
                condition=Q(origine=Origine.LOCAL, par__isnull=False, flux="")
                | Q(origine__in=[Origine.ROR, Origine.FINESS], par=None) & ~Q(flux=""),
                violation_error_message="Une modification vient d’une personne ou d’un répertoire.",
            ),
        ]
        indexes = [
            models.Index(
                "etablissement",
                "champ",
                F("id").desc(),
                name="annuaire_modif_etablissement",
                condition=Q(etablissement__isnull=False),
            ),
            models.Index(
                "unite",
                "champ",
                F("id").desc(),
                name="annuaire_modif_unite",
                condition=Q(unite__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.champ}, {self.le:%d/%m/%Y}"
