"""Files of outside that were taken in, besides the national extraction: FINESS, ADELI → RPPS (ANN-7)."""

from django.db import models

from annuaire.models.etablissements import Etablissement


class Flux(models.Model):
    """A refused file changes nothing and leaves no row. `bilan`: what was done and left out, by word."""

    class Genre(models.TextChoices):
        FINESS = "finess", "FINESS"
        ADELI = "adeli", "correspondances ADELI → RPPS"

    genre = models.CharField("genre", max_length=10, choices=Genre)
    file_name = models.CharField("fichier", max_length=255)
    jour = models.DateField("date du fichier", null=True, blank=True)
    format = models.CharField("format", max_length=40)
    sha256 = models.CharField("empreinte du fichier", max_length=64)
    lignes = models.PositiveIntegerField("lignes lues")
    bilan = models.JSONField("bilan", default=dict)
    accept_loss = models.BooleanField("disparitions acceptées", default=False)
    started_at = models.DateTimeField("commencé le")
    seconds = models.FloatField("durée en secondes")
    by = models.CharField("lancé par", max_length=100)

    class Meta:
        verbose_name = "flux pris en compte"
        verbose_name_plural = "flux pris en compte"

    def __str__(self):
        return self.file_name


class Ecart(models.Model):
    """Where an open établissement and the last FINESS do not agree (ANN-8); it goes as soon as they do.

    `champ`: a field of the sheet, `dit` what FINESS says of it; or FERME, and since when; or ABSENT.
    """

    FERME, ABSENT = "ferme", "absent"

    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, related_name="ecarts", verbose_name="établissement", db_index=False
    )
    champ = models.CharField("champ", max_length=40)
    dit = models.CharField("d’après FINESS", max_length=200, blank=True)

    class Meta:
        verbose_name = "écart avec FINESS"
        verbose_name_plural = "écarts avec FINESS"
        constraints = [
            models.UniqueConstraint(
                fields=["etablissement", "champ"],
                name="annuaire_ecart_once",
                violation_error_message="Cet écart est déjà noté.",
            )
        ]

    def __str__(self):
        return f"{self.etablissement_id} : {self.champ}"
