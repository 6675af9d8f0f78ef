"""Each step of a demande: added to, never changed. Delays and statistics are counted here."""

from django.conf import settings
from django.db import models

from demandes.etats import Cote, Etat, Verbe
from demandes.models.demandes import Demande
from demandes.motifs import MOTIFS


class Transition(models.Model):
    """Kept by year (twenty, then one for all others): nothing points at it, so that a year may leave.

    `version`: of the demande once it is done. `lieu_key`: where it lay then. `texte` may say medical things:
    it is shown to the two sides of its demande, and goes neither into the journal nor into a letter.
    """

    pk = models.CompositePrimaryKey("demande", "version", "at")
    demande = models.ForeignKey(Demande, models.PROTECT, related_name="transitions", db_index=False)
    version = models.PositiveIntegerField("version")
    at = models.DateTimeField("le")
    verbe = models.CharField("verbe", max_length=20)
    cote = models.CharField("côté", max_length=10, choices=Cote)
    before = models.CharField("de l’état", max_length=12, choices=Etat, blank=True)
    after = models.CharField("à l’état", max_length=12, choices=Etat)
    motif = models.CharField("motif", max_length=12, blank=True)
    texte = models.TextField("texte", blank=True)
    lieu_key = models.TextField("lieu")
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    au_nom_de = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    quality = models.CharField("qualité", max_length=40, blank=True)

    append_only = True

    class Meta:
        verbose_name = "étape d’une demande"
        verbose_name_plural = "étapes de demandes"

    def __str__(self):
        return f"{self.demande_id} : {Verbe(self.verbe).label}"

    @property
    def motif_dit(self) -> str:
        return MOTIFS.get(self.motif, "")
