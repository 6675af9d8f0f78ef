"""The revue: what a référent may choose among, and the rows that answer (HAB-9)."""

from dataclasses import dataclass, fields
from datetime import datetime, time
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, Func, Q
from django.utils import timezone

from annuaire.models import Coordination, Etablissement, Lieu, Unite
from habilitations.models import SORTS, Habilitation
from habilitations.profils import PROFILS, Profil, of_domaine
from habilitations.reads import campagnes, referents
from habilitations.reads.echeances import ending_soon
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine, Droit, Mode, Niveau
from viatraj.core.periods import add_months

LISTED = 200  # structures in the drop-down; past that, a part of the name is asked for
DORMANT_MONTHS = 6
ABOVE = "0"  # in place of a coordination: held on regions, or on the whole country
VUES = {
    "": "Toutes",
    "mois": "Expirent sous un mois",
    "jamais": "Jamais connectés",
    "dormants": "Dormants",
    "referents": "Référents",
}
WIDE = (Niveau.COORDINATION, Niveau.REGION, Niveau.NATIONAL)


class NotVisible(Exception):
    """What the address names does not exist, or is not the actor's."""


@dataclass(frozen=True)
class Choix:
    """As the address says it."""

    domaine: str = ""
    coordination: str = ""
    nom: str = ""
    structure: str = ""
    unite: str = ""
    profil: str = ""
    vue: str = ""
    tri: str = "nom"

    @classmethod
    def of(cls, said) -> "Choix":
        names = [field.name for field in fields(cls)]
        return cls(**{name: said[name].strip() for name in names if said.get(name, "").strip()})


