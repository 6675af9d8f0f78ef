"""Which units could take a patient in, and why in that order (DOS-4)."""

import math
import random
import statistics
from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annuaire.models import (
    Commune,
    Coordination,
    Couverture,
    Departement,
    Element,
    Epci,
    Etablissement,
    Lieu,
    PriseEnCharge,
    Region,
    Unite,
)
from annuaire.natures import RECEVEUSES, Nature
from demandes.etats import Etat
from demandes.models import Demande
from demandes.reads import offre
from demandes.reads.offre import Besoin
from demandes.reads.raisons import DIRE
from tests import factories
from tests.dossiers.factories import DossierFactory
from viatraj.core.droits import Domaine, Niveau, Orientation

NOW = timezone.now()
SANITAIRE, GRAND_AGE = Orientation.SANITAIRE, Orientation.GRAND_AGE
# At 1°: 111 km to the north, 73 km to the east.
PLACES = {"35238": (48.1, -1.7), "35001": (48.2, -1.5), "22278": (48.5, -2.7), "35999": (None, None)}


@pytest.fixture
def territoire(db):
    region = Region.objects.create(code="Z9", nom="Région")
    for code in ("35", "22"):
        Departement.objects.create(code=code, nom=f"Département {code}", region=region)
    epci = Epci.objects.create(code="243500139", nom="Métropole", nature="METRO")
    for code, (latitude, longitude) in PLACES.items():
        Commune.objects.create(
            code=code,
            nom={"35238": "Rennes", "35001": "Acigné", "22278": "Saint-Brieuc", "35999": "Île-Perdue"}[code],
            departement_id=code[:2],
            epci=epci if code in ("35238", "35001") else None,
            codes_postaux=[f"{code[:2]}0{code[3:]}"],
            latitude=latitude,
            longitude=longitude,
            position_origine="finess" if latitude else "",
            population=1_000,
        )
    return epci


def place(nature=Nature.SMR, at=PLACES["35238"], **known) -> Unite:
    etablissement = factories.EtablissementFactory(latitude=at[0], longitude=at[1], cog_id="35238")
    return factories.UniteFactory(etablissement=etablissement, nature=nature, **known)


def give(unite, champ, valeur):
    nomenclature, code = valeur.split(":")
    Element.objects.create(
        unite=unite,
        champ=champ,
        nomenclature=nomenclature,
        code=code,
        origine="local",
        depuis=NOW.date(),
    )


def take(unite, pathologie="AVC", **known):
    return PriseEnCharge.objects.create(unite=unite, pathologie=pathologie, **({"assuree": True} | known))


def found(*, orientation=SANITAIRE, **asked) -> list[Unite]:
    return [one.unite for one in offre.find(Besoin(orientation, **asked), now=NOW).lignes]


def reasons(unite, *, orientation=SANITAIRE, **asked) -> list[str]:
    rows = offre.find(Besoin(orientation, **asked), now=NOW).lignes
    return [part.texte for one in rows if one.unite == unite for part in one.parts]


# --- The order, against plain Python --------------------------------------------------------------


def monde(rng) -> None:
    """Sixty units of all kinds, of which much is not told; `territoire` is there."""
    deployed, bare = factories.CoordinationFactory(), factories.CoordinationFactory(modules=[Domaine.TND])
    places = []
    for _ in range(25):
        latitude, longitude = (48 + rng.random() * 0.8, -2.8 + rng.random() * 1.5)
        is_placed = rng.random() < 0.8
        places.append(
            factories.EtablissementFactory(
                coordination=bare if rng.random() < 0.1 else deployed,
                nom=rng.choice(("Hôpital", "Clinique")) + f" {rng.randrange(9)}",
                latitude=latitude if is_placed else None,
                longitude=longitude if is_placed else None,
                cog_id=rng.choice((None, *PLACES)),
                code_postal=rng.choice(("35000", "22000")),
                closed_at=NOW if rng.random() < 0.1 else None,
            )
        )
    for number in range(60):
        own = rng.random() < 0.3
        unite = factories.UniteFactory(
            etablissement=rng.choice(places),
            nom=f"Unité {number % 7}",
            nature=rng.choice(("smr", "smr", "had", "had", "usp", "ssiad", "mco", "ehpad", "usld", "")),
            domaine=rng.choice(("", "", "sanitaire", "grand_age")),
            mode=rng.choice(("", "28", "29", "46", "47")),
            age_min=rng.choice((None, 18)),
            age_max=rng.choice((None, None, 75)),
            latitude=48 + rng.random() * 0.8 if own else None,
            longitude=-2.8 + rng.random() * 1.5 if own else None,
            closed_at=NOW if rng.random() < 0.1 else None,
        )
        for code in rng.sample(("AVC", "SEP"), rng.randrange(3)):
            assured = rng.random() < 0.8
            known = {"niveau": rng.choice(("", "courant", "specialise", "conditions"))} if assured else {}
            known |= {"age_max": rng.choice((None, 70))} if assured else {}
            take(unite, code, assuree=assured, **known)
        for code in rng.sample(("ASP", "IDE", "VAC"), rng.randrange(4)):
            give(unite, "ressources", f"RESSOURCES:{code}")
        for code in rng.sample(("01", "02"), rng.randrange(3)):
            give(unite, "temporalites", f"TRE_R240:{code}")
        zones = ({"commune_id": "35238"}, {"epci_id": "243500139"}, {"departement_id": "35"})
        for zone in rng.sample(zones, rng.randrange(3)) if unite.nature == "had" else ():
            Couverture.objects.create(unite=unite, exclue=rng.random() < 0.4, **zone)


