"""People of the directory whom somebody refers to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

MEDECIN = "10"  # TRE_G15
CIVIL, MILITARY = "C", "M"  # TRE_R09; a student is a line with profession 10 too


class Professionnel(models.Model):
    """Somebody whom a délégation or a dossier refers to, with or without an account; never deleted."""

    idnat = models.CharField("identification nationale", max_length=40, unique=True)
    former_idnats = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    nom = models.TextField("nom")
    prenom = models.TextField("prénom", blank=True)
    profession = models.CharField("code de profession (TRE_G15)", max_length=10)
    categorie = models.CharField("catégorie professionnelle (TRE_R09)", max_length=10, blank=True)
    specialite = models.TextField("spécialité", blank=True)
    code_postal = models.TextField("code postal", blank=True)
    commune = models.TextField("commune", blank=True)
    vanished_at = models.DateTimeField("absent de l’annuaire national depuis le", null=True, blank=True)
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "professionnel"

    def __str__(self):
        return self.idnat

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip()

    @property
    def is_medecin(self) -> bool:
        return self.profession == MEDECIN and self.categorie in (CIVIL, MILITARY)

    @property
    def titre(self) -> str:
        """As written in sentences: «Dr Christine Leclercq» for a médecin."""
        return f"Dr {self.nom_complet}" if self.is_medecin else self.nom_complet
