"""Views of a dashboard that a person has kept (DOS-4): filters of an address, which name nobody."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

TITRE_MAX = 60


class VueEnregistreeQuerySet(models.QuerySet):
    def of(self, user: int, tableau: str = ""):
        """In the order of their titles; of all dashboards, or of one."""
        mine = self.filter(user=user, **({"tableau": tableau} if tableau else {}))
        return mine.order_by("tableau", Lower("titre"), "pk")


class VueEnregistree(models.Model):
    """What `reads.tableaux.pages.Choix` holds, of one dashboard; `defaut`: shown when none is asked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    tableau = models.CharField("tableau", max_length=20)
    titre = models.CharField("nom de la vue", max_length=TITRE_MAX)
    vue = models.CharField("compteur", max_length=20)
    qui = models.CharField("périmètre", max_length=30, blank=True)
    orientation = models.CharField("orientation", max_length=10, blank=True)
    tri = models.CharField("tri", max_length=10, blank=True)
    defaut = models.BooleanField("affichée d’abord", default=False)
    created_at = models.DateTimeField("enregistrée le", db_default=Now(), editable=False)

    objects = VueEnregistreeQuerySet.as_manager()

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        constraints = [
            models.UniqueConstraint(
                "user",
                "tableau",
                Lower("titre"),
                name="demandes_vue_titre",
                violation_error_code="titre",
                violation_error_message="Une de vos vues de ce tableau porte déjà ce nom.",
            ),
            models.UniqueConstraint(
                fields=["user", "tableau"],
                condition=Q(defaut=True),
                name="demandes_vue_defaut",
                violation_error_message="Une seule vue s’affiche d’abord.",
            ),
        ]

    def __str__(self):
        return self.titre
