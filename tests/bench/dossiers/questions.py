"""What is asked of dossiers, as the product asks it and as a fair hand writes it."""

import random

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.utils import timezone

from dossiers import regards
from dossiers.models import Dossier, Presence
from dossiers.reads import listes, traitants
from dossiers.reads.etats import Etat, etat
from dossiers.reads.lignes import SORTS, lignes, ordered, seen
from dossiers.reads.traitants import Liste
from tests.bench.habilitations.clock import sql_clock
from viatraj.core.droits import Orientation

SIZE = 50
FOUND_AT_MOST = 100


def numero(actor, typed) -> float:
    with sql_clock() as spent:
        Dossier.objects.visible_to(actor).filter(numero=typed).first()
    return sum(spent)


def patient(actor, nom, prenom) -> float:
    with sql_clock() as spent:
        Dossier.objects.patients(actor, nom, prenom, most=FOUND_AT_MOST + 1)
    return sum(spent)


def waiting(actor) -> float:
    """The home's counters."""
    with sql_clock() as spent:
        traitants.awaiting(actor)
    return sum(spent)


def page(actor, liste, orientation="", dans="", tri="recents", number=1) -> float:
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
        lignes(rows.object_list, with_asking=not actor.in_medecin_space)
    return sum(spent)


def lists(actor) -> list[tuple]:
    """(list, orientation, state, sort, page): each filter with each sort, and further pages."""
    cases = [
        (Liste.TOUS, orientation, "", tri, 1) for orientation in ("", *Orientation.values) for tri in SORTS
    ]
    cases += [(Liste.TOUS, "", dans, tri, 1) for dans in Etat.values for tri in ("recents", "nom")]
    cases += [(Liste.TOUS, "", "", "recents", 5), (Liste.TOUS, Orientation.TND, Etat.SUSPENDU, "recents", 1)]
    if actor.in_medecin_space:
        cases.append((Liste.HORS_PATIENTELE, "", "", "recents", 1))
    return cases


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
    return [*typed, ("ba", ""), ("ba", "z"), ("la", "ma"), ("ber", "l"), ("Zzyzx", ""), ("ba", "Zzyzx")]


# As a fair hand writes it: one condition a row, by OR and EXISTS.


def _visible(actor):
    here = Presence.objects.filter(regards.reached(actor), dossier=OuterRef("pk"))
    return Dossier.objects.filter(Exists(here))


def patient_plainly(actor, nom, prenom) -> float:
    rows = _visible(actor).filter(nom__istartswith=nom, prenom__istartswith=prenom)
    with sql_clock() as spent:
        list(rows.order_by("nom", "prenom", "numero").values_list("pk", flat=True)[: FOUND_AT_MOST + 1])
    return sum(spent)


def page_plainly(actor, liste, orientation="", dans="", tri="recents", number=1) -> float:
    rows = _visible(actor)
    if orientation:
        rows = rows.filter(orientation=orientation)
    if dans:
        rows = rows.alias(dans=etat()).filter(dans=dans)
    rows = ordered(seen(rows, actor, today=timezone.localdate()), tri)
    with sql_clock() as spent:
        lignes(Paginator(rows, SIZE).get_page(number).object_list, with_asking=not actor.in_medecin_space)
    return sum(spent)
