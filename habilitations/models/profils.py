"""Which profiles were in force, from when: they are code, and a deployment changes them."""

from django.db import models


class VersionProfil(models.Model):
    """`definition` as `profils.described` says it, empty when withdrawn; the newest one is in force."""

    code = models.CharField("profil", max_length=40)
    version = models.PositiveIntegerField("version")
    definition = models.JSONField("définition", default=dict, blank=True)
    since = models.DateTimeField("depuis")

    class Meta:
        verbose_name = "version d’un profil"
        verbose_name_plural = "versions des profils"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="habilitations_versionprofil_once",
                violation_error_message="Cette version du profil est déjà notée.",
            )
        ]

    def __str__(self):
        return f"{self.code}, version {self.version}"
