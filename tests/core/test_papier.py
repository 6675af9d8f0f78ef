"""Real text in the site's font, tagged, the same bytes for the same content (HAB-11, DOS-3)."""

from datetime import UTC, datetime

import pytest

from tests.papers import Lu
from viatraj.core.papier import Papier, written

MADE = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


def paper(*texts) -> Lu:
    sheets = Papier(title="Un titre", foot="Pied", made_at=MADE)
    sheets.add_page()
    sheets.heading("Première partie", 16)
    for text in texts:
        sheets.say(text)
    return Lu(bytes(sheets.output()))


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("Łukasz Ďurišin, Őry, Ş, Γ, β", "Łukasz Ďurišin, Őry, Ş, Γ, β"),
        ("e\u0301te\u0301", "été"),
        ("SpO2 ≥ 92 % → ≤ 3", "SpO2 >= 92 % -> <= 3"),
        ("北京", "??"),
        ("a\u200db\ufe0f", "ab"),
        ("ﬁn", "fin"),
        ("1\u202f200", "1\xa0200"),
    ],
)
def test_what_the_font_cannot_draw_is_written_otherwise(typed, drawn):
    assert written(typed) == drawn


def test_what_is_written_is_read_again():
    assert "Łukasz Ďurišin été 10 h 42" in paper("Łukasz Ďurišin été 10 h 42").text


def test_a_paragraph_runs_over_sheets_and_loses_nothing():
    words = [f"mot{number}" for number in range(4_000)]
    read = paper(" ".join(words))
    assert len(read.sheets) > 3
    assert [one for one in read.text.split() if one.startswith("mot")] == words
    assert read.outside(margin=20) == []


def test_a_heading_is_not_left_alone_at_the_foot():
    for lines in range(40, 60):
        sheets = Papier(title="Un titre", foot="Pied", made_at=MADE)
        sheets.add_page()
        for _ in range(lines):
            sheets.say("Une ligne.")
        sheets.heading("Titre du bas")
        sheets.say("Ce qui suit.")
        pages = Lu(bytes(sheets.output())).sheets
        assert [("Titre du bas" in one) for one in pages] == [("Ce qui suit." in one) for one in pages]


def test_tagged_in_french_with_its_outline_and_its_title():
    read = paper("Texte.")
    assert read.outline == ["Première partie"]
    assert read.metadata["Title"] == "Un titre"
    for mark in (b"/Lang (fr)", b"/Marked true", b"/S /H1", b"/S /P"):
        assert mark in read.content


def test_same_content_same_bytes():
    assert paper("Texte.").content == paper("Texte.").content
