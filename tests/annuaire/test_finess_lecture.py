"""Readers of FINESS: both formats, what of each site becomes a value, what is left out, what is refused."""

import json
from datetime import date
from pathlib import Path

import pytest

from annuaire import finess
from annuaire.finess import Refused, etalab, flot, positions
from tests.annuaire import finess_files as files
from tests.annuaire.finess_files import DEGREES, METRES, ege, geo, line, plus, write, write_plus

EXAMPLES = Path(__file__).parent / "finess"


def read(path):
    publication = finess.opened(path)
    return publication, list(publication.sites())


def site(folder, **fields):
    return read(write(folder, [line(**fields)]))[1][0]


def site_plus(folder, **fields):
    return read(write_plus(folder, plus(ege(**fields))))[1][0]


# --- Published examples ---------------------------------------------------------------------------


def test_the_csv_example_is_taken():
    publication, found = read(EXAMPLES / "etalab-cs1100502-stock-20260512-0339.extrait-A.csv")
    assert (publication.format, publication.encodage, publication.day) == ("csv", "UTF-8", date(2026, 5, 12))
    told = [(one.finess, one.departement, one.cog, one.code_postal, one.categorie) for one in found]
    assert told == [
        ("010000024", "01", "01451", "01440", "355"),
        ("970102018", "971", "97123", "97133", "223"),
        ("970300026", "973", "97302", "97306", "355"),
        ("970400024", "974", "97411", "97405", "101"),
        ("970302287", "973", "97302", "97306", "500"),
        ("970216057", "972", "97209", "97200", "340"),
    ]
    assert found[2].telephone == "+594594395050"
    assert found[2].adresse == "AV ALEXIS BLAISE\nBP 6006"
    assert found[5].nom == "ALEFPA S.M.J.P.M"  # without a long name
    assert publication.notes == {"sans coordonnées": 6}


def test_the_json_example_is_taken():
    publication, (found,) = read(EXAMPLES / "sample-finess-structures-journalier-20260309.extrait-A.json")
    assert (publication.format, publication.day) == ("FINESS+", date(2026, 3, 9))
    assert (found.finess, found.nom, found.cog) == ("010780195", "CLINIQUE DOCTEUR CONVERT", "01053")
    assert (found.ej_finess, found.ej_nom, found.ej_statut) == ("010000156", "CLINIQUE CONVERT", "73")
    assert (found.latitude, found.longitude) == (46.211257, 5.254203)
    assert found.adresse == "62 AVENUE DE JASSERON\nBP 132"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("schema-structures-v1.json", "n’est pas une publication FINESS"),
        ("schema-activites-v1.json", "n’est pas une publication FINESS"),
        ("cs1100101.xsd", "flux XML"),
    ],
)
def test_the_other_examples_are_refused_with_their_reason(name, told):
    with pytest.raises(Refused, match=told):
        finess.opened(EXAMPLES / name)


# --- Values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("departement", "commune", "cog"),
    [
        ("9A", "127", "97127"),
        ("9B", "207", "97207"),
        ("9J", "613", "98613"),
        ("01", "451", "01451"),
        ("2A", "004", "2A004"),
        ("9F", "611", "97611"),
    ],
)
def test_codes_of_communes(tmp_path, departement, commune, cog):
    found = site(tmp_path, departement=departement, commune=commune)
    assert (found.cog, found.departement) == (cog, "988" if departement == "9J" else found.departement)


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"ouverture": "1900-01-01"}, "ouverture", ""),
        ({"ouverture": "1979-02-13"}, "ouverture", "1979-02-13"),
        ({"ouverture": "demain"}, "ouverture", ""),
        ({"voie": "DU THE AU E"}, "adresse", "12 R DU THE AU E"),
        ({"voie": "EATRE", "typvoie": "R DU"}, "adresse", "12 R DU EATRE"),  # «TH» lost: as published
        (
            {"compldistrib": "BAT A", "lieuditbp": "BP 9", "compvoie": "B"},
            "adresse",
            "BAT A\n12 B R DES LILAS\nBP 9",
        ),
        ({"telephone": "123"}, "telephone", ""),
        ({"siret": "12"}, "siret", ""),
        ({"siret": "13000548100010"}, "siret", "13000548100010"),
        ({"acheminement": "VIRIAT"}, "code_postal", ""),
        ({"acheminement": "VIRIAT"}, "commune", "VIRIAT"),
        ({"rslongue": 'MAISON "LES ORMES"; ANNEXE'}, "nom", 'MAISON "LES ORMES"; ANNEXE'),
        ({"rslongue": "  CH\u200b  DE  VIRIAT "}, "nom", "CH DE VIRIAT"),
        ({"ej_finess": "12"}, "ej_finess", ""),
        ({"categorie": "<b>"}, "categorie", ""),
    ],
)
def test_values(tmp_path, fields, name, value):
    assert getattr(site(tmp_path, **fields), name) == value


