"""Lines read by the block are what they are one by one, and refused alike (ANN-5, ANN-7)."""

import random
import sys

import pytest

from annuaire import rpps
from annuaire.lignes import BLANKS, IDNAT, LIMITS, LONGEST_LINE, Format, Refused
from tests.annuaire import files
from tests.annuaire.files import COLUMNS, HEADER, crowd, line, write
from viatraj.core.saisie.caracteres import visible

SAID = [
    "", "a", "É", "Œ", "N° 3", " avant", "après ", "entre deux", "\u00a0", "\u200b", "\u3000x", "a\u2019b",
    "\t", "\x1f", "a\rb", "\\N", "x" * 40, "x" * 41, "é" * 125, "é" * 126, "x" * 250, "x" * 251,
    "x" * 250 + " ", "\U000e0020",
]  # fmt: skip
FAULTS = ["\0", "|", "\ud800", "|" * 56, "x" * LONGEST_LINE]


@pytest.fixture(scope="module")
def published():
    """As the header of the ANS has it: 57 fields, the last one empty."""
    places = {column: COLUMNS.index(names[0]) for column, names in (rpps.REQUIRED | rpps.OPTIONAL).items()}
    return Format(len(COLUMNS) + 1, places)


def one_by_one(form, lines):
    return [form._row(number, told) for number, told in lines.items()]


def outcome(read, *args):
    try:
        return read(*args)
    except Refused as refusal:
        return str(refusal)


def drawn(chance, *, faulty):
    said = SAID if chance.random() < 0.3 else SAID[:3]
    fields = chance.choices(said, k=len(COLUMNS))
    fields[COLUMNS.index(files.SHORT[IDNAT])] = "8990"
    if faulty:
        fields[chance.randrange(len(fields))] += chance.choice(FAULTS)
    return ("|".join(fields) + "|" * (chance.random() > 0.02 or not faulty)).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("seed", range(60))
def test_a_block_gives_what_its_lines_give(published, seed):
    chance = random.Random(seed)
    worst = chance.choice([0, 0, 0.1])
    lines = {n: drawn(chance, faulty=chance.random() < worst) for n in range(2, 22)}
    assert outcome(published.rows, lines) == outcome(one_by_one, published, lines)


@pytest.mark.parametrize(("column", "longest"), [(IDNAT, 40), ("nom", 250), ("commune", 250)])
def test_what_is_indexed_is_bounded(tmp_path, column, longest):
    for length, is_taken in ((longest, True), (longest + 1, False)):
        for blank in ("", " "):  # which goes before it is measured
            path = write(tmp_path, [line(**{column: "8" * length + blank})])
            with rpps.opened(path) as extraction:
                assert isinstance(outcome(list, extraction.unknown({})), list) == is_taken


@pytest.mark.parametrize("column", rpps.COLUMNS)
def test_each_field_is_trimmed_by_itself(published, column):
    lone = {2: "|".join("8 " if one == column else "8" for one in by_rank(published)).encode()}
    assert published.rows(lone) == [b"|8" * len(rpps.COLUMNS)]


def by_rank(form):
    """The column of each field of a line, or None."""
    names = dict(zip(form.ranks, form.columns, strict=True))
    return [names.get(rank) for rank in range(form.width)]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["8|1|", "9|2|3|"], "Ligne 2"),
        (["1|2|3|4", "8|1"], "Ligne 3"),
        (["8", "1|9|2|3"], "Ligne 2"),
        (["", "", "8|1|2|"], "Ligne 2"),
        (["8|1|2|", "8|1|2||"], "Ligne 3"),
    ],
)
def test_a_line_lends_no_field_to_its_neighbour(lines, sentence):
    """As many separators as there should be, and as many lines: each line counts its own."""
    form = Format(4, {IDNAT: 0, "nom": 2})
    with pytest.raises(Refused, match=sentence):
        form.rows({n: told.encode() for n, told in enumerate(lines, 2)})


def test_columns_come_in_the_order_of_the_file_and_those_that_are_not_there_last():
    form = Format(4, {IDNAT: 2, "voie": None, "nom": 0, "commune": 3, "mode": None})
    assert form.columns == ["nom", IDNAT, "commune", "voie", "mode"]
    assert form.rows({2: b"A|x|8|B", 3: b"C|y|9|"}) == [b"|A|8|B", b"|C|9|"]
    assert form.end == b"||\n"


def test_whatever_is_trimmed_begins_with_a_byte_that_is_looked_for():
    begins = {
        chr(code).encode()[:1]
        for code in range(sys.maxunicode + 1)
        if not 0xD800 <= code < 0xE000 and not visible(chr(code)).strip()
    }
    assert begins - {b"\n", b" "} == set(BLANKS)


def test_limits_are_those_of_required_columns():
    assert LIMITS.keys() == rpps.REQUIRED.keys()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n"])
def test_a_file_of_several_blocks_is_read_to_its_last_line(tmp_path, end):
    told = crowd(3000)
    path = write(tmp_path, told, end=end)
    path.write_bytes(path.read_bytes().rstrip())  # nor does the last line need an end
    assert path.stat().st_size > 3 * rpps.BLOCK
    with rpps.opened(path) as extraction:
        rows = b"".join(extraction.unknown({})).splitlines()
    assert (extraction.lines, len(rows)) == (3000, 3000)
    numbers = [row.split(b"|")[1].decode() for row in rows]
    assert numbers == [one.split("|")[2] for one in told]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (line(nom="X|Y"), "Ligne 3002\u00a0: 58 champs au lieu de 57"),
        (line(voie="X" * LONGEST_LINE), "Ligne 3002\u00a0: plus de 16384 octets"),
        (line(nom="X" * 2 * rpps.BLOCK), "Ligne 3002\u00a0: plus de 16384 octets"),
        (line(idnat="\u00a0"), "Ligne 3002\u00a0: identification nationale"),
        ("", "Ligne 3002\u00a0: 1 champ au lieu"),
    ],
)
def test_a_fault_is_told_with_its_number_however_far(tmp_path, bad, sentence):
    path = write(tmp_path, [*crowd(3000), bad, line()])
    with rpps.opened(path) as extraction, pytest.raises(Refused, match=sentence):
        list(extraction.unknown({}))


def test_what_is_known_is_not_taken_apart(tmp_path):
    """Of a block, only its new lines are sent, duplicates once."""
    known: dict[bytes, bool] = {}
    with rpps.opened(write(tmp_path, crowd(20))) as extraction:
        list(extraction.unknown(known))
    known = dict.fromkeys(known, False)
    told = [*crowd(10), line(), *crowd(10, 110), line(), *crowd(1)]
    with rpps.opened(write(tmp_path, told, name=files.NEXT, header=HEADER)) as extraction:
        (row,) = b"".join(extraction.unknown(known)).splitlines()
    assert row.decode().split("|")[1:4] == ["899000000011", "LECLERC", "Hélène"]
    assert (extraction.lines, extraction.duplicates, len(known)) == (23, 2, 21)
    assert all(known.values())
