"""Names (CON-9, CPX-2, COM-3): one way to keep them, one way to compare them."""

import pytest

from viatraj.core.saisie import Refused, noms

KEPT = {
    "Estival": "Estival",
    "  Estival\u200b ": "Estival",
    "Esti\u00adval": "Estival",
    "\u202eEstival\u202c": "Estival",
    "\ufeffEstival": "Estival",
    "Esti\u2060val\ufe0f": "Estival",
    "\u3164Estival": "Estival",
    "E\u0301tienne": "Étienne",  # as macOS types it
    "Nguye\u0302\u0303n": "Nguyễn",
    "D’Almeida": "D'Almeida",
    "D\u02bcAlmeida": "D'Almeida",
    "L\u00b4Hermite": "L'Hermite",
    "O`Brien": "O'Brien",
    "Jean\u2011Pierre": "Jean-Pierre",
    "Jean\u2013Pierre": "Jean-Pierre",
    "Jean\u00a0Pierre": "Jean Pierre",
    "Jean\t \u202fPierre\n": "Jean Pierre",
    "'t Hooft": "'t Hooft",
    "Dupont - Durand": "Dupont - Durand",
    "M.-Claude": "M.-Claude",
    "St. Clair": "St. Clair",
    "Gri\ufb03n": "Griffin",
    "Ｅstival": "Estival",
    "Иванов": "Иванов",
    "Παπαδόπουλος": "Παπαδόπουλος",
    "محمد": "محمد",
    "राम": "राम",
    "X": "X",
    "": "",
    " \u200b ": "",
}
REFUSED = [
    *("🙂", "Anne 🙂", "Jean2", "٣", "-", "'", "...", "-Dupont", "Dupont-", "=cmd", "+33", "@anne"),
    *("Dupont (Martin)", "Dupont/Martin", "Dupont, Anne", "Dupont; Anne", "<b>Anne</b>", "visitez.example"),
    *("Jean\x00", "Jean\x07", "\ud800Jean", "Jean\ufffd", "Jean\ue000", "a" + "\u0301" * 6, "x" * 101),
    *("Jean----Pierre", "Jean_Pierre", "\u0301Anne", "“Anne”", "§ Anne"),
]
ONE_PERSON = [
    (("Estival", "Anne"), ("Estival\u200b", "Anne")),
    (("D'Almeida", "Zoë"), ("DALMEIDA", "ZOE")),
    (("Le Goff", "Jean-Luc"), ("LE-GOFF", "Jean Luc")),
    (("ŒUVRARD", "Łukasz"), ("Oeuvrard", "Lukasz")),
    (("Étienne", "Æmilia"), ("E\u0301TIENNE", "AEMILIA")),
    (("Straße", "Søren"), ("STRASSE", "Soren")),
    (("Иванов", "Пётр"), ("ИВАНОВ", "Петр")),
]
TWO_PEOPLE = [
    (("Estival", "Anne"), ("Estivel", "Anne")),
    (("Estival", "Anne"), ("Anne", "Estival")),
    (("Estival", "Anne"), ("Estival", "Anne-Marie")),
    (("Estival", "Anne"), ("EstivalAnne", "")),
    (("Иванов", "Пётр"), ("Петров", "Иван")),  # without Latin letters too
    (("राम", ""), ("रमा", "")),
    (("DOC0075434", "Kit"), ("DOC0075435", "Kit")),
    (("", ""), ("", "")),
    (("-", ""), ("'", "")),
]


def test_names_are_kept_in_one_way():
    assert {typed: noms.read(typed) for typed in KEPT} == KEPT
    assert {kept: noms.read(kept) for kept in KEPT.values()} == {kept: kept for kept in KEPT.values()}


@pytest.mark.parametrize("typed", REFUSED, ids=ascii)
def test_what_is_no_name_is_refused_in_a_sentence(typed):
    with pytest.raises(Refused, match=r"\.$"):
        noms.read(typed)


def test_what_a_card_or_a_search_says_is_tidied_and_never_refused():
    assert [noms.tidied(typed) for typed in ("DOC0075434\u200b", "D’A", "\x00", "e\u0301")] == [
        "DOC0075434",
        "D'A",
        "\x00",
        "é",
    ]


def test_one_person_however_written():
    assert [pair for pair in ONE_PERSON if not noms.same(*pair)] == []
    assert [pair for pair in ONE_PERSON if noms.key(*pair[0]) != noms.key(*pair[1])] == []


def test_near_names_are_two_people():
    assert [pair for pair in TWO_PEOPLE if noms.same(*pair)] == []
