"""The generator of invented extractions."""

from tests.annuaire import files
from viatraj.demo import extraction

DEMO = {
    "idnat": "899000455770",
    "nom": "LECLERCQ",
    "prenom": "Christine",
    "specialite": "Gériatrie",
    "code_postal": "76000",
    "commune": "ROUEN",
}


def read(path):
    header, *lines = path.read_text("utf-8").split("\n")
    assert lines.pop() == ""
    return header, [line.split("|") for line in lines]


def test_has_the_published_columns_and_a_trailing_separator(tmp_path):
    count = extraction.write(tmp_path / "a.txt", 3000, 1)
    header, lines = read(tmp_path / "a.txt")
    assert header == files.HEADER
    assert len(lines) == count >= 3000
    assert {len(fields) for fields in lines} == {57}
    assert {fields[-1] for fields in lines} == {""}


def test_same_seed_same_bytes_other_seed_other_people(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        extraction.write(tmp_path / name, 500, seed)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_everybody_is_invented_and_has_a_valid_number(tmp_path):
    extraction.write(tmp_path / "a.txt", 3000, 1)
    _, lines = read(tmp_path / "a.txt")
    assert {fields[1][:2] for fields in lines} == {"99"}
    assert all(fields[2] == fields[0] + fields[1] for fields in lines)
    rpps = {fields[1] for fields in lines if fields[0] == "8"}
    assert {len(number) for number in rpps} == {11}
    assert all(luhn(number) for number in rpps)
    assert {len(fields[1]) for fields in lines if fields[0] == "0"} == {9}
    assert {fields[40][:6] for fields in lines} == {"019900", ""}


def luhn(number):
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def test_looks_like_the_real_one(tmp_path):
    extraction.write(tmp_path / "a.txt", 3000, 1)
    _, lines = read(tmp_path / "a.txt")
    assert {"10", "60", "93"} <= {fields[9] for fields in lines}
    assert {fields[11] for fields in lines} == {"C", "E", "M"}
    assert any('"' in fields[24] for fields in lines)
    assert any(fields[35] == "" for fields in lines)
    assert len({fields[2] for fields in lines}) == 3000 < len(lines)


def test_named_people_come_first(tmp_path):
    extraction.write(tmp_path / "a.txt", 100, 1, people=[DEMO])
    _, lines = read(tmp_path / "a.txt")
    assert [lines[0][i] for i in (2, 7, 8, 9, 11, 16, 35, 37)] == [
        "899000455770", "LECLERCQ", "Christine", "10", "C", "Gériatrie", "76000", "ROUEN",
    ]  # fmt: skip


def test_next_day_changes_removes_and_adds(tmp_path):
    extraction.write(tmp_path / "a.txt", 3000, 1)
    counts = extraction.mutate(
        tmp_path / "a.txt", tmp_path / "b.txt", 1, changed=0.02, removed=0.01, added=0.01
    )
    _, before = read(tmp_path / "a.txt")
    _, after = read(tmp_path / "b.txt")
    known = {tuple(fields) for fields in before}
    assert len(after) == len(before) - counts["removed"] + counts["added"]
    assert sum(tuple(fields) not in known for fields in after) == counts["changed"] + counts["added"]
    assert min(counts.values()) > 0
