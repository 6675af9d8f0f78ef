"""A closing, kept with what became of all that hung there; taken back whole for thirty days (ANN-7)."""

import uuid
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from annuaire.models.etablissements import Etablissement
from annuaire.models.lieux import Lieu
from annuaire.models.unites import Guichet, Unite
from viatraj.core.typography import grouped, plural

RENDUE = timedelta(days=30)  # what ended is given back for as long


class FermetureQuerySet(models.QuerySet):
    def at_work(self):
        """Those of which a worker still settles a part."""
        return self.filter(etat__in=Fermeture.AT_WORK)

    def of(self, structure):
        return self.filter(**{structure.niveau: structure})

    def with_structure(self):
        return self.select_related(
            "par",
            "etablissement__coordination",
            "etablissement__replaced_by__coordination",
            "unite__etablissement__coordination",
            "unite__replaced_by__etablissement__coordination",
            "guichet__coordination",
            "guichet__etablissement",
            "guichet__replaced_by__coordination",
            "guichet__replaced_by__etablissement",
        )


class Fermeture(models.Model):
    """Settled in its own transaction or, where much hangs there, by a worker, slice after slice.

    `suivis`, `finis`: how many rows went along, or ended, by the sentence that says it.
    """

    class Etat(models.TextChoices):
        EN_COURS = "en_cours", "Fermeture en cours"
        FAITE = "faite", "Fermée"
        REOUVERTURE = "reouverture", "Réouverture en cours"
        ROUVERTE = "rouverte", "Rouverte"

    AT_WORK = (Etat.EN_COURS, Etat.REOUVERTURE)

    cle = models.UUIDField("clé", default=uuid.uuid4, unique=True, editable=False)
    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, null=True, blank=True, related_name="fermetures", db_index=False
    )
    unite = models.ForeignKey(
        Unite, models.PROTECT, null=True, blank=True, related_name="fermetures", db_index=False
    )
    guichet = models.ForeignKey(
        Guichet, models.PROTECT, null=True, blank=True, related_name="fermetures", db_index=False
    )
    on = models.DateField("fermée le")
    le = models.DateTimeField("enregistrée le")  # to the microsecond: what it ended bears the same instant
    follows = models.BooleanField("ce qui y est rattaché suit", default=False)
    reunit = models.BooleanField("avec ses unités", default=False)
    below = models.JSONField("fermé en même temps", default=list, blank=True)
    guichets = models.JSONField("guichets quittés", default=list, blank=True)
    etat = models.CharField("état", max_length=11, choices=Etat, default=Etat.FAITE)
    total = models.PositiveIntegerField("lignes à régler", default=0)
    fait = models.PositiveIntegerField("lignes réglées", default=0)
    suivis = models.JSONField(default=list, blank=True)
    finis = models.JSONField(default=list, blank=True)
    # Who acts, and by which right: what the worker does is journalled as his.
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
        db_index=False,
    )
    auteur = models.JSONField("contexte de l’auteur", default=dict, encoder=DjangoJSONEncoder, editable=False)
    rouverte_le = models.DateTimeField("rouverte le", null=True, blank=True)

    objects = FermetureQuerySet.as_manager()

    class Meta:
        verbose_name = "fermeture"
        constraints = [
            models.CheckConstraint(
                name="annuaire_fermeture_structure",
                condition=Q(etablissement__isnull=False, unite=None, guichet=None)
                | Q(etablissement=None, unite__isnull=False, guichet=None)
                | Q(etablissement=None, unite=None, guichet__isnull=False),
                violation_error_message="Une fermeture est celle d’une seule structure.",
            ),
            models.CheckConstraint(
                name="annuaire_fermeture_rouverte",
                condition=Q(etat__in=["en_cours", "faite"], rouverte_le=None)
                | Q(etat__in=["reouverture", "rouverte"], rouverte_le__isnull=False),
                violation_error_message="Une structure se rouvre à une date.",
            ),
        ]
        indexes = [
            models.Index(
                fields=[name],
                name=f"annuaire_fermeture_{name[:5]}",
                condition=Q(**{f"{name}__isnull": False}),
            )
            for name in ("etablissement", "unite", "guichet")
        ] + [
            models.Index(
                fields=["etat"],
                name="annuaire_fermeture_at_work",
                condition=Q(etat__in=["en_cours", "reouverture"]),
            )
        ]

    def __str__(self):
        return f"{Lieu.of(self.structure)}, {self.on:%d/%m/%Y}"

    @property
    def structure(self) -> Etablissement | Unite | Guichet:
        return self.etablissement or self.unite or self.guichet  # type: ignore[return-value]

    @property
    def is_at_work(self) -> bool:
        return self.etat in self.AT_WORK

    @property
    def suivi(self) -> list[str]:
        return _said(self.suivis)

    @property
    def fini(self) -> list[str]:
        return _said(self.finis)

    def add(self, suivis: Counter, finis: Counter) -> None:
        self.suivis = _sum(self.suivis, suivis)
        self.finis = _sum(self.finis, finis)

    def may_be_given_back(self, now) -> bool:
        """All that it ended; later, référents give rights anew."""
        return self.etat == self.Etat.FAITE and now < self.le + RENDUE


def _sum(known: list, more: Counter) -> list:
    """Pairs, because JSON of PostgreSQL keeps no order of keys."""
    total = Counter(dict(known))
    total.update(more)
    return [[phrase, count] for phrase, count in total.items()]


def _said(counts: list) -> list[str]:
    """«1 001 habilitations suivent», of («habilitation suit,habilitations suivent», 1001)."""
    return [f"{grouped(count)} {plural(count, phrase)}" for phrase, count in counts if count]