def answers(rng) -> int:
    """What half of them have answered to two units that ask, soon or late; returns one of these two."""
    ours, theirs = (factories.UniteFactory(nature=Nature.MCO) for _ in range(2))
    dossiers = [DossierFactory(auteur=None, lieu=one) for one in (ours, theirs)]
    rows = []
    for unite in Unite.objects.exclude(nature__in=["", "mco"]):
        pace = rng.choice((2, 30, 100, 300))
        for _ in range(rng.choice((0, 3, 12, 15))):
            rows.append(
                refused(
                    rng.choice(dossiers),
                    unite,
                    ago=timedelta(days=rng.choice((1, 20, 40, 60, 100, 400))),
                    after=timedelta(hours=rng.choice((pace, pace, 500))),
                    motif=rng.choice(("place", "pathologie")),
                )
            )
    Demande.objects.bulk_create(rows)
    return ours.pk


def refused(dossier, unite, *, ago, after, motif="place") -> Demande:
    known = {"depuis": NOW - ago, "changed_at": NOW - ago, "repondue_at": NOW - ago}
    return Demande(
        dossier=dossier,
        niveau=Niveau.UNITE,
        etat=Etat.REFUSEE,
        motif=motif,
        sent_at=NOW - ago - after,
        **known,
        **Lieu.of(unite).columns,
    )


def some_need(rng, demandeuse) -> Besoin:
    orientation = rng.choice((SANITAIRE, SANITAIRE, GRAND_AGE))
    return Besoin(
        orientation,
        demandeuse=rng.choice((None, demandeuse)),
        natures=tuple(rng.sample([one.value for one in RECEVEUSES[orientation]], rng.randrange(3))),
        pathologie=rng.choice(("", "AVC", "SEP")),
        ressources=tuple(f"RESSOURCES:{one}" for one in rng.sample(("ASP", "IDE"), rng.randrange(3))),
        age=rng.choice((None, 8, 72, 80)),
        mode=rng.choice(("", "", "28", "46")),
        sejour=rng.choice(("", "TRE_R240:01")) if orientation == GRAND_AGE else "",
        lieu=rng.choice(("", "Rennes", "Saint-Brieuc", "Acigné", "Île-Perdue")),
        km=rng.choice((10, 50, 100)),
        nom=rng.choice(("", "", "hopital")),
    )


def everything():
    """All units, each with what it has answered: read once."""
    said = defaultdict(list)
    for one in Demande.objects.order_by("pk"):
        said[one.unite_id].append(one)
    rows = Unite.objects.select_related("etablissement__coordination", "etablissement__cog")
    rows = rows.prefetch_related("elements", "prises_en_charge", "couvertures")
    return [(one, said[one.pk]) for one in rows]


def by_hand(every, besoin, commune):
    """(unit, its points by part, how far), best first: read from the rows, without a word of SQL."""
    ranked = []
    for unite, past in every:
        if points := judge(unite, besoin, commune):
            given, distance = points
            ranked.append((unite, given | of_delai(past) | of_refus(past, besoin), distance))
    return sorted(
        ranked,
        key=lambda one: (
            known(one[1]) == 0,
            -sum(given or 0 for given in one[1].values()),
            -known(one[1]),
            math.inf if one[2] is None else one[2],
            one[0].etablissement.nom,
            one[0].nom,
            one[0].pk,
        ),
    )


