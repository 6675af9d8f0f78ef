"""Any interleaving of runs, edits, decisions, entering and leaving ends as an independent model says (ANN-7).

The model knows of each offer what the ROR says and what the last runs have told us, of each unit its name and
who has said it. An offer may go to another établissement, and come back; a decision may be undone.
"""

import random
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from annuaire import actions
from annuaire.models import AvisFermeture, Etablissement, Offre, Rapprochement, Unite
from tests.annuaire.ror_resources import FINESS, OTHER, Held, eg, ej, offre
from tests.annuaire.test_ror_sync import BY, NOW, activate
from tests.factories import EtablissementFactory, UniteFactory, as_professionnel, referent_of
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
Suite = Rapprochement.Suite
LIMIT = 2
SITES = {FINESS: ("99/1", "99/2"), OTHER: ("99/3",)}


@dataclass
class Un:
    """One offer and the unit that it is, as the model has them. `finess`: of the unit, which never moves."""

    finess: str
    cle: str
    at: str = ""  # the établissement where the ROR has the offer
    there: bool = True
    nom: str = "Premier nom"
    changed: int = 0  # the hour of its last change in the ROR
    known: str = ""  # what we were told; empty: never
    known_at: str = ""
    absences: int = 0
    joined: bool = False
    unit: str = ""
    said_by: str = ""  # whose the unit's name is
    before: tuple[str, str] | None = None  # its name and whose it was when the ROR first wrote, of this join
    told: bool = False  # a notice of closing waits

    def __post_init__(self):
        self.at = self.finess

    def feed(self):
        """The ROR writes over the unit's name."""
        self.before = self.before or (self.unit, self.said_by)
        if self.unit != self.known:
            self.unit, self.said_by = self.known, "ror"

    def part(self):
        self.joined, self.before = False, None


