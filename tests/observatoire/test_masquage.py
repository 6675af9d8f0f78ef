"""What is shown of a table of a territory (OBS-7, docs/adr/0081)."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date

import pytest

from observatoire.masquage import bruit
from observatoire.masquage.masquer import MASQUE, legende, marge, masquer
from observatoire.masquage.regles import Regles, periode
from observatoire.masquage.tableau import TEMOINS, Mesure, Nature, Personnes, Rangee, Tableau
from tests.observatoire.attaque import CLE, key

REGLES = Regles()
RNG = random.Random(16)
N, REFUS = Mesure("n"), Mesure("refus", de="n")


def people(many: int, lines: int = 1) -> Personnes:
    return Personnes.of(
        (person, key(RNG)) for person in [key(RNG) for _ in range(many)] for _ in range(lines)
    )


def table(counts, dimensions=("mois", "unite"), **kwargs) -> Tableau:
    """From (keys, persons), a line each."""
    rows = tuple(Rangee(cles, (many,), (people(many),)) for cles, many in counts)
    return Tableau("demande", dimensions, (N,), rows, **kwargs)


def shown(tableau: Tableau, regles: Regles = REGLES) -> dict:
    return {one.cles: one.valeurs for one in masquer(tableau, cle=CLE, regles=regles).rangees}


# Persons, and sums of them


def test_persons_are_counted_once_where_rows_are_added_up():
    """OBS-7: one patient with twelve demandes in twelve months is one."""
    patient = key(RNG)
    months = [Personnes.of([(patient, key(RNG))]) for _ in range(12)]
    together = sum(months, Personnes())
    assert (together.nombre, together.temoins) == (1, (patient,))


@pytest.mark.parametrize("many", [0, 1, 10, 11, TEMOINS - 1, TEMOINS, TEMOINS + 1, 300])
def test_a_sum_is_the_same_whatever_it_is_added_up_from(many):
    """OBS-7: by months or by units, the same persons, the same witnesses, the same key of lines."""
    lines = [(RNG.randrange(many * 2), key(RNG)) for _ in range(many)]
    whole = Personnes.of(lines)
    for parts in (2, 5):
        cut = [Personnes.of(lines[n::parts]) for n in range(parts)]
        together = sum(cut, Personnes())
        assert (together.temoins, together.cle) == (whole.temoins, whole.cle)
        assert min(together.nombre, TEMOINS) == min(whole.nombre, TEMOINS)
        assert together.nombre <= whole.nombre
        assert not together.exact or together.nombre == whole.nombre


def test_who_is_beside_a_part_is_never_overcounted():
    """OBS-7: of persons of whom all but a few were refused, few were not."""
    for left in (0, 1, 10, 11, 60):
        persons = [key(RNG) for _ in range(100)]
        parts = [Personnes.of((one, key(RNG)) for one in persons[n::4]) for n in range(4)]
        refused = [Personnes.of((one, key(RNG)) for one in persons[left:][n::4]) for n in range(4)]
        assert Personnes.of((one, 0) for one in persons).beside(sum(refused[1:], refused[0])) <= 100
        assert sum(parts, Personnes()).beside(sum(refused, Personnes())) <= left


def test_a_row_as_wide_as_its_head():
    with pytest.raises(ValueError, match="largeur"):
        Tableau("demande", ("mois",), (N,), (Rangee(("2026-03", 1), (1,), (people(1),)),))
    with pytest.raises(ValueError, match="combien de personnes"):
        Tableau("demande", ("mois",), (N,), (Rangee(("2026-03",), (1,), ()),))


# What is shown


@pytest.mark.parametrize(("many", "seen"), [(0, False), (1, False), (10, False), (60, True), (4000, True)])
def test_a_figure_of_few_is_not_shown(many, seen):
    """OBS-7: nor is its row, which would say that it has somebody."""
    rows = shown(table([(("2026-03", 1), many), (("2026-03", 2), 500), (("2026-03", 3), 600)]))
    assert (("2026-03", 1) in rows) is seen
    assert len(rows) == 2 + seen


def test_persons_and_not_lines_are_counted():
    """OBS-7: ten patients with forty demandes each are ten; eleven with forty each are eleven."""
    for many in (10, 11):
        rows = (
            Rangee((1,), (many * 40,), (people(many, 40),)),
            *(Rangee((n,), (500,), (people(500),)) for n in (2, 3)),
        )
        assert ((1,) in shown(Tableau("demande", ("unite",), (N,), rows))) is (many == 11)


def test_everybody_is_masked_as_nobody():
    """OBS-7: where all of a month, or all but ten, are of one unit, its total says who they are."""
    months = [((f"2026-0{month}", unit), 300) for month in (4, 5) for unit in (1, 2)]
    for others in (0, 10):
        rows = shown(table([(("2026-03", 1), 500), (("2026-03", 2), others), *months]))
        assert rows.keys() == {cles for cles, _ in months}
    assert len(shown(table([(("2026-03", 1), 500), (("2026-03", 2), 500), *months]))) == 6


def test_one_place_alone_is_no_everybody():
    """OBS-7: in a table of one unit, or of one month, there is nothing else to be in."""
    assert len(shown(table([(("2026-03", 1), 500), (("2026-04", 1), 300)]))) == 2


@pytest.mark.parametrize(("left", "seen"), [(0, False), (10, False), (11, True), (200, True)])
def test_all_refused_but_few_is_masked(left, seen):
    """OBS-7: a count among another leaves eleven persons beside it, also once added up."""
    persons = [key(RNG) for _ in range(400)]
    whole, refused = (
        [Personnes.of((one, key(RNG)) for one in some[n::2]) for n in range(2)]
        for some in (persons, persons[left:])
    )
    rows = tuple(Rangee((n,), (200, 200 - left // 2), (whole[n], refused[n])) for n in range(2))
    one = Tableau(
        "demande",
        (),
        (N, REFUS),
        (
            Rangee(
                (),
                (400, 400 - left),
                (Personnes.of((p, 1) for p in persons), Personnes.of((p, 1) for p in persons[left:])),
            ),
        ),
    )
    assert (shown(one)[()][1] != MASQUE) is seen
    added = shown(marge(Tableau("demande", ("unite",), (N, REFUS), rows), ()))
    assert added[()][0] != MASQUE
    assert seen or added[()][1] == MASQUE


def test_a_figure_is_near_the_truth_and_right_on_average():
    """OBS-7: within 20 of it; what many cells make together is what they are."""
    errors = []
    for n in range(400):
        true = RNG.randrange(60, 400)
        (figure,) = shown(table([((f"c{n}",), true)], ("motif",)))[(f"c{n}",)]
        assert figure % REGLES.base == 0
        assert abs(figure - true) < REGLES.base + REGLES.ampleur
        errors.append(figure - true)
    assert abs(sum(errors) / len(errors)) < 1.5


def test_where_one_person_has_many_lines_figures_are_blurred_by_as_much():
    assert all(
        value % 45 == 0
        for (value,) in shown(replace(table([((n,), 400) for n in range(9)], ("unite",)), poids=3)).values()
    )


def test_rows_come_by_key_and_say_no_more_of_who_is_behind():
    """OBS-7: the order of a report may be that of its figures."""
    masked = masquer(
        table([((None, 2), 300), (("2026-04", 2), 500), (("2026-04", 1), 400), ((None, 1), 400)]),
        cle=CLE,
        regles=REGLES,
    )
    assert [one.cles for one in masked.rangees] == [("2026-04", 1), ("2026-04", 2), (None, 1), (None, 2)]
    assert {one.personnes for one in masked.rangees} == {(Personnes(),)}


# The same figure wherever it stands


def lines_of(seed: int) -> list[tuple]:
    rng = random.Random(seed)
    return [
        (key(rng), key(rng), f"2026-{rng.randrange(1, 13):02}", rng.randrange(3), f"m{rng.randrange(3)}")
        for _ in range(4000)
    ]


def grouped(lines, dimensions, fixe=()) -> Tableau:
    place = {"mois": 2, "unite": 3, "motif": 4}
    groups = defaultdict(list)
    for line in lines:
        if all(line[place[name]] == value for name, value in fixe if name in place):
            groups[tuple(line[place[name]] for name in dimensions)].append(line)
    rows = tuple(
        Rangee(cles, (len(some),), (Personnes.of((one[0], one[1]) for one in some),))
        for cles, some in groups.items()
    )
    return Tableau("demande", dimensions, (N,), rows, fixe)


def test_the_same_cell_is_the_same_figure_in_every_table():
    """OBS-7: as a row, as a total, by its criterion, in a year and in its month, in its coordination."""
    lines = lines_of(1)
    wide = grouped(lines, ("mois", "unite", "motif"), (("annee", "2026"), ("coordination", 4)))
    asked = {
        shown(marge(wide, ("mois", "motif")))["2026-03", "m1"],
        shown(grouped(lines, ("mois", "motif"), (("coordination", 4),)))["2026-03", "m1"],
        shown(grouped(lines, ("motif",), (("mois", "2026-03"), ("coordination", 4), ("annee", "2026"))))[
            ("m1",)
        ],
        shown(grouped(lines, ("mois",), (("motif", "m1"), ("coordination", 4))))[("2026-03",)],
        shown(grouped(lines[::-1], (), (("coordination", 4), ("motif", "m1"), ("mois", "2026-03"))))[()],
    }
    assert len(asked) == 1
    unit = {
        shown(grouped(lines, ("unite",), (("region", 2), ("coordination", 4), ("annee", "2026"))))[(1,)],
        shown(grouped(lines, (), (("unite", 1), ("annee", "2026"))))[()],
    }
    assert len(unit) == 1


def test_a_cell_is_known_by_what_is_true_of_its_lines():
    """OBS-7: the smallest place and the shortest time say the others."""
    told = bruit.etiquette([("unite", 4), ("coordination", 2), ("mois", "2026-03"), ("annee", "2026")])
    assert told == bruit.etiquette([("mois", "2026-03"), ("region", 9), ("unite", 4)])
    for other in (
        [("unite", 4)],
        [("unite", 5), ("mois", "2026-03")],
        [("etablissement", 4), ("mois", "2026-03")],
    ):
        assert told != bruit.etiquette(other)


def test_another_key_is_another_draw():
    tableau = grouped(lines_of(2), ("mois", "unite"))
    assert masquer(tableau, cle=CLE, regles=REGLES) == masquer(tableau, cle=CLE, regles=REGLES)
    assert masquer(tableau, cle=CLE, regles=REGLES) != masquer(tableau, cle=b"another", regles=REGLES)


def test_months_that_make_no_year_are_not_added_up():
    """OBS-7: their total would be a period of the asker's choice."""
    fixe = (periode(date(2026, 1, 1), date(2026, 5, 31)),)
    tableau = grouped(lines_of(3), ("mois", "unite"), fixe)
    assert shown(marge(tableau, ("mois",)))
    for kept in (("unite",), ()):
        with pytest.raises(ValueError, match="ne font pas une année"):
            marge(tableau, kept)
    with pytest.raises(ValueError, match="ne font pas une année"):
        masquer(grouped(lines_of(3), ("unite",), fixe), cle=CLE, regles=REGLES)


