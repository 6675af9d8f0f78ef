"""What is asked of dossiers, as the product asks it: what its statements take, and what it finds."""

import random

from django.utils import timezone

from dossiers import perimetres
from dossiers.models import Dossier
from dossiers.models.etats import Etat
from dossiers.reads import listes, traitants
from dossiers.reads.lignes import SORTS, lignes
from dossiers.reads.traitants import Liste
from tests.bench.habilitations.clock import sql_clock
from viatraj.core.droits import Orientation

SIZE = 50
FOUND_AT_MOST = 100
LAST = 1_000_000  # page; who asks for more than there are gets the last one
NOBODY = "Zzyzx"
Answer = tuple[float, list]


def numero(actor, typed) -> Answer:
    with sql_clock() as spent:
        found = Dossier.objects.visible_to(actor).filter(numero=typed).first()
    return sum(spent), [found and found.pk]


def patient(actor, nom, prenom) -> Answer:
    with sql_clock() as spent:
        found = perimetres.patients(actor, nom, prenom, most=FOUND_AT_MOST + 1)
    return sum(spent), found


def waiting(actor) -> Answer:
    """The home's counters."""
    with sql_clock() as spent:
        found = traitants.awaiting(actor)
    return sum(spent), sorted(found.items())


def page(actor, liste, orientation="", dans="", tri="recents", number=1) -> Answer:
    with sql_clock() as spent:
        rows = listes.page(
            actor,
            liste=liste,
            orientation=orientation,
            etat=dans,
            tri=tri,
            size=SIZE,
            number=number,
            today=timezone.localdate(),
        )
        found = lignes(rows.object_list, with_asking=not actor.in_medecin_space)
    return sum(spent), [one.numero for one in found]


def lists(actor) -> list[tuple]:
    """(list, orientation, state, sort, page): each filter with each sort, further pages and the last."""
    filters = [(orientation, "") for orientation in ("", *Orientation.values)]
    filters += [("", dans) for dans in Etat.values] + [(Orientation.TND, Etat.SUSPENDU)]
    cases = [(Liste.TOUS, *asked, tri, 1) for asked in filters for tri in SORTS]
    cases += [(Liste.TOUS, "", "", tri, number) for tri in SORTS for number in (5, LAST)]
    if actor.in_medecin_space:
        cases.append((Liste.HORS_PATIENTELE, "", "", "recents", 1))
    return cases


def is_rare(*case) -> bool:
    """Of what few or none of anybody's dossiers are."""
    return NOBODY in case or Liste.HORS_PATIENTELE in case or case[1:3] == (Orientation.TND, Etat.SUSPENDU)


def numeros(sample) -> list[str]:
    """All over the country, most of them not one's own; and some that nobody has."""
    rng, top = random.Random(5), Dossier.objects.order_by("-pk").values_list("pk", flat=True).first()
    picked = Dossier.objects.filter(pk__in=[rng.randint(1, top) for _ in range(sample)])
    return [*picked.values_list("numero", flat=True), "10000001", "99999999"]


def mine(actor, sample) -> list[str]:
    return list(Dossier.objects.visible_to(actor).values_list("numero", flat=True)[:sample])


def names(sample) -> list[tuple[str, str]]:
    """Frequent, rare, first letters, with a first name or without, in use or of birth, nobody's."""
    rng, top = random.Random(6), Dossier.objects.order_by("-pk").values_list("pk", flat=True).first()
    picked = Dossier.objects.filter(pk__in=[rng.randint(1, top) for _ in range(sample)])
    known = list(picked.values_list("nom", "prenom"))
    typed = [(nom, "") for nom, _ in known] + [(nom, prenom) for nom, prenom in known]
    typed += [(nom[:4], "") for nom, _ in known[: sample // 2]]
    return [*typed, ("ba", ""), ("ba", "z"), ("la", "ma"), ("ber", "l"), (NOBODY, ""), ("ba", NOBODY)]