def known(given) -> int:
    return sum(points is not None for nom, points in given.items() if nom != "refus")


def of_delai(past):
    lately = sorted(
        one.repondue_at - one.sent_at for one in past if NOW - one.repondue_at <= timedelta(days=90)
    )
    if len(lately) < 5:
        return {"delai": None}
    usual = statistics.median(lately) / timedelta(days=1)
    return {"delai": next((points for days, points in ((1, 20), (3, 15), (7, 10)) if usual <= days), 0)}


def of_refus(past, besoin):
    if besoin.demandeuse is None:
        return {}
    ours = [one for one in past if one.par_unite_id == besoin.demandeuse]
    count = sum(NOW - one.changed_at <= timedelta(days=365) for one in ours)
    return {"refus": -min(20, 5 * count)} if count else {}


def judge(unite, besoin, commune):
    etablissement = unite.etablissement
    kinds = besoin.natures or [one.value for one in RECEVEUSES[besoin.orientation]]
    if unite.closed_at or etablissement.closed_at or unite.nature not in [*kinds, ""]:
        return None
    if unite.domaine not in ("", besoin.orientation) and unite.nature != "ssiad":
        return None
    if besoin.orientation not in etablissement.coordination.modules:
        return None
    if besoin.nom and "hopital" not in etablissement.nom.lower().replace("ô", "o"):
        return None
    parts = [
        one(unite, besoin) for one in (of_nature, of_pathologie, of_ressources, of_age, of_mode, of_sejour)
    ]
    where, distance = of_lieu(unite, besoin, commune)
    if False in parts or where is False:
        return None
    given = {}
    for one in (*parts, where):
        given |= one
    return given, distance


def of_nature(unite, besoin):
    return {"nature": 10 if unite.nature else None} if besoin.natures else {}


def of_pathologie(unite, besoin):
    if not besoin.pathologie:
        return {}
    known = {one.pathologie: one for one in unite.prises_en_charge.all()}
    said = known.get(besoin.pathologie)
    if said is None:
        return {"pathologie": None}
    if not said.assuree or (besoin.age and said.age_max and besoin.age > said.age_max):
        return False
    return {"pathologie": {"specialise": 40, "conditions": 15}.get(said.niveau, 30)}


def of_ressources(unite, besoin):
    if not besoin.ressources:
        return {}
    has = {one.valeur for one in unite.elements.all() if one.champ == "ressources"}
    if not has:
        return {"ressources": None}
    return {"ressources": 20} if has >= set(besoin.ressources) else False


def of_age(unite, besoin):
    if besoin.age is None:
        return {}
    if unite.age_min is None and unite.age_max is None:
        return {"age": None}
    return {"age": 10} if (unite.age_min or 0) <= besoin.age <= (unite.age_max or 200) else False


def of_mode(unite, besoin):
    if not besoin.mode:
        return {}
    if not unite.mode:
        return {"mode": None}
    return {"mode": 10} if unite.mode == besoin.mode else False


def of_sejour(unite, besoin):
    if not besoin.sejour:
        return {}
    has = {one.valeur for one in unite.elements.all() if one.champ == "temporalites"}
    if not has:
        return {"sejour": None}
    return {"sejour": 10} if besoin.sejour in has else False


OF_ITSELF = (of_nature, of_pathologie, of_ressources, of_age, of_mode, of_sejour)


def of_lieu(unite, besoin, commune):
    if commune is None:
        return {}, None
    at = unite if unite.latitude else unite.etablissement
    distance = km(at, commune) if at.latitude and commune.latitude else None
    zones = list(unite.couvertures.all())
    if unite.nature == "had" and zones:
        return ({"lieu": 30} if goes(zones, commune) else False), distance
    if distance is None:
        if in_departement(unite.etablissement) != commune.departement_id:
            return False, None
        here = commune.latitude is None and unite.etablissement.cog_id == commune.pk
        return {"lieu": 30 if here and unite.nature != "had" else None}, None
    if distance > besoin.km:
        return False, None
    near = None if unite.nature == "had" else math.floor(30 * (1 - distance / besoin.km))
    return {"lieu": near}, distance


def in_departement(etablissement) -> str:
    return (etablissement.cog_id or etablissement.code_postal)[:2]


