"""A card and Pro Santé Connect say the same numbers: one pattern (CON-3)."""

import pytest

from accounts.models import Identite
from authcps import card, exercices
from authcps.identity import IDNAT


def test_one_pattern_for_both_doors():
    assert card.IDNAT is exercices.IDNAT is IDNAT


@pytest.mark.parametrize(
    ("idnat", "known"),
    [
        ("899900000017", True),
        ("0319999990", True),
        ("02A9999990", True),
        ("3310099999/CPE0000042", True),
        ("30B0037750/CPET0001", True),
        ("4123456789/0001", True),
        ("599999999900019/CPA0000007", True),
        ("6123456789/1", True),
        ("89990000001", False),  # one digit less
        ("8999000000170", False),
        ("59999999990001/CPA0000007", False),  # no SIRET
        ("5999999999000199/CPA0000007", False),
        ("3310099999", False),  # the structure alone
        ("3310099999/", False),
        ("310099999/CPE0000042", False),
        ("912345678901", False),  # a student
        ("2123456/1", False),
        ("899900000017\n", False),
        ("٨٩٩٩٠٠٠٠٠٠١٧", False),
        ("3310099999/" + "9" * 26, False),
    ],
)
def test_what_a_national_number_is(idnat, known):
    assert bool(IDNAT.fullmatch(idnat)) is known


def test_the_longest_one_fits_its_column():
    longest = "5" + "9" * 14 + "/" + "9" * 23
    assert IDNAT.fullmatch(longest)
    assert len(longest) <= Identite._meta.get_field("idnat").max_length
