"""Places as people type them, and as the directory has them (ANN-5, DEL-3)."""

import pytest

from annuaire import places
from annuaire.places import Place
from annuaire.reads import search
from tests.annuaire.files import line


def words(typed: str) -> list[str]:
    return typed.upper().replace("È", "E").replace("(", " ").replace(")", " ").replace("-", " ").split()


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("", Place()),
        ("31000", Place("31000")), ("31", Place("31")), ("310", Place("310")), ("31 000", Place("31000")),
        ("2a", Place("2A")), ("2B", Place("2B")), ("2A Ajaccio", Place("2A", "AJACCIO")),
        ("31000 Toulouse", Place("31000", "TOULOUSE")), ("Toulouse 31000", Place("31000", "TOULOUSE")),
        ("Toulouse (31)", Place("31", "TOULOUSE")), ("31 Toulouse", Place("31", "TOULOUSE")),
        ("31059 Toulouse Cedex 9", Place("31059", "TOULOUSE")), ("Toulouse cedex", Place("", "TOULOUSE")),
        ("Paris", Place("", "PARIS")), ("Paris 14", Place("", "PARIS14")),
        ("Paris 14e", Place("", "PARIS14")),
        ("Paris 14ème", Place("", "PARIS14")), ("Paris 1er", Place("", "PARIS01")),
        ("Paris 14e arrondissement", Place("", "PARIS14")), ("75014 Paris", Place("75014")),
        ("Paris 75014", Place("75014")), ("Paris cedex 14", Place("", "PARIS14")),
        ("Lyon 03", Place("", "LYON03")), ("Lyon 3", Place("", "LYON03")), ("Lyon 3e", Place("", "LYON03")),
        ("Marseille 2nd", Place("", "MARSEILLE02")), ("St-Etienne", Place("", "SAINTETIENNE")),
        ("Ste Foy", Place("", "SAINTEFOY")), ("Marseille en Beauvaisis", Place("", "MARSEILLEENBEAUVAISIS")),
    ],
)  # fmt: skip
def test_a_place_is_read_however_it_is_typed(typed, place):
    assert places.read(words(typed)) == place


@pytest.mark.parametrize("typed", ["7", "310000", "7X", "2C", "3 Toulouse", "3e Lyon"])
def test_what_begins_like_a_code_and_is_none_is_refused(typed):
    with pytest.raises(ValueError, match=words(typed)[0]):
        places.read(words(typed))


TOWNS = {  # idnat's end → code, commune
    "011": ("31000", "TOULOUSE"),
    "029": ("31300", "TOULOUSE"),
    "037": ("31059", "TOULOUSE CEDEX 9"),
    "045": ("31700", "BLAGNAC"),
    "052": ("75014", "PARIS 14"),
    "060": ("75674", "PARIS CEDEX 14"),
    "078": ("69003", "LYON 3E ARRONDISSEMENT"),
    "086": ("69437", "LYON CEDEX 03"),
    "094": ("69007", "LYON 07"),
    "102": ("97400", "SAINT-DENIS"),
    "110": ("93200", "ST DENIS"),
    "128": ("27930", "EVREUX"),
    "136": ("27000", "EVREUX"),
    "144": ("59000", "TOULOUSETTE"),
}


@pytest.fixture
def towns(db, load):
    load(
        [
            line(idnat=f"899000000{end}", code_postal=code, commune=commune)
            for end, (code, commune) in TOWNS.items()
        ]
    )


@pytest.mark.parametrize(
    ("typed", "ends"),
    [
        ("31000 Toulouse", "011 037"), ("31000", "011 037"), ("31300", "029 037"),
        ("Toulouse", "011 029 037"),
        ("31059", "011 029 037"), ("Toulouse cedex 9", "011 029 037"), ("31059 Toulouse", "011 029 037"),
        ("Toulouse (31)", "011 029 037"), ("31 Toulouse", "011 029 037"), ("Blagnac", "045"),
        ("31", "011 029 037 045"), ("Toulousette", "144"), ("Toulous", "011 029 037 144"),
        ("Paris 14e", "052 060"), ("75014", "052 060"), ("75674", "052 060"), ("Paris", "052 060"),
        ("75014 Paris", "052 060"), ("Paris cedex 14", "052 060"), ("75015 Paris", ""),
        ("Lyon 03", "078 086"), ("Lyon 3e", "078 086"), ("69437", "078 086"), ("Lyon", "078 086 094"),
        ("Lyon 7e", "094"), ("69007", "094"),
        ("Saint-Denis", "102 110"), ("st denis", "102 110"), ("97400 Saint-Denis", "102"),
        ("93200 Saint Denis", "110"), ("974", "102"),
        ("27000", "136"), ("27930", "128"), ("Evreux", "128 136"),
        ("Toulouze", "011 029 037"), ("Tolouse", "011 029 037"), ("Nulle-Part", ""),
        ("31000 Nulle-Part", "011 037"),
    ],
)  # fmt: skip
def test_the_people_of_the_town_are_found(towns, typed, ends):
    found = {hit.idnat[-3:] for hit in search.find("leclerc", commune=typed).professionnels}
    assert found == set(ends.split())