def km(at, commune) -> float:
    lat1, lon1, lat2, lon2 = map(
        math.radians, (at.latitude, at.longitude, commune.latitude, commune.longitude)
    )
    chord = math.sin((lat2 - lat1) / 2) ** 2
    chord += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 12742 * math.asin(min(1, math.sqrt(chord)))


def goes(zones, commune) -> bool:
    for column, code in (
        ("commune_id", commune.pk),
        ("epci_id", commune.epci_id),
        ("departement_id", commune.departement_id),
    ):
        for zone in zones:
            if code and getattr(zone, column) == code:
                return not zone.exclue
    return False


def test_the_explained_ranking_is_that_of_an_independent_computation(territoire, monkeypatch):
    """Page after page: of the later ones too, few medians are worked out."""
    monkeypatch.setattr(offre, "A_PAGE", 4)
    rng = random.Random(14)
    monde(rng)
    demandeuse, sizes, told = answers(rng), [], set()
    every = everything()
    for _ in range(32):
        besoin = some_need(rng, demandeuse)
        answer = offre.find(besoin, now=NOW)
        expected = by_hand(every, besoin, answer.commune)
        pages = [offre.find(besoin, now=NOW, page=number) for number in range(1, answer.pages + 1)]
        lines = [one for page in pages for one in page.lignes]
        assert [one.unite.pk for one in lines] == [unite.pk for unite, *_ in expected], besoin
        for line, (_, given, _) in zip(lines, expected, strict=True):
            assert {part.nom: part.points for part in line.parts} == given, besoin
            assert line.points == sum(part.points or 0 for part in line.parts)
            told |= {(part.nom, part.points) for part in line.parts}
        assert answer.total == len(expected)
        sizes.append(len(expected))
    assert max(sizes) > 2 * offre.A_PAGE
    assert len([nom for nom, _ in told if nom == "delai"]) > 2
    assert {nom for nom, points in told if points} == {*DIRE}


# --- What is promised, one by one -----------------------------------------------------------------


def test_each_reason_is_said_in_words(territoire):
    unite = place(at=(48.208, -1.7), age_min=18, mode="28")
    take(unite)
    for one in ("ASP", "IDE"):
        give(unite, "ressources", f"RESSOURCES:{one}")
    asked = {"pathologie": "AVC", "age": 82, "mode": "28", "lieu": "Rennes"}
    both = ("RESSOURCES:ASP", "RESSOURCES:IDE")
    assert reasons(unite, ressources=both, **asked) == [
        "couvre la pathologie",
        "a les 2 ressources demandées",
        "accueille à 82 ans",
        "mode de prise en charge demandé",
        "à 12\u00a0km",
        "pas assez de recul",
    ]


def test_a_unit_of_which_nothing_is_told_is_neither_hidden_nor_first(territoire):
    silent = place(at=(None, None), nom="Aaa")
    told = place(nom="Zzz")
    take(told)
    asked = {"pathologie": "AVC", "age": 60, "mode": "28", "lieu": "Rennes"}
    assert found(**asked, ressources=("RESSOURCES:ASP",)) == [told, silent]
    assert reasons(silent, **asked) == [
        "pathologie non renseignée",
        "âges non renseignés",
        "mode de prise en charge non renseigné",
        "position inconnue",
        "pas assez de recul",
    ]


@pytest.mark.parametrize("asked", [{"pathologie": "AVC"}, {"age": 12}, {"mode": "29"}, {"nom": "clinique"}])
def test_a_unit_that_says_no_is_left_out(territoire, asked):
    unite = place(age_min=18, mode="28")
    take(unite, assuree=False)
    assert found(pathologie="SEP", age=20, mode="28", nom="centre hospitalier") == [unite]
    assert found(**asked) == []


def test_all_that_is_required_is_there(territoire):
    partly, wholly = place(), place()
    give(partly, "ressources", "RESSOURCES:ASP")
    for one in ("ASP", "IDE"):
        give(wholly, "ressources", f"RESSOURCES:{one}")
    assert found(ressources=("RESSOURCES:ASP", "RESSOURCES:IDE")) == [wholly]