@dataclass
class World:
    chance: random.Random
    hour: int = 1
    last: int | None = None
    full_done: bool = False
    active: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(SITES, False))

    def __post_init__(self):
        self.offers = {cle: Un(finess, cle) for finess, cles in SITES.items() for cle in cles}
        self.rows, self.by = {}, {}
        for finess, cles in SITES.items():
            here = EtablissementFactory(finess=finess)
            self.by[finess] = as_professionnel(referent_of(here))
            for cle in cles:
                self.offers[cle].unit = f"Unité {cle}"
                self.rows[cle] = UniteFactory(etablissement=here, nom=f"Unité {cle}").pk

    @property
    def now(self):
        return NOW + timedelta(hours=self.hour)

    def site(self, finess):
        return Etablissement.objects.get(finess=finess)

    # --- What may happen: each does it, and says it to the model ------------------------------------

    def step(self):
        self.hour += 1
        acts = [self.ror_edits, self.ror_edits, self.ror_drops, self.runs, self.runs, self.runs_whole]
        acts += [
            self.ror_moves,
            self.undoes,
            self.types,
            self.types,
            self.joins,
            self.joins,
            self.enters,
            self.enters,
            self.leaves,
        ]
        self.chance.choice(acts)(self.chance.choice(list(self.offers.values())))

    def ror_edits(self, one):
        one.nom, one.changed, one.there = f"Nom de {self.hour} h", self.hour, True

    def ror_drops(self, one):
        one.there = False

    def ror_moves(self, one):
        """To the other établissement, or back."""
        one.at, one.changed, one.there = next(other for other in SITES if other != one.at), self.hour, True

    def runs_whole(self, _):
        self._run(full=True)

    def runs(self, _):
        self._run(full=self.last is None)

    def _run(self, *, full):
        since = 0 if full else self.last
        named = [one for one in self.offers.values() if one.there and (full or one.changed >= since)]
        resources = [ej(), *map(eg, SITES)]
        resources += [self._said(one) for one in named]
        source = Held(resources, at=NOW + timedelta(hours=self.hour))
        actions.sync_ror(source, full=full, accept_loss=True, now=self.now, by=BY)
        self.last = self.hour
        for one in named:
            if one.joined and one.known_at != one.at:
                one.part()
            one.known, one.known_at, one.absences = one.nom, one.at, 0
            if one.joined:
                one.told = False
                if self.active[one.finess]:
                    one.feed()
        for one in self.offers.values():
            if full and one not in named and one.known:
                one.absences = min(LIMIT, one.absences + 1)
            one.told = one.told or (one.joined and one.absences == LIMIT)

    def _said(self, one):
        return offre(one.cle, one.at, nom=one.nom, maj=NOW + timedelta(hours=one.changed))

    def types(self, one):
        """Into a name: refused where the ROR feeds it."""
        unite = Unite.objects.get(pk=self.rows[one.cle])
        known = {"version": unite.version, "now": self.now, "by": self.by[one.finess]}
        greyed = one.joined and self.active[one.finess]
        typed = f"Saisi à {self.hour} h"
        try:
            with transaction.atomic():
                actions.modify(unite, values={"nom": typed}, **known)
            assert not greyed
            one.unit, one.said_by = typed, "local"
        except Denied:
            assert greyed

    def joins(self, one):
        may = one.known and one.known_at == one.finess and not one.absences and not one.joined
        held = Offre.objects.filter(cle=one.cle).first()
        if held is None:
            assert not one.known
            return
        choix = [actions.Choix(Suite.JOINTE, held, Unite.objects.get(pk=self.rows[one.cle]))]
        try:
            with transaction.atomic():
                actions.reconcile(self.site(one.finess), choix=choix, now=self.now, by=self.by[one.finess])
            assert may
        except ValidationError:
            assert not may
            return
        one.joined = True
        if self.active[one.finess]:
            one.feed()

    def undoes(self, one):
        """What the ROR has said last there is again what it was; what people have said since stays."""
        standing = Rapprochement.objects.standing().filter(unite=self.rows[one.cle]).first()
        assert (standing is not None) == one.joined
        if standing is None:
            return
        actions.undo_rapprochement(standing, now=self.now, by=self.by[one.finess])
        if one.before and one.said_by == "ror":
            one.unit, one.said_by = one.before
        one.part()

    def enters(self, one):
        here = [other for other in self.offers.values() if other.finess == one.finess]
        may = self.etat(one.finess) == "rapproche"
        if self.last is None:
            return
        try:
            with transaction.atomic():
                activate(self.site(one.finess), by=self.by[one.finess], now=self.now)
            assert may or self.active[one.finess]
        except ValidationError:
            assert not may
            return
        if not self.active[one.finess]:
            self.active[one.finess] = True
            for other in here:
                if other.joined:
                    other.feed()

    def leaves(self, one):
        if self.last is not None:
            actions.leave_ror(self.site(one.finess), now=self.now, by=self.by[one.finess])
            self.active[one.finess] = False

    # --- What must stand at the end ----------------------------------------------------------------

    def etat(self, finess):
        if self.active[finess]:
            return "active"
        offered = [one for one in self.offers.values() if one.known_at == finess and not one.absences]
        if not offered:
            return "non_synchronise"
        units = [one for one in self.offers.values() if one.finess == finess]
        return "rapproche" if all(one.joined for one in (*offered, *units)) else "a_rapprocher"

    def modelled(self):
        units = {one.cle: (one.unit, one.cle if one.joined else None) for one in self.offers.values()}
        offers = {
            one.cle: (one.known, one.known_at, one.absences) for one in self.offers.values() if one.known
        }
        told = sorted(one.cle for one in self.offers.values() if one.told)
        return units, offers, told, {finess: self.etat(finess) for finess in SITES}

    def real(self):
        rows = {one.pk: one for one in Unite.objects.all()}
        units = {cle: (rows[pk].nom, rows[pk].cle_offre) for cle, pk in self.rows.items()}
        offers = {
            one.cle: (one.nom, one.site.finess, one.absences) for one in Offre.objects.select_related("site")
        }
        waiting = set(AvisFermeture.objects.waiting().values_list("unite", flat=True))
        told = sorted(cle for cle, pk in self.rows.items() if pk in waiting)
        return units, offers, told, dict(Etablissement.objects.values_list("finess", "synchronisation"))


def play(seed, steps=14):
    with transaction.atomic():
        world = World(random.Random(seed))
        for _ in range(steps):
            world.step()
        assert world.real() == world.modelled(), f"seed {seed}"
        transaction.set_rollback(True)


@pytest.mark.parametrize("seed", [*range(14), 1344])  # in the last one he leaves what the ROR names no more
def test_a_history_ends_as_the_model_says(seed):
    play(seed, steps=20 if seed > 1_000 else 14)


@pytest.mark.proofs
@pytest.mark.parametrize("part", range(20))
def test_a_thousand_histories_end_so(part):
    for seed in range(1_000 + 50 * part, 1_050 + 50 * part):
        play(seed, steps=20)
