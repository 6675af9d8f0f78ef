"""A list of zones as people paste it (ANN-2, row 38)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annuaire.models import Commune, CommuneAncienne, Departement, Epci, Region
from annuaire.reads.couvertures import Zone
from annuaire.reads.zones import (
    BOTH_WAYS,
    MOST,
    SEVERAL,
    TOO_MANY,
    UNKNOWN,
    Fichier,
    propose,
    understand,
)
from tests.habilitations.imports import text as csv
from tests.habilitations.imports import xlsx
from viatraj.core import tableaux
from viatraj.core.tableaux.cellules import FORMULA, TOO_LONG, Unreadable


@pytest.fixture
def territoire(db):
    region = Region.objects.create(code="Z4", nom="Région")
    for code, nom in (("01", "Ain"), ("31", "Haute-Garonne"), ("81", "Tarn"), ("974", "La Réunion")):
        Departement.objects.create(code=code, nom=nom, region=region)
    Epci.objects.create(code="200068641", nom="CC Cœur et Coteaux du Comminges", nature="CC")
    for code, nom, departement in [
        ("31555", "Toulouse", "31"),
        ("31483", "Saint-Gaudens", "31"),
        ("31020", "Aussonne", "31"),
        ("81065", "Castres", "81"),
        ("97411", "Saint-Denis", "974"),
        ("31001", "Saint-Paul", "31"),
        ("97415", "Saint-Paul", "974"),
        ("01004", "Ambérieu-en-Bugey", "01"),
    ]:
        Commune.objects.create(
            code=code, nom=nom, departement_id=departement, codes_postaux=[f"{code[:3]}00"]
        )
    Commune.objects.filter(code="31483").update(epci_id="200068641")
    CommuneAncienne.objects.create(code="31999", nature="ancienne", commune_id="31555")


def test_codes_and_names_are_understood(territoire):
    zones, faults, _ = understand(
        "31555\r\n\n saint gaudens \nsauf 200068641\nTarn\n974\nSauf Aussonne\n31555\n31999"
    )
    assert faults == []
    assert zones == [
        Zone("commune", "31555"),
        Zone("commune", "31483"),
        Zone("epci", "200068641", exclue=True),
        Zone("departement", "81"),
        Zone("departement", "974"),
        Zone("commune", "31020", exclue=True),
    ]


def test_what_is_not_understood_is_told_with_its_line(territoire):
    _, faults, _ = understand("Toulouse\nNulle-Part\n99999\n200000000\n<b>x</b>\nSaint-Paul")
    assert [(one.numero, one.dit, one.pourquoi) for one in faults] == [
        (2, "Nulle-Part", UNKNOWN),
        (3, "99999", UNKNOWN),
        (4, "200000000", UNKNOWN),
        (5, "<b>x</b>", UNKNOWN),
        (6, "Saint-Paul", SEVERAL.format("commune 31001 (31), commune 97415 (974)")),
    ]


def test_of_two_of_a_name_that_of_the_departement_is_meant(territoire):
    assert understand("Saint-Paul", departement="974")[0] == [Zone("commune", "97415")]


def test_a_long_list_costs_as_many_queries_as_a_short_one(territoire):
    counts = []
    few = ["Toulouse", "31483", "81", "200068641", "x"]
    for text in ("\n".join(few), "\n".join(few * 400)):
        with CaptureQueriesContext(connection) as seen:
            understand(text)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_forty_thousand_lines_are_refused_in_one_sentence(territoire):
    assert understand("31555\n" * 40_000) == ([], [(MOST + 1, "", TOO_MANY)], [])


def test_codes_that_a_spreadsheet_has_shortened_are_understood(territoire):
    assert understand("1004\n1").zones == [Zone("commune", "01004"), Zone("departement", "01")]


def test_what_is_doubled_or_merged_is_said_what_is_said_both_ways_is_refused(territoire):
    zones, faults, notes = understand("31555\nToulouse\n31999\n97411")
    assert (zones, faults) == ([Zone("commune", "31555"), Zone("commune", "97411")], [])
    assert notes == [
        "2 lignes en double, comptées une fois.",
        "1 commune réunie à une autre, lues comme celle d’aujourd’hui\u00a0: 31999.",
    ]
    assert [one.pourquoi for one in understand("31\nsauf Haute-Garonne").faults] == [BOTH_WAYS]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("saint gau", ["epci:200068641", "commune:31483"]),
        ("31500", ["commune:31555"]),
        ("31555", ["commune:31555"]),
        ("haute", ["departement:31"]),
        ("comminges", ["epci:200068641"]),
        ("200068641", ["epci:200068641"]),
        ("nulle part", []),
        ("% _", []),
    ],
)
def test_a_search_proposes_the_widest_first(territoire, said, meant):
    Commune.objects.exclude(code="31555").filter(departement="31").update(codes_postaux=["31800"])
    assert [str(one) for one in propose(said)] == meant


def test_a_search_proposes_those_of_the_departement_before_others(territoire):
    found = [str(one) for one in propose("saint", departement="974")]
    assert found == ["commune:97411", "commune:97415", "epci:200068641", "commune:31001", "commune:31483"]


class TestFile:
    """Through the reader of every file that comes from outside."""

    def read(self, file) -> list:
        tableaux.read(file, lines := Fichier())
        meant = understand(lines.text)
        return [str(one) for one in meant.zones] + [f"{one.numero} {one.pourquoi}" for one in meant.faults]

    def test_the_column_of_codes_by_its_title(self, territoire):
        rows = (("Toulouse", 31555), (None, None), ("Ambérieu", 1004), ("?", "sauf 974"), ("x", "99999"))
        wanted = ["commune:31555", "commune:01004", "sauf departement:974", f"6 {UNKNOWN}"]
        assert self.read(xlsx(*rows, titles=["Commune", "Code INSEE"])) == wanted

    @pytest.mark.parametrize("separator", [";", ",", "\t"])
    def test_without_titles_the_first_column(self, territoire, separator):
        file = csv(("31483", "x"), titles=["31555", "Toulouse"], separator=separator)
        assert self.read(file) == ["commune:31555", "commune:31483"]

    def test_names_of_windows(self, territoire):
        file = csv(("Ambérieu-en-Bugey",), titles=["Zone"], encoding="cp1252")
        assert self.read(file) == ["commune:01004"]

    @pytest.mark.parametrize(
        ("file", "sentence"),
        [
            (lambda: csv(*[("31555",)] * 40_000, titles=["Code"]), TOO_LONG),
            (lambda: xlsx(("=A1",), titles=["Code"]), FORMULA),
        ],
    )
    def test_what_cannot_be_read_is_one_sentence(self, territoire, file, sentence):
        with pytest.raises(Unreadable) as refused:
            self.read(file())
        assert sentence in refused.value.sentences[0]
