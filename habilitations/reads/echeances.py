"""What ends soon, and who is told (HAB-6): holders a month, then fifteen days before; référents weekly."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from habilitations.models import Alerte, Habilitation
from habilitations.reads import referents
from viatraj.core.droits import Niveau
from viatraj.core.expiry import SOON_MONTHS, URGENT_DAYS
from viatraj.core.periods import add_months

LINES = 20  # of a digest; the revue has them all
DIGESTED = (Niveau.UNITE, Niveau.ETABLISSEMENT, Niveau.COORDINATION)
REACHABLE = Q(user__disabled_at=None) & ~Q(user__email="")


def to_announce(today):
    """In force, ending soon, and not announced yet; what a missed run left is among them.

    Twice: `HABILITATION_NOTICE_DAYS` before, to who has it longer than that; fifteen days before.
    """
    notice = timedelta(days=settings.HABILITATION_NOTICE_DAYS)
    urgent = today + timedelta(days=URGENT_DAYS)
    announced = Alerte.objects.filter(habilitation=OuterRef("pk"), fin=OuterRef("fin"))
    first = Q(fin__gt=urgent, debut__lt=F("fin") - notice) & ~Exists(announced)
    second = Q(fin__lte=urgent) & ~Exists(announced.filter(jours=URGENT_DAYS))
    ending = Habilitation.objects.in_force(today).filter(fin__lte=max(urgent, today + notice))
    return ending.not_prolonged().filter(REACHABLE, first | second)


def stage(fin, today) -> int:
    """Days before the end at which this announcement is due."""
    urgent = (fin - today).days <= URGENT_DAYS
    return URGENT_DAYS if urgent else settings.HABILITATION_NOTICE_DAYS


def ending_soon(rows, today):
    """What the digest and the revue call «ce mois»."""
    return ending_by(rows, today, add_months(today, SOON_MONTHS))


def ending_by(rows, today, day):
    return rows.current(today).filter(fin__lte=day).not_prolonged()


@dataclass
class Digest:
    """`first` are the keys of the lines shown, the soonest first."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, pk):
        self.count += 1
        if len(self.first) < LINES:
            self.first.append(pk)


def digests(today) -> dict[int, Digest]:
    """For each référent's account, what ends soon in his perimeter, except his own; computed in one pass."""
    held, found = _held(today), defaultdict(Digest)
    ids = [f"{niveau}_id" for niveau in DIGESTED]
    rows = (
        ending_soon(Habilitation.objects, today)
        .order_by("fin", "nom_tri", "pk")
        .values_list("pk", "user_id", *ids)
    )
    for pk, user_id, *places in rows.iterator():
        told = {
            one for place in zip(DIGESTED, places, strict=True) if place[1] for one in held.get(place, ())
        }
        for referent in told - {user_id}:
            found[referent].add(pk)
    return found


def _held(today) -> dict[tuple, set[int]]:
    """Accounts of référents, by (niveau, place)."""
    found = defaultdict(set)
    for niveau in DIGESTED:
        rows = Habilitation.objects.in_force(today).filter(
            REACHABLE, niveau=niveau, profil__in=referents.CODES
        )
        for user_id, place_id in rows.values_list("user_id", f"{niveau}_id"):
            found[niveau, place_id].add(user_id)
    return found