def test_a_month_is_the_same_in_any_run_of_months():
    """OBS-7: January to May, and January to June, have one March."""
    lines = lines_of(4)
    runs = [
        periode(date(2026, 1, 1), fin) for fin in (date(2026, 5, 31), date(2026, 6, 30), date(2026, 12, 31))
    ]
    assert len({tuple(shown(grouped(lines, ("mois", "unite"), (one,)))["2026-03", 1]) for one in runs}) == 1


def test_tables_one_under_the_other_are_not_added_up():
    """OBS-7: a line counts under each characteristic, where it is the same figure as by that one alone."""
    rows = [(("sexe", "F"), 300), (("sexe", "M"), 200), (("age", "075"), 250), (("age", None), 250)]
    stacked = table(rows, ("axe", "modalite"))
    assert len(shown(stacked)) == 4
    assert shown(replace(stacked, rangees=stacked.rangees[1:])).keys() == {("age", "075"), ("age", None)}
    women = Rangee(("F",), (300,), stacked.rangees[0].personnes)
    assert shown(stacked)["sexe", "F"] == shown(Tableau("demande", ("sexe",), (N,), (women,)))[("F",)]
    assert shown(marge(stacked, ("axe",))).keys() == {("sexe",), ("age",)}
    with pytest.raises(ValueError, match="ne s’additionnent pas"):
        marge(stacked, ("modalite",))