def test_an_had_is_found_where_it_goes_however_far(territoire):
    far, elsewhere, silent = (place(Nature.HAD, at=PLACES["22278"]) for _ in range(3))
    near = place(Nature.HAD)
    Couverture.objects.create(unite=far, epci_id="243500139")
    Couverture.objects.create(unite=elsewhere, departement_id="22")
    assert found(lieu="Rennes", km=20) == [far, near], "one has zones, of the other nobody has told"
    assert reasons(far, lieu="Rennes", km=20)[0] == "intervient à Rennes"
    assert reasons(near, lieu="Rennes", km=20)[0] == "zone d’intervention non renseignée"
    Couverture.objects.create(unite=far, commune_id="35238", exclue=True)
    assert found(lieu="Rennes", km=20) == [near]
    assert found(lieu="Acigné", km=5) == [far]
    assert silent not in found(lieu="Rennes", km=50)


def test_who_has_no_position_is_found_in_its_departement(territoire):
    unplaced, other = place(at=(None, None)), place(at=(None, None))
    Etablissement.objects.filter(pk=other.etablissement_id).update(cog="22278")
    assert found(lieu="Rennes", km=5) == [unplaced]
    assert found(lieu="Île-Perdue", km=5) == [unplaced]


def test_a_unit_is_where_it_says_before_where_its_etablissement_is(territoire):
    apart = place(latitude=48.5, longitude=-2.7)
    assert found(lieu="Rennes", km=20) == []
    assert found(lieu="Saint-Brieuc", km=20) == [apart]


def test_only_kinds_that_take_in_where_the_module_is_deployed(territoire):
    smr, ehpad = place(), place(Nature.EHPAD)
    place(Nature.MCO), place(closed_at=NOW - timedelta(1))
    assert (found(), found(orientation=GRAND_AGE)) == ([smr], [ehpad])
    assert found(natures=(Nature.MCO,)) == [smr], "a kind that is not offered is none"
    assert found(demandeuse=smr.pk) == [], "not the one that asks"
    unknown = place("")
    assert found(natures=(Nature.SMR,)) == [smr, unknown]
    assert found(orientation=GRAND_AGE) == [ehpad, unknown]
    Coordination.objects.update(modules=[Domaine.TND])
    assert found() == []


@pytest.mark.parametrize(
    ("hours", "words", "points"),
    [
        ([1, 5, 5, 5, 90], "répond en 5\u00a0h en médiane", 20),
        ([23, 24, 24, 24, 25, 1000], "répond en 1\u00a0j en médiane", 20),
        ([60, 60, 60, 60, 60], "répond en 2\u00a0j en médiane", 15),
        ([168] * 5, "répond en 7\u00a0j en médiane", 10),
        ([400] * 5, "répond en 17\u00a0j en médiane", 0),
        ([1, 1, 1, 1], "pas assez de recul", None),
    ],
)
def test_how_soon_it_answers_is_a_median_of_five_at_least(territoire, hours, words, points):
    unite, dossier = place(), DossierFactory()
    rows = [refused(dossier, unite, ago=timedelta(1), after=timedelta(hours=one)) for one in hours]
    Demande.objects.bulk_create(rows)
    Demande.objects.bulk_create(
        refused(dossier, unite, ago=timedelta(91), after=timedelta(hours=1)) for _ in range(9)
    )
    (line,) = offre.find(Besoin(SANITAIRE), now=NOW).lignes
    assert (line.parts[0].texte, line.parts[0].points) == (words, points)


def test_refusals_are_told_to_who_was_refused_and_to_nobody_else(territoire):
    unite, ours, theirs = place(), *(factories.UniteFactory(nature=Nature.MCO) for _ in range(2))
    dossier = DossierFactory(auteur=None, lieu=ours)
    for motif in ("place", "place", "projet"):
        refused(dossier, unite, ago=timedelta(9), after=timedelta(1), motif=motif).save()
    refused(dossier, unite, ago=timedelta(400), after=timedelta(1)).save()
    assert (
        reasons(unite, demandeuse=ours.pk)[-1] == "3 refus, dont 2 pour «\u00a0pas de place disponible\u00a0»"
    )
    for other in (theirs.pk, None):
        (line,) = offre.find(Besoin(SANITAIRE, demandeuse=other), now=NOW).lignes
        assert [part.texte for part in line.parts] == ["pas assez de recul"]
        assert line.points == 0, "nor by the order"


def test_one_statement_ranks_whatever_the_number_of_units(territoire):
    def statements():
        with CaptureQueriesContext(connection) as seen:
            offre.find(Besoin(SANITAIRE, pathologie="AVC", lieu="Rennes", age=70), now=NOW)
        return len(seen)

    place()
    few = statements()
    for _ in range(15):
        take(place())
    assert statements() == few
    assert few <= 8
