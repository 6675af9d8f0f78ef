"""The place of a row: a structure or the whole country, and which of its columns the row copies."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Cast, Concat

from annuaire.models.etablissements import Etablissement
from annuaire.models.structures import Coordination, Region
from annuaire.models.unites import Guichet, Unite
from viatraj.core.actor import Place
from viatraj.core.droits import Niveau

MODELS = {
    Niveau.REGION: Region,
    Niveau.COORDINATION: Coordination,
    Niveau.ETABLISSEMENT: Etablissement,
    Niveau.GUICHET: Guichet,
    Niveau.UNITE: Unite,
}


@dataclass(frozen=True)
class Lieu:
    """`row` is None for the whole country."""

    niveau: Niveau
    row: Region | Coordination | Etablissement | Guichet | Unite | None = None

    @classmethod
    def of(cls, row) -> "Lieu":
        return cls(next(niveau for niveau, model in MODELS.items() if isinstance(row, model)), row)

    @property
    def place(self) -> Place:
        return self.row.place if self.row else Place()

    @property
    def columns(self) -> dict[str, int | None]:
        """Values for a row at this place: the place and all above it, so that lists need no join."""
        return {f"{name}_id": getattr(self.place, name) for name in COLUMNS}

    @property
    def modules(self) -> list[str] | None:
        """Domaines that the coordination has deployed; None where there is no coordination to ask."""
        if self.row is None or self.niveau == Niveau.REGION:
            return None
        coordination = self.row if self.niveau == Niveau.COORDINATION else None
        if self.niveau == Niveau.UNITE:
            coordination = self.row.etablissement.coordination
        return (coordination or self.row.coordination).modules

    @property
    def is_closed(self) -> bool:
        if self.niveau == Niveau.UNITE and self.row.etablissement.closed_at:
            return True
        return getattr(self.row, "closed_at", None) is not None

    @property
    def key(self) -> str:
        """As the column `lieu_key` of a row that lies here."""
        return f"{self.niveau}:{self.row.pk if self.row else ''}"

    @property
    def nom(self) -> str:
        """Its own alone, only where its établissement stands beside it."""
        return self.row.nom if self.row else "France entière"

    @property
    def above(self) -> Etablissement | None:
        """The établissement of a unit or of a guichet."""
        return getattr(self.row, "etablissement", None)

    @property
    def name_inside(self) -> str:
        """In a list of what one établissement has, itself among it."""
        return "Tout l’établissement" if self.niveau == Niveau.ETABLISSEMENT else self.nom

    @property
    def heading(self) -> str:
        """In a list of many: its établissement, or its level."""
        if self.niveau == Niveau.ETABLISSEMENT:
            return self.nom
        return str(self.above or Niveau(self.niveau).label)

    @property
    def depth(self) -> int:
        return list(Niveau).index(self.niveau)

    def __str__(self) -> str:
        """As mails, lists, messages and the journal name it: a unit says little without its établissement."""
        return f"{self.nom}, {self.above}" if self.above else self.nom


COLUMNS = ("region", "coordination", "etablissement", "guichet", "unite")
# What is filled at each level: the place itself, and what lies above it. True: always; None: sometimes.
FILLED: dict[str, dict[str, bool | None]] = {
    Niveau.NATIONAL: {},
    Niveau.REGION: {"region": True},
    Niveau.COORDINATION: {"region": True, "coordination": True},
    Niveau.ETABLISSEMENT: {"region": True, "coordination": True, "etablissement": True},
    Niveau.GUICHET: {"region": True, "coordination": True, "etablissement": None, "guichet": True},
    Niveau.UNITE: {"region": True, "coordination": True, "etablissement": True, "unite": True},
}


def filled_as_the_level_says() -> Q:
    rule = Q(pk__in=[])
    for niveau, filled in FILLED.items():
        here = Q(niveau=niveau.value)
        for name in COLUMNS:
            wanted = filled.get(name, False)
            if wanted is not None:
                here &= Q(**{f"{name}__isnull": not wanted})
        rule |= here
    return rule


def _lieu() -> Case:
    """`unite:12`, `national:`: one text, because rows with NULL would escape the exclusion constraint."""
    whens = [
        When(
            niveau=niveau.value,
            then=Concat(Value(f"{niveau.value}:"), Cast(niveau.value, models.TextField())),
        )
        for niveau in MODELS
    ]
    return Case(*whens, default=Value("national:"), output_field=models.TextField())


NAMED = ("region", "coordination", "etablissement", "guichet__etablissement", "unite__etablissement")


class AtLieuQuerySet(models.QuerySet):
    columns = {name: f"{name}_id" for name in COLUMNS}

    def with_lieu(self):
        """With its place loaded, so that naming it takes no query for each row."""
        return self.select_related(*NAMED)


class AtLieu(models.Model):
    """`region` … `unite`: the place and what lies above it, copied so that lists need no join.

    A trigger of each table reads the copies in the directory as it stands; `actions.move` carries the rows.
    """

    niveau = models.CharField("niveau", max_length=15, choices=Niveau)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    coordination = models.ForeignKey(
        Coordination, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    guichet = models.ForeignKey(
        Guichet, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    unite = models.ForeignKey(Unite, models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    lieu_key = models.GeneratedField(expression=_lieu(), output_field=models.TextField(), db_persist=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_place",
                condition=filled_as_the_level_says(),
                violation_error_message="Le lieu ne correspond pas à son niveau.",
            ),
        ]

    @property
    def place(self) -> Place:
        return Place(**{name: getattr(self, f"{name}_id") for name in COLUMNS})

    @property
    def lieu(self) -> Lieu:
        return Lieu(Niveau(self.niveau), getattr(self, self.niveau) if self.niveau in COLUMNS else None)


def lying() -> list[type[AtLieu]]:
    """All models, of all apps, that inherit `AtLieu`."""
    return [model for model in apps.get_models() if issubclass(model, AtLieu) and not model._meta.proxy]