# Shares and delays


def test_a_share_is_worked_out_from_what_is_shown():
    """OBS-7: never from the truth, nor where one of both is masked."""
    mesures = (N, REFUS, Mesure("taux", Nature.PART, "refus", sur="n"), Mesure("part", Nature.PART, "n"))
    rows = tuple(
        Rangee(
            (unit,),
            (many, few, few / many, many / 1000),
            (people(many), people(few), people(few), people(many)),
        )
        for unit, many, few in ((1, 500, 200), (2, 400, 5), (3, 100, 50))
    )
    found = shown(Tableau("demande", ("unite",), mesures, rows))
    (whole,) = shown(
        marge(
            Tableau(
                "demande",
                ("unite",),
                (N,),
                tuple(Rangee(r.cles, r.valeurs[:1], r.personnes[:1]) for r in rows),
            ),
            (),
        )
    )[()]
    for n, refus, taux, part in found.values():
        assert part == round(n / whole, 2)
        assert taux == (MASQUE if refus == MASQUE else round(refus / n, 2))
    assert found[(2,)][1:3] == (MASQUE, MASQUE)


def test_a_share_of_months_that_make_no_year_is_masked():
    mesures = (N, Mesure("part", Nature.PART, "n"))
    rows = tuple(Rangee((f"2026-0{n}",), (300, 0.5), (people(300), people(300))) for n in (1, 2))
    tableau = Tableau("demande", ("mois",), mesures, rows, (periode(date(2026, 1, 1), date(2026, 2, 28)),))
    assert {valeurs[1] for valeurs in shown(tableau).values()} == {MASQUE}


