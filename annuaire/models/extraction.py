"""The national extraction's lines, and what was taken in (ANN-5)."""

from django.db import models
from django.db.models import Case, Func, Q, When

from annuaire.models.professionnels import CIVIL, MEDECIN, MILITARY

IS_MEDECIN = Q(profession=MEDECIN, categorie__in=[CIVIL, MILITARY])


class Cle(Func):
    """Upper case, no accent, no space, hyphen or apostrophe: «N'Diaye» and «NDIAYE» are one key."""

    function = "norm_cle"
    arity = 1
    output_field = models.TextField(db_collation="C")


def cle(field: str) -> models.GeneratedField:
    """The search key of a field, for médecins only; null for the others, five lines in six."""
    expression = Case(When(profession=MEDECIN, then=Cle(field)), output_field=Cle.output_field)
    return models.GeneratedField(
        expression=expression, output_field=Cle.output_field, db_persist=True, null=True
    )


class ActiviteQuerySet(models.QuerySet):
    def medecins(self):
        """The same condition as in the partial indexes, so that PostgreSQL uses them."""
        return self.filter(IS_MEDECIN)

    def of(self, idnat: str):
        """A person's lines, the most complete first: as a médecin, with a specialité, with a place."""
        return sorted(self.filter(idnat=idnat).order_by("empreinte"), key=lambda line: line.rank)


class Activite(models.Model):
    """A line of the national extraction: an activity of a person (ANN-5); no phone, no e-mail."""

    empreinte = models.UUIDField("MD5 de la ligne", primary_key=True)
    idnat = models.CharField("identification nationale", max_length=40, db_collation="C")
    nom = models.TextField("nom d’exercice")
    prenom = models.TextField("prénom d’exercice")
    profession = models.TextField("code de profession (TRE_G15)")
    categorie = models.TextField("catégorie professionnelle (TRE_R09)")
    savoir_faire_type = models.TextField("type de savoir-faire (TRE_R04)")
    savoir_faire = models.TextField("code du savoir-faire")
    savoir_faire_label = models.TextField("savoir-faire")
    mode = models.TextField("mode d’exercice (TRE_R23)")
    finess = models.TextField("numéro FINESS du site")
    structure = models.TextField("identifiant technique de la structure")
    raison_sociale = models.TextField("raison sociale")
    numero_voie = models.TextField("numéro dans la voie")
    indice_voie = models.TextField("indice de répétition")
    type_voie = models.TextField("type de voie")
    voie = models.TextField("voie")
    code_postal = models.TextField("code postal", db_collation="C")
    commune = models.TextField("commune")
    secteur = models.TextField("secteur d’activité (TRE_R02)")
    nom_cle = cle("nom")
    prenom_cle = cle("prenom")
    commune_cle = cle("commune")

    objects = ActiviteQuerySet.as_manager()

    class Meta:
        verbose_name = "activité"
        indexes = [
            models.Index("idnat", name="annuaire_activite_idnat"),
            models.Index("nom_cle", "prenom_cle", "idnat", name="annuaire_medecin_nom", condition=IS_MEDECIN),
            models.Index(
                "code_postal",
                "nom_cle",
                "prenom_cle",
                "idnat",
                name="annuaire_medecin_cp",
                condition=IS_MEDECIN,
            ),
        ]

    def __str__(self):
        return f"{self.prenom} {self.nom}"

    @property
    def is_medecin(self) -> bool:
        return self.profession == MEDECIN and self.categorie in (CIVIL, MILITARY)

    @property
    def specialite(self) -> str:
        return self.savoir_faire_label

    @property
    def adresse(self) -> str:
        return " ".join(filter(None, (self.numero_voie, self.indice_voie, self.type_voie, self.voie)))

    @property
    def rank(self) -> tuple:
        """The sort key among a person's lines: the smallest represents him, in any order of the file."""
        is_specialite = self.savoir_faire_type == "S"  # TRE_R04
        return not self.is_medecin, not is_specialite, not self.code_postal, self.specialite, self.code_postal


class ImportRun(models.Model):
    """A national extraction that was taken in; a refused one changes nothing and leaves no row."""

    class Status(models.TextChoices):
        FIRST = "first", "premier chargement"
        REFRESHED = "refreshed", "mise à jour"
        UNCHANGED = "unchanged", "sans changement"

    file_name = models.CharField("fichier", max_length=255)
    extraction_date = models.DateField("date de l’extraction")
    sha256 = models.CharField("empreinte du fichier", max_length=64)
    layout = models.CharField("empreinte de l’en-tête", max_length=32)
    lines = models.PositiveIntegerField("lignes lues")
    duplicates = models.PositiveIntegerField("lignes en double")
    added = models.PositiveIntegerField("lignes ajoutées")
    removed = models.PositiveIntegerField("lignes retirées")
    persons = models.PositiveIntegerField("personnes")
    persons_vanished = models.PositiveIntegerField("personnes disparues")
    started_at = models.DateTimeField("commencé le")
    finished_at = models.DateTimeField("fini le")
    seconds = models.FloatField("durée en secondes")
    status = models.CharField("résultat", max_length=10, choices=Status)
    by = models.CharField("lancé par", max_length=100)
    accept_loss = models.BooleanField("disparitions acceptées", default=False)

    class Meta:
        verbose_name = "import de l’annuaire national"
        verbose_name_plural = "imports de l’annuaire national"

    def __str__(self):
        return self.file_name
