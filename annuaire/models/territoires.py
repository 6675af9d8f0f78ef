"""The territory of the year: départements, EPCI, communes, and codes of former ones (docs/adr/0057).

Keys are the codes of the COG (EPCI: SIREN). Nothing is deleted: what a new year leaves out is `disparu_en`.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Func, Q, Value

from annuaire.models.extraction import Cle
from annuaire.models.positions import Positionne, PositionneQuerySet


def code(name: str, length: int) -> models.CharField:
    return models.CharField(name, max_length=length, primary_key=True, db_collation="C")


def cle() -> models.GeneratedField:
    """What is searched: «L’Haÿ-les-Roses» and «LHAYLESROSES» are one."""
    return models.GeneratedField(expression=Cle("nom"), output_field=Cle.output_field, db_persist=True)


class Departement(models.Model):
    """Or a collectivité d’outre-mer, which is its own region in the COG."""

    code = code("code du département (COG)", 3)
    nom = models.CharField("nom", max_length=100)
    cle = cle()
    region = models.ForeignKey(
        "annuaire.Region", models.PROTECT, related_name="departements", verbose_name="région"
    )

    class Meta:
        verbose_name = "département"

    def __str__(self):
        return f"{self.nom} ({self.code})"


class Epci(models.Model):
    """À fiscalité propre: communauté de communes, d’agglomération, urbaine, métropole."""

    code = code("numéro SIREN", 9)
    nom = models.CharField("nom", max_length=200)
    cle = cle()
    nature = models.CharField("nature", max_length=10)
    disparu_en = models.PositiveSmallIntegerField("absent depuis le COG de", null=True, blank=True)

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"
        indexes = [models.Index("cle", name="annuaire_epci_cle")]

    def __str__(self):
        return self.nom


class Vivante(Func):
    """The living commune of a code, as SQL: the one home of what follows from mergers."""

    function = "annuaire_commune_vivante"
    arity = 1
    output_field = models.CharField()


class CommuneQuerySet(PositionneQuerySet):
    def living(self):
        return self.filter(disparu_en=None)

    def called(self, code: str):
        """The living commune that this code means, also when it is that of a former one, or of a part."""
        return self.living().filter(pk=Vivante(Value(code)))


class Commune(Positionne):
    """`remplacee_par`: the living commune that took in one that has disappeared, None when nobody knows."""

    class Origine(models.TextChoices):
        """Where its position comes from."""

        FINESS = "finess", "médiane de ses établissements"
        EPCI = "epci", "médiane de son EPCI"

    code = code("code de la commune (COG)", 5)
    nom = models.CharField("nom", max_length=100)
    cle = cle()
    codes_postaux = ArrayField(
        models.CharField(max_length=5), default=list, blank=True, verbose_name="codes postaux"
    )
    population = models.PositiveIntegerField("population municipale", null=True, blank=True)
    departement = models.ForeignKey(
        Departement, models.PROTECT, related_name="communes", verbose_name="département", db_index=False
    )
    epci = models.ForeignKey(
        Epci,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="communes",
        verbose_name="EPCI",
        db_index=False,
    )
    position_origine = models.CharField("origine de la position", max_length=6, choices=Origine, blank=True)
    disparu_en = models.PositiveSmallIntegerField("absente depuis le COG de", null=True, blank=True)
    remplacee_par = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="remplace",
        verbose_name="remplacée par",
        db_index=False,
    )

    objects = CommuneQuerySet.as_manager()

    class Meta(Positionne.Meta):
        verbose_name = "commune"
        constraints = [
            *Positionne.Meta.constraints,
            models.CheckConstraint(
                name="annuaire_commune_position_origine",
                condition=Q(position_origine="", latitude=None)
                | (~Q(position_origine="") & ~Q(latitude=None)),
                violation_error_code="position_origine",
                violation_error_message="Une position dit d’où elle vient.",
            ),
            models.CheckConstraint(
                name="annuaire_commune_remplacee_quand_disparue",
                condition=Q(remplacee_par=None) | Q(disparu_en__isnull=False),
                violation_error_code="remplacee_par",
                violation_error_message="Seule une commune disparue peut être remplacée.",
            ),
        ]
        indexes = [
            models.Index("cle", name="annuaire_commune_cle"),
            models.Index("departement", name="annuaire_commune_departement"),
            models.Index("epci", name="annuaire_commune_epci"),
            models.Index(
                "remplacee_par", name="annuaire_commune_remplacee", condition=Q(remplacee_par__isnull=False)
            ),
            GinIndex(OpClass("cle", "gin_trgm_ops"), name="annuaire_commune_trigrammes"),
            GinIndex("codes_postaux", name="annuaire_commune_codes"),
        ]

    def __str__(self):
        return f"{self.nom} ({self.departement_id})"


class CommuneAncienne(models.Model):
    """A code that is no commune of today, or a name that is part of one: which living commune is it in?

    A commune déléguée may have the code of its commune; a code that is only known to be old has no name.
    """

    class Nature(models.TextChoices):
        DELEGUEE = "deleguee", "commune déléguée"
        ASSOCIEE = "associee", "commune associée"
        ARRONDISSEMENT = "arrondissement", "arrondissement municipal"
        ANCIENNE = "ancienne", "ancienne commune"

    code = code("code (COG)", 5)
    nom = models.CharField("nom", max_length=100, blank=True)
    cle = cle()
    nature = models.CharField("nature", max_length=14, choices=Nature)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="anciennes", db_index=False)

    class Meta:
        verbose_name = "ancienne commune"
        verbose_name_plural = "anciennes communes"
        indexes = [
            models.Index("cle", name="annuaire_communeancienne_cle"),
            models.Index("commune", name="annuaire_communeancienne_de"),
        ]

    def __str__(self):
        return self.nom or self.code


class Millesime(models.Model):
    """A year of the COG that was loaded; loading the same again leaves no row."""

    annee = models.PositiveSmallIntegerField("année du COG")
    version = models.CharField("version du paquet", max_length=20)
    sha256 = models.CharField("empreinte du fichier", max_length=64)
    communes = models.PositiveIntegerField("communes")
    epci = models.PositiveIntegerField("EPCI")
    ecrites = models.PositiveIntegerField("lignes écrites")
    charge_le = models.DateTimeField("chargé le")

    class Meta:
        verbose_name = "millésime du territoire"
        verbose_name_plural = "millésimes du territoire"

    def __str__(self):
        return f"COG {self.annee}"
