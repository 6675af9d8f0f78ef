"""What lies at a place: columns that lists filter without a join."""

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Cast, Concat

from annuaire.models import Coordination, Etablissement, Guichet, Region, Unite
from habilitations.lieux import MODELS, Lieu
from viatraj.core.actor import Place
from viatraj.core.droits import Droit, Niveau

COLUMNS = ("region", "coordination", "etablissement", "guichet", "unite")
# What is filled at each level: the place itself, and what lies above it. True: always; None: sometimes.
FILLED = {
    Niveau.NATIONAL: {},
    Niveau.REGION: {"region": True},
    Niveau.COORDINATION: {"region": True, "coordination": True},
    Niveau.ETABLISSEMENT: {"region": True, "coordination": True, "etablissement": True},
    Niveau.GUICHET: {"region": True, "coordination": True, "etablissement": None, "guichet": True},
    Niveau.UNITE: {"region": True, "coordination": True, "etablissement": True, "unite": True},
}


def _filled_as_the_level_says() -> Q:
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
    """`unite:12`, `national:`: one text for the exclusion constraint, which a NULL would escape."""
    whens = [
        When(
            niveau=niveau.value,
            then=Concat(Value(f"{niveau.value}:"), Cast(niveau.value, models.TextField())),
        )
        for niveau in MODELS
    ]
    return Case(*whens, default=Value("national:"), output_field=models.TextField())


def within_perimeter(rights) -> Q:
    """Where the référent that these rights make gives habilitations (COM-8)."""
    return rights.within(Droit.HABILITATION, **{name: f"{name}_id" for name in COLUMNS if name != "guichet"})


class AtLieuQuerySet(models.QuerySet):
    """Of what a `user` holds, or asks for, at a place."""

    def of(self, user):
        return self.filter(user=user)

    def visible_to(self, actor):
        """To the référents of the place, and nobody else; one's own are on one's own pages (COM-8)."""
        if actor.is_acting:
            return self.none()
        return self.filter(within_perimeter(actor.rights))

    def with_lieu(self):
        """Ready to name its place, without a query a row."""
        return self.select_related(
            "region", "coordination", "etablissement", "guichet__etablissement", "unite__etablissement"
        )


class AtLieu(models.Model):
    """`region` … `unite`: the place and what lies above it, copied so that lists need no join."""

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
                condition=_filled_as_the_level_says(),
                violation_error_message="Le lieu ne correspond pas à son niveau.",
            ),
        ]

    @property
    def place(self) -> Place:
        return Place(self.region_id, self.coordination_id, self.etablissement_id, self.unite_id)

    @property
    def lieu(self) -> Lieu:
        return Lieu(Niveau(self.niveau), getattr(self, self.niveau) if self.niveau in COLUMNS else None)
