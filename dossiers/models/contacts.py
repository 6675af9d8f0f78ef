"""The three contacts of a unit that asks, offered again at its next dossier (DOS-3)."""

from django.db import models
from django.db.models.functions import Now

from annuaire.models import Unite


class ContactsUnite(models.Model):
    """Professionals, no patient: as the last volet «service demandeur» of the unit said."""

    unite = models.OneToOneField(Unite, models.CASCADE, related_name="+", verbose_name="unité")
    contacts = models.JSONField("contacts", default=list)
    updated_at = models.DateTimeField("modifié le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "contacts d’une unité"
        verbose_name_plural = "contacts des unités"

    def __str__(self):
        return f"contacts de l’unité {self.unite_id}"