def test_of_other_categories_only_the_number_is_read(tmp_path):
    lines = [line(), line(finess="990000025", categorie="620", telephone="123")]
    publication = finess.opened(write(tmp_path, lines))
    assert [(one.finess, one.nom == "") for one in publication.sites({"355"})] == [
        ("990000017", False),
        ("990000025", True),
    ]
    assert publication.notes == {"sans coordonnées": 1}
    other = ege(about={"numFinessEge": "990000025"}, etatObjet="I")
    publication = finess.opened(write_plus(tmp_path, plus(other)))
    assert [(one.finess, one.nom, one.ferme) for one in publication.sites({"500"})] == [
        ("990000025", "", True)
    ]


def test_unreadable_values_are_counted(tmp_path):
    publication, _ = read(write(tmp_path, [line(telephone="123", siret="12"), line(telephone="0")]))
    assert publication.notes == {"telephone illisible": 2, "siret illisible": 1, "sans coordonnées": 2}


def test_the_old_encoding_is_found_and_said(tmp_path):
    path = write(tmp_path, [line(rslongue="RÉSIDENCE DE L’ÉTÉ".replace("’", "'"))], encoding="iso-8859-15")
    publication, (found,) = read(path)
    assert (publication.encodage, found.nom) == ("ISO-8859-15", "RÉSIDENCE DE L'ÉTÉ")


def test_windows_ends_and_a_mark_are_nothing(tmp_path):
    path = write(tmp_path, [line(), geo()], end="\r\n", encoding="utf-8-sig")
    assert read(path)[1][0].latitude == pytest.approx(DEGREES[0], abs=1e-5)


def test_a_site_of_finess_plus(tmp_path):
    found = site_plus(tmp_path)
    assert (found.nom, found.cog, found.email) == (
        "CENTRE HOSPITALIER D'ARVIGNE",
        "01451",
        "accueil@arvigne.example",
    )
    assert (found.latitude, found.longitude) == DEGREES
    assert not found.ferme


@pytest.mark.parametrize(
    ("fields", "ferme"),
    [
        ({"etatObjet": "A"}, False),
        ({"etatObjet": "I"}, True),
        ({"etatObjet": {"code": "I", "system": "x"}}, True),
        ({"about": {"dateFermeture": "2026-07-31"}}, True),
        ({"about": {"dateFermeture": "2026-08-02"}}, False),  # the day after the file's
        ({"about": {"dateFermeture": "1900-01-01"}}, False),
    ],
)
def test_closed_ones(tmp_path, fields, ferme):
    assert site_plus(tmp_path, **fields).ferme is ferme


def test_the_schema_s_own_names_are_read_as_those_of_the_data(tmp_path):
    said = plus(ege(categorieEntiteGeographiqueExercice={"code": "500", "system": "x"}))
    said["pmej"][0]["informationsGeneralesPmej"] = said["pmej"][0].pop("informationsGeneralesPMEJ")
    del said["pmej"][0]["ege"][0]["categorieentiteGeographiqueExercice"]
    found = read(write_plus(tmp_path, said))[1][0]
    assert (found.categorie, found.ej_finess) == ("500", "990000009")


