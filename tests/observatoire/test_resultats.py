"""What leaves of each report: masked on a territory, as it is on one’s own structures (OBS-7)."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dossiers.models import Dossier
from observatoire import magasin
from observatoire.masquage.masquer import MASQUE
from observatoire.masquage.tableau import Mesure, Nature, Personnes, Rangee, Tableau
from observatoire.models import FaitDemande, FaitDossier
from observatoire.perimetres import Perimetre
from observatoire.rapports import CATALOGUE, Cadre, etiquetees, resultats
from observatoire.rapports.etiquettes import UNKNOWN
from tests.observatoire.mondes import NOW, Monde

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 10)
MOIS, ANNEE = (date(2026, 3, 1), date(2026, 3, 31)), (date(2025, 1, 1), date(2025, 12, 31))
KEY = b"of one order"
TABLES = [code for code, one in CATALOGUE.items() if one.tableau]
COUNTRY = Perimetre(national=True)


@pytest.fixture
def monde():
    made = Monde(3, dossiers=12)
    magasin.read_again(list(Dossier.objects.values_list("pk", flat=True)))
    return made


def many(model, instants, **words):
    """Three thousand facts like those that are there, of as many persons, over a year and three months."""
    rng = random.Random(16)
    known, copies = list(model.objects.all()), []
    for n in range(3000):
        fact = rng.choice(known)
        given = {one.attname: getattr(fact, one.attname) for one in model._meta.concrete_fields}
        given |= {name: rng.choice(values) for name, values in words.items()}
        at = datetime(
            *rng.choice(((2026, 3), (2026, 3), (2026, 5), (2025, 6), (2025, 9))),
            rng.randrange(1, 28),
            tzinfo=UTC,
        )
        given |= dict.fromkeys(instants, at)
        given |= {name: rng.randrange(-(1 << 63), 1 << 63) for name in ("personne", "ligne")}
        copies.append(model(**given | {model._meta.pk.attname: 10_000_000 + n}))
    model.objects.bulk_create(copies)


def refusals():
    instants = ("envoyee_at", "close_at", "admise_at")
    many(
        FaitDemande,
        instants,
        module=["sanitaire"],
        etat=["refusee", "refusee", "admis"],
        motif=["age", "place"],
    )


def cadres(monde):
    coordination = Perimetre(coordinations=(monde.coordinations[2].pk,))
    return [Cadre(one, *days, NOW, KEY) for one in (coordination, COUNTRY) for days in (MOIS, ANNEE)]


def result(code, cadre):
    return resultats.result(CATALOGUE[code], cadre, today=TODAY)


def test_of_a_handful_of_patients_nothing_leaves(monde):
    """OBS-7: dossiers of five persons: no aggregated report of a territory shows a line or a total."""
    for code in TABLES:
        for cadre in cadres(monde):
            found = result(code, cadre)
            assert (code, list(found.lignes)) == (code, [])
            assert [one.rangees for one in found.totaux if one.rangees] == []
            assert "moins de 11 personnes" in found.legende


def test_no_cell_of_fewer_than_eleven_persons_leaves(monde):
    """OBS-7: of every aggregated report, each figure shown is near the truth, and of eleven persons."""
    refusals()
    shown = dict.fromkeys(TABLES, 0)
    for code in TABLES:
        for cadre in cadres(monde):
            exact = {one.cles: one for one in CATALOGUE[code].tableau(cadre).rangees}
            found = result(code, cadre).tableau
            for row in found.rangees:
                true = exact[row.cles]
                for mesure, value, before, who in zip(
                    found.mesures, row.valeurs, true.valeurs, true.personnes, strict=True
                ):
                    if value == MASQUE:
                        continue
                    assert who.nombre >= 11
                    assert mesure.nature != Nature.COMPTE or abs(value - before) < 20 * found.poids
                    shown[code] += 1
    assert sum(shown.values()) > 50, shown
    assert shown["SAN-04"], shown
    assert shown["SAN-05"], shown


def test_files_and_pages_say_the_same(monde):
    """OBS-7: words of the same table, asked twice, in another order, amid other months."""
    refusals()
    for cadre in cadres(monde):
        found = result("SAN-04", cadre)
        assert list(found.lignes) == list(etiquetees(found.tableau))
        again = result("SAN-04", replace(cadre, cle=b"another order"))
        assert (again.tableau, again.totaux) == (found.tableau, found.totaux)
    run = result("SAN-04", Cadre(COUNTRY, date(2026, 1, 1), date(2026, 10, 31), NOW, KEY))
    rows = {one.cles: one.valeurs[0] for one in run.tableau.rangees}
    month = result("SAN-04", Cadre(COUNTRY, *MOIS, NOW, KEY))
    alike = [one for one in month.tableau.rangees if one.cles in rows]
    assert alike
    assert {MASQUE, *(figure for _, figure in month.synthese)} > {MASQUE}
    assert "Motif de refus – " in "".join(words for words, _ in month.synthese)
    assert all(rows[one.cles] == one.valeurs[0] for one in alike)


def test_ones_own_structures_are_not_masked(monde):
    """OBS-7: figures as they are, of any days, with totals that are their sums."""
    own = Perimetre(etablissements=tuple(one.pk for one in monde.etablissements))
    for code in TABLES:
        found = result(code, Cadre(own, date(2024, 1, 5), date(2026, 11, 9), NOW, KEY))
        assert found.legende == ""
        assert sorted(found.lignes, key=repr) == sorted(CATALOGUE[code].lignes(found.cadre), key=repr)
        places = {one.cle: n for n, one in enumerate(found.tableau.mesures)}
        for total in found.totaux:
            for n, mesure in enumerate(total.mesures):
                if mesure.nature == Nature.COMPTE:
                    rows = (row.valeurs[places[mesure.cle]] or 0 for row in found.tableau.rangees)
                    assert sum(row.valeurs[n] for row in total.rangees) == sum(rows)


def test_lists_of_persons_are_of_ones_own_structures(monde):
    """OBS-7: the order page says so, and the worker again; DEP-01 lists structures, and is anybody’s."""
    own = Cadre(Perimetre(unites=(monde.demandeuses[0].pk,)), date(2026, 3, 2), date(2026, 3, 2), NOW, KEY)
    for rapport in CATALOGUE.values():
        if not rapport.nominal:
            continue
        for cadre in cadres(monde):
            assert "Une liste de personnes" in resultats.refusal(rapport, cadre, today=TODAY)[1]
            with pytest.raises(resultats.Refused, match="Une liste de personnes"):
                result(rapport.code, cadre)
        assert resultats.refusal(rapport, own, today=TODAY) is None
        assert isinstance(list(result(rapport.code, own).lignes), list)
    assert isinstance(list(result("DEP-01", Cadre(COUNTRY, *MOIS, NOW, KEY)).lignes), list)


ASKED = [
    ("SAN-04", {}, ""),
    ("SAN-04", {"debut": date(2026, 1, 1)}, ""),
    ("SAN-04", {"debut": date(2026, 3, 2)}, "premier jour d’un mois"),
    ("SAN-04", {"fin": date(2026, 11, 9)}, "premier jour d’un mois"),
    ("SAN-04", {"debut": date(2026, 11, 1), "fin": date(2026, 11, 30)}, "dernier mois achevé"),
    ("SAN-06", {}, ""),
    ("SAN-06", {"debut": date(2026, 1, 1)}, "un mois ou pour une année"),
    ("SAN-07", {"debut": date(2026, 3, 17)}, ""),
    ("SAN-07", {"debut": date(2026, 3, 31)}, ""),
    ("SAN-07", {"fin": date(2026, 3, 30)}, "dernier jour d’un mois"),
    ("SAN-04", {"criteres": {"age": ("075",)}}, ""),
    ("SAN-04", {"criteres": {"age": ("075", "085")}}, "une seule valeur"),
    ("SAN-04", {"criteres": {"age": ("075",), "type": ("had",)}}, "un seul critère"),
    ("SAN-04", {"perimetre": Perimetre(coordinations=(1, 2))}, "un seul territoire"),
    ("SAN-04", {"perimetre": Perimetre(coordinations=(1,), unites=(1,))}, "un seul territoire"),
    ("SAN-04", {"perimetre": Perimetre(unites=(1, 2)), "debut": date(2026, 3, 2)}, ""),
]


def test_what_may_be_ordered_of_a_territory(monde):
    """OBS-7: the same sentence in the page and in the worker, the near miss beside it."""
    for code, change, said in ASKED:
        cadre = replace(Cadre(COUNTRY, *MOIS, NOW, KEY), **change)
        refused = resultats.refusal(CATALOGUE[code], cadre, today=TODAY)
        assert (said in refused[1]) if said else refused is None, (code, change)
        if said:
            with pytest.raises(resultats.Refused, match=said):
                result(code, cadre)
        else:
            result(code, cadre)


def test_a_photograph_is_its_day_s_whatever_it_was_said_to_begin_with(monde):
    """OBS-7: the first day that was typed is no condition of the cell."""
    many(FaitDossier, ("cree_at", "envoye_at"))
    asked = [
        result("GA-02", Cadre(COUNTRY, debut, date(2026, 3, 31), NOW, KEY)).tableau
        for debut in (date(2026, 3, 31), date(2026, 3, 1), date(2025, 1, 8))
    ]
    assert asked[0] == asked[1] == asked[2]


def test_the_threshold_is_a_setting(monde, settings):
    """OBS-7: higher where a région wants it so."""
    settings.OBSERVATOIRE_SEUIL = 20
    assert "moins de 20 personnes" in result("SAN-04", Cadre(COUNTRY, *ANNEE, NOW, KEY)).legende


def test_values_of_a_characteristic_are_named_at_once(django_assert_num_queries):
    """OBS-4: a table of départements asks their names once, not a line."""
    codes = ("31", "69", "75", None)
    rangees = tuple(Rangee(("departement", code), (1,), (Personnes(),)) for code in codes)
    table = Tableau("demandeur", ("axe", "modalite"), (Mesure("n"),), rangees)
    with django_assert_num_queries(1):
        words = [row[1] for row in etiquetees(table)]
    assert words[-1] == UNKNOWN