class Revue:
    """What one actor reviews on one day."""

    def __init__(self, actor: Actor, choix: Choix, *, today):
        self.actor, self.choix, self.today = actor, choix, today
        self.scopes = actor.rights.scopes(Droit.HABILITATION)
        self.domaine = _among(choix.domaine, Domaine.values)
        self.profil = _among(choix.profil, PROFILS)
        self.vue = _among(choix.vue, VUES)
        self.tri = _among(choix.tri.removeprefix("-"), SORTS)
        self.descending = choix.tri.startswith("-")
        self.coordination = self._coordination()
        # A structure chosen under another coordination is dropped.
        self.structure = self._structure()
        self.unite = self._unite()
        if self.profil and self.domaine and self.domaine not in PROFILS[self.profil].domaines:
            self.profil = ""

    # --- What may be chosen ---------------------------------------------------------------

    @property
    def is_wide(self) -> bool:
        return any(niveau in self.scopes for niveau in WIDE)

    @property
    def is_above(self) -> bool:
        return any(niveau in self.scopes for niveau in (Niveau.REGION, Niveau.NATIONAL))

    @cached_property
    def _given(self) -> list[Habilitation]:
        """His own habilitations that make him a référent."""
        sources = [one.source for one in self.actor.rights.giving(Droit.HABILITATION, mode=Mode.OUI)]
        pks = {one.habilitation_id for one in sources if one}
        return list(Habilitation.objects.filter(pk__in=pks).with_lieu().order_by("coordination__nom", "pk"))

    @property
    def places(self) -> list[Lieu]:
        """His real perimeter, whatever is chosen of it."""
        return (
            [Lieu(Niveau.NATIONAL)] if Niveau.NATIONAL in self.scopes else [one.lieu for one in self._given]
        )

    @cached_property
    def coordinations(self) -> list[Coordination]:
        """Where something of the actor's lies."""
        found = Coordination.objects.order_by("nom", "pk")
        if Niveau.NATIONAL in self.scopes:
            return list(found)
        mine = {one.coordination_id: one.coordination for one in self._given if one.coordination_id}
        if Niveau.REGION in self.scopes:
            return list(found.filter(Q(region__in=self._held(Niveau.REGION)) | Q(pk__in=mine)))
        return list(mine.values())

    def _coordination(self) -> Coordination | None:
        """A wide perimeter is reviewed one coordination at a time."""
        asked = self.choix.coordination
        if asked == ABOVE and self.is_above:
            return None
        if asked:
            return _row(asked, self.coordinations)
        if self.is_wide or len(self.coordinations) == 1:
            return next(iter(self.coordinations), None)
        return None

    @property
    def only_above(self) -> bool:
        """Held on regions, or on the whole country."""
        return self.choix.coordination == ABOVE and self.is_above

    @cached_property
    def structures(self) -> list[Etablissement]:
        """Of the coordination; cut past LISTED, see `structures_cut`."""
        if self.only_above:
            return []
        found = self._structures()
        if self.coordination:
            found = found.filter(coordination=self.coordination)
        if self.choix.nom:
            found = found.named(self.choix.nom)
        return list(found.order_by("nom", "pk")[: LISTED + 1])

    @property
    def structures_cut(self) -> bool:
        return len(self.structures) > LISTED

    @property
    def structure_options(self) -> list[Etablissement]:
        """Too many to be listed are not; the chosen one always is."""
        listed = [] if self.structures_cut else self.structures
        return listed if self.structure in [None, *listed] else [self.structure, *listed]

    @property
    def asks_nom(self) -> bool:
        return self.structures_cut or bool(self.choix.nom)

    @cached_property
    def unites(self) -> list[Unite]:
        if not self.structure:
            return []
        return list(Unite.objects.filter(self._unites(), etablissement=self.structure).order_by("nom", "pk"))

    @property
    def profils(self) -> list[Profil]:
        found = of_domaine(self.domaine) if self.domaine else PROFILS.values()
        return sorted(found, key=lambda profil: profil.label)

    def _held(self, niveau) -> list[int]:
        return sorted(self.scopes.get(niveau, ()))

    def _structures(self):
        """Those of the perimeter, and those that have some units in it."""
        rights = self.actor.rights.within(Droit.HABILITATION, **Etablissement.objects.all().columns)
        of_units = Unite.objects.filter(pk__in=self._held(Niveau.UNITE)).values("etablissement")
        return Etablissement.objects.filter(rights | Q(pk__in=of_units))

    def _unites(self) -> Q:
        return self.actor.rights.within(Droit.HABILITATION, **Unite.objects.all().columns)

    def _structure(self) -> Etablissement | None:
        if not self.choix.structure:
            return None
        found = _row(self.choix.structure, self._structures())
        elsewhere = self.coordination and found.coordination_id != self.coordination.pk
        return None if elsewhere or self.only_above else found

    def _unite(self) -> Unite | None:
        if not self.choix.unite:
            return None
        found = _row(self.choix.unite, Unite.objects.filter(self._unites()))
        return found if self.structure and found.etablissement_id == self.structure.pk else None

    @property
    def said(self) -> dict[str, str]:
        """For the journal: what was asked for, without empty answers."""
        found = {
            "domaine": self.domaine,
            "coordination": str(self.coordination or ""),
            "structure": str(self.structure or ""),
            "unite": str(self.unite or ""),
            "profil": self.profil,
            "vue": self.vue,
        }
        return {name: value for name, value in found.items() if value}

    # --- The rows ---------------------------------------------------------------------------

    def rows(self):
        """All that answer, in no order: what is shown, counted and exported."""
        rows = self._in_perimeter()
        if self.domaine:
            rows = rows.giving(self.domaine)
        if self.profil:
            rows = rows.filter(profil=self.profil, domaine=PROFILS[self.profil].domaine)
        return self._seen_as(rows)

    def counted(self) -> tuple[int, int]:
        """How many, and how many of them within a year were reviewed; of a coordination, by an index."""
        reviewed = Count("pk", filter=campagnes.reviewed(self.today))
        said = self.rows().order_by().aggregate(total=Count("pk"), reviewed=reviewed)
        return said["total"], said["reviewed"]

    def pks(self):
        """The keys of all rows, sorted; read from an index alone."""
        return self._sorted(self.rows()).values_list("pk", flat=True)

    def shown(self, page) -> list[Habilitation]:
        """Rows ready to be shown, sorted: of a slice of `pks()`, in the same statement, whose keys come first
        whatever the planner believes of them."""
        return self._ready(Habilitation.objects.filter(OneOf("pk", ArraySubquery(page))))

    def still_here(self, pks) -> list[Habilitation]:
        """As `shown`, of keys read before; the perimeter is asked again."""
        return self._ready(Habilitation.objects.visible_to(self.actor).filter(pk__in=pks))

    def _ready(self, rows) -> list[Habilitation]:
        return list(self._sorted(rows).with_lieu().select_related("user"))

    def _sorted(self, rows):
        return rows.sorted_by(self.tri, descending=self.descending)

    def _in_perimeter(self):
        current = Habilitation.objects.current(self.today)
        if self.only_above:
            return current.visible_to(self.actor).filter(coordination=None)
        if self.coordination is None:
            return current.visible_to(self.actor).filter(**self._place())
        here = current.filter(coordination=self.coordination, **self._place())
        # A right on the whole coordination: its column alone says the same, and its index gives the order.
        if self.actor.rights.cover(Droit.HABILITATION, self.coordination.place, domaine=""):
            return here
        return here.visible_to(self.actor)

    def _place(self) -> dict:
        said = {"etablissement": self.structure, "unite": self.unite}
        return {name: row for name, row in said.items() if row}

    def _seen_as(self, rows):
        if self.vue == "mois":
            return ending_soon(rows, self.today)
        if self.vue == "jamais":
            return rows.filter(user__last_sign_in_at=None)
        if self.vue == "dormants":
            midnight = datetime.combine(add_months(self.today, -DORMANT_MONTHS), time.min)
            return rows.filter(user__last_sign_in_at__lt=timezone.make_aware(midnight))
        if self.vue == "referents":
            return rows.filter(profil__in=referents.CODES)
        return rows


class OneOf(Func):
    """A value is in an array: PostgreSQL makes the array first, then looks each of its values up."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()


def _among(said: str, known):
    if said and said not in known:
        raise NotVisible
    return said


def _row(said: str, rows):
    """The row of that key among them; a key is plain digits."""
    if not (said.isascii() and said.isdigit()) or len(said) > 18:
        raise NotVisible
    if isinstance(rows, list):
        found = next((row for row in rows if row.pk == int(said)), None)
    else:
        found = rows.filter(pk=int(said)).first()
    if found is None:
        raise NotVisible
    return found