# --- Positions ------------------------------------------------------------------------------------
# From published files (FINESS+, ansforge/finess), and from the length of the meridian of GRS80.
KNOWN = [
    (positions.lambert93, (941_342.52, 6_589_480.53), (46.362063, 6.139885)),
    (positions.lambert93, (873_766.07, 6_570_414.61), (46.211257, 5.254203)),
    (positions.lambert93, (700_000.0, 6_600_000.0), (46.5, 3.0)),
    (positions.utm(31), (500_000.0, 4_982_950.40), (45.0, 3.0)),
    (positions.utm(17), (630_084.0, 4_833_438.0), (43.642567, -79.387139)),  # the CN Tower, to a metre
    (positions.utm(40, south=True), (500_000.0, 10_000_000.0), (0.0, 57.0)),
]


@pytest.mark.parametrize(("convert", "metres", "degrees"), KNOWN)
def test_known_points(convert, metres, degrees):
    assert convert(*metres) == pytest.approx(degrees, abs=1e-5)


@pytest.mark.parametrize(
    ("metres", "expected"),
    [
        (METRES, (DEGREES, "")),
        (METRES[::-1], (DEGREES, positions.SWAPPED)),
        (("", ""), (None, positions.ABSENT)),
        ((0, 0), (None, positions.ABSENT)),
        ((METRES[0], ""), (None, positions.ABSENT)),
        (DEGREES, (None, positions.WRONG)),  # degrees where metres are
        ((6.1, 46.3), (None, positions.WRONG)),
        ((METRES[0] * 10, METRES[1]), (None, positions.WRONG)),
        (("n", "m"), (None, positions.WRONG)),
        (("nan", "inf"), (None, positions.WRONG)),
        (("9" * 300, "1"), (None, positions.WRONG)),
    ],
)
def test_metres_are_recognised_by_their_magnitude(metres, expected):
    found, word = positions.place(
        "01", degrees=("", ""), metres=tuple(str(one or "0") if one == 0 else str(one) for one in metres)
    )
    assert word == expected[1]
    assert found is None if expected[0] is None else found == pytest.approx(expected[0], abs=1e-5)


def test_degrees_go_before_metres_and_either_may_be_interverted():
    assert positions.place("01", degrees=("46.2", "5.2"), metres=("1", "1")) == ((46.2, 5.2), "")
    assert positions.place("01", degrees=("5.2", "46.2"), metres=("", "")) == ((46.2, 5.2), positions.SWAPPED)
    found, word = positions.place("01", degrees=("0.5", "0.2"), metres=tuple(map(str, METRES)))
    assert (found, word) == (pytest.approx(DEGREES, abs=1e-5), "")


@pytest.mark.parametrize(
    ("departement", "metres", "near"),
    [
        ("971", (656_000, 1_797_000), (16.25, -61.54)),
        ("972", (707_000, 1_618_000), (14.63, -61.08)),
        ("973", (354_000, 545_000), (4.93, -52.32)),
        ("974", (338_000, 7_690_000), (-20.88, 55.44)),
        ("976", (523_000, 8_587_000), (-12.78, 45.21)),
        ("975", (564_000, 5_181_000), (46.78, -56.16)),
    ],
)
def test_overseas(departement, metres, near):
    found, word = positions.place(departement, degrees=("", ""), metres=tuple(map(str, metres)))
    assert (word, found) == ("", pytest.approx(near, abs=0.02))
    wrong, word = positions.place("01", degrees=("", ""), metres=tuple(map(str, metres)))
    assert (wrong, word) == (None, positions.WRONG)  # of another département


# --- Refused --------------------------------------------------------------------------------------
BAD_CSV = {
    "cut": (line()[:90], r"Ligne 2.: \d+ champs au lieu de 32"),
    "too wide": (line() + ";", "33 champs"),
    "another kind": ("equipementsocial;1;2", "Ligne 2.: elle n’est ni"),
    "an empty line": (line() + "\n\n" + line(), "Ligne 3"),
    "no number": (line(finess="CH D'ARVIGNE"), "numéro FINESS"),
    "an endless field": (line(rslongue="A" * 201), "dépasse 200"),
    "unclosed": (line().replace("CH D'ARVIGNE", "\"CH D'ARVIGNE"), "guillemet|champs"),
    "cut position": ("geolocalisation;010000024;1", "3 champs au lieu de 6"),
    "nothing": ("", "aucun établissement|Ligne 2"),
}


