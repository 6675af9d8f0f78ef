"""Tables made from the extraction for the search: surnames and places, each once (ANN-5, docs/adr/0028)."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models


def key(name: str) -> models.TextField:
    return models.TextField(name, db_collation="C")


class Patronyme(models.Model):
    """A way to type the surname of médecins: whole, one of its parts, or its parts the other way round."""

    forme = key("ce qui est saisi")
    sons = key("comme on l’entend")
    nom_cle = key("clé du nom d’exercice")
    nom = models.TextField("nom d’exercice")
    entier = models.BooleanField("le nom entier")
    lignes = models.PositiveIntegerField("lignes de médecins de ce nom")

    class Meta:
        indexes = [
            models.Index("forme", name="annuaire_patronyme_forme"),
            models.Index("sons", name="annuaire_patronyme_sons"),
            models.Index("nom_cle", name="annuaire_patronyme_nom"),
            GinIndex(OpClass("forme", "gin_trgm_ops"), name="annuaire_patronyme_trigrammes"),
        ]

    def __str__(self):
        return self.nom


class Localite(models.Model):
    """A code postal and commune of médecins; `ville` is the ordinary town, of a CEDEX too."""

    code_postal = key("code postal")
    commune_cle = key("clé de la commune")
    commune = models.TextField("commune")
    ville = key("clé de la ville, sans CEDEX")
    cedex = models.BooleanField("code CEDEX")

    class Meta:
        verbose_name = "localité"
        indexes = [
            models.Index("code_postal", name="annuaire_localite_code"),
            models.Index("ville", name="annuaire_localite_ville"),
        ]

    def __str__(self):
        return f"{self.code_postal} {self.commune}".strip()