@pytest.mark.parametrize(
    ("rang", "many", "seen"),
    [
        (0.5, 60, True),
        (0.25, 40, False),
        (0.25, 60, True),
        (0.9, 100, False),
        (0.9, 130, True),
        (0.5, 10, False),
    ],
)
def test_a_quantile_has_eleven_persons_on_each_side(rang, many, seen):
    """OBS-7: what is said of the ninth tenth is said of those above it."""
    mesures = (N, Mesure("q", Nature.QUANTILE, "n", rang))
    rows = tuple(
        Rangee((unit,), (big, 100_000), (people(big), people(big)))
        for unit, big in ((1, many), (2, 500), (3, 500))
    )
    found = shown(Tableau("demande", ("unite",), mesures, rows)).get((1,), (MASQUE, MASQUE))
    assert (found[1] != MASQUE) is seen


def test_a_delay_is_no_finer_than_people_read_it():
    mesures = (N, Mesure("q", Nature.QUANTILE, "n", 0.5))
    rows = tuple(
        Rangee((n,), (500, delay), (people(500), people(500)))
        for n, delay in enumerate((100_001, 500_001, 3_000_001))
    )
    delays = [valeurs[1] for valeurs in shown(Tableau("demande", ("unite",), mesures, rows)).values()]
    assert delays == [28 * 3600, 12 * 43200, 35 * 86400]


def test_what_masked_means_is_said():
    assert "moins de 11 personnes" in legende(REGLES)
    assert "15 près" in legende(REGLES)