@pytest.mark.parametrize("case", BAD_CSV)
def test_a_bad_csv_is_refused_with_its_line(tmp_path, case):
    text, told = BAD_CSV[case]
    with pytest.raises(Refused, match=told):
        read(write(tmp_path, [text]))


def test_too_many_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(etalab, "MOST", 5)
    assert len(read(write(tmp_path, [line()] * 4))[1]) == 4
    with pytest.raises(Refused, match="plus de 5 lignes"):
        read(write(tmp_path, [line()] * 6))


BAD_JSON = {
    "cut": (json.dumps(plus(ege()))[:-40], "coupé"),
    "cut in its heading": ('{"schemaVersion": "v1', "coupé"),
    "another version": (json.dumps(plus(ege(), schemaVersion="v2.0.0")), "version 1"),
    "no version": (json.dumps({"pmej": []}), "version 1"),
    "no site": (json.dumps(plus()), "aucun établissement"),
    "activities": (json.dumps({"schemaVersion": "v1.0.0", "activites": [{}]}), "aucun établissement"),
    "more behind": (json.dumps(plus(ege())) + "{}", "abîmé"),
    "no comma": (json.dumps(plus(ege())).replace('"gco"', ' "x" "gco"'), "abîmé"),
    "deep": ('{"schemaVersion": "v1.0.0", "a": ' + "[" * 50_000, "coupé|abîmé|forme"),
    "a number for a name": (json.dumps(plus(ege(about={"nomEgeLong": ["A"]}))), "n’est pas un texte"),
    "no number": (json.dumps(plus(ege(about={"numFinessEge": "12"}))), "numéro FINESS"),
    "an endless name": (json.dumps(plus(ege(about={"nomEgeLong": "A" * 300}))), "dépasse"),
    "an array": ("[1]", "ni son JSON"),
}


@pytest.mark.parametrize("case", BAD_JSON)
def test_a_bad_json_is_refused(tmp_path, case):
    text, told = BAD_JSON[case]
    path = tmp_path / "finess.json"
    path.write_text(text)
    with pytest.raises(Refused, match=told):
        read(path)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "a"
    for raw, told in ((b"PK\x03\x04\0\0", "décompressé"), (b"", "ni le csv"), (b"a;b\n", "ni le csv")):
        path.write_bytes(raw)
        with pytest.raises(Refused, match=told):
            finess.opened(path)
    with pytest.raises(Refused, match="ne se lit pas"):
        finess.opened(tmp_path / "absent")


def test_a_stream_gives_what_the_whole_gives(tmp_path, monkeypatch):
    """With a window smaller than its elements, numbers at its edge included."""
    said = {
        "a": [{"b": [1.5, "é\\u00e9", {}]}, 12345, [], "x"],
        "c": 42,
        "d": {"e": None},
        "f": [],
        "g": -1e3,
    }
    text = json.dumps(said, indent=1)
    whole = [
        (key, one) for key, value in said.items() for one in (value if isinstance(value, list) else [value])
    ]
    for size in (1, 2, 7, 4096):
        monkeypatch.setattr(flot, "WINDOW", size)
        (tmp_path / "a.json").write_text(text)
        with (tmp_path / "a.json").open() as file:
            assert list(flot.members(file)) == whole


def test_an_endless_element_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(flot, "WINDOW", 10)
    monkeypatch.setattr(flot, "LARGEST", 100)
    (tmp_path / "a.json").write_text(json.dumps({"a": ["x" * 1_000]}))
    with (tmp_path / "a.json").open() as file, pytest.raises(Refused):
        list(flot.members(file))


def test_the_maker_of_whole_files_makes_files_that_are_taken(tmp_path):
    known = list(files.sites(["01451", "2A004", "75056"], 30))
    csv, plus_ = read(files.write_whole(tmp_path, known))[1], read(files.write_whole_plus(tmp_path, known))[1]
    assert len(csv) == len(plus_) == 30
    assert [one.finess for one in csv] == [one.finess for one in plus_]
    assert csv[0].latitude == pytest.approx(plus_[0].latitude, abs=1e-6)
    assert sum(one.latitude is not None for one in csv) == 30
