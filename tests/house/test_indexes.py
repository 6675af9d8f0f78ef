"""Indexes that the database keeps for nothing, read in its catalogue; how tests ask whether others serve."""

import re

import pytest
from django.db import connection

from tests.house.source import ROOT

# An index on one column that another one, complete, begins with: it is written twice and never better read.
DOUBLED = """
    SELECT one.indexrelid::regclass::text, other.indexrelid::regclass::text
    FROM pg_index one
    JOIN pg_index other ON other.indrelid = one.indrelid AND other.indexrelid <> one.indexrelid
    JOIN pg_class indexed ON indexed.oid = one.indexrelid
    JOIN pg_class as_well ON as_well.oid = other.indexrelid AND as_well.relam = indexed.relam
    JOIN pg_class listed ON listed.oid = one.indrelid AND listed.relnamespace = 'public'::regnamespace
    WHERE one.indnkeyatts = 1 AND NOT one.indisunique AND one.indkey[0] <> 0
      AND other.indkey[0] = one.indkey[0] AND other.indclass[0] = one.indclass[0]
      AND other.indcollation[0] = one.indcollation[0] AND other.indoption[0] = one.indoption[0]
      AND other.indpred IS NULL
      AND (other.indnkeyatts > 1 OR other.indisunique)
    ORDER BY 1, 2
"""
KEPT = {  # name: why
    "annuaire_unite_ouverte": "holds two columns more, so that a wide row is not read for them",
    "annuaire_guichet_unites_guichet_id_33bde7c2": "Django’s own table of a ManyToMany",
    "auth_group_permissions_group_id_b120cbf9": "Django’s",
    "auth_permission_content_type_id_2f476e4b": "Django’s",
}


@pytest.mark.django_db
def test_no_index_is_the_beginning_of_another():
    with connection.cursor() as cursor:
        cursor.execute(DOUBLED)
        doubled = cursor.fetchall()
    assert [(one, other) for one, other in doubled if one not in KEPT] == []


def test_who_asks_for_a_plan_says_over_which_counts():
    """Its own rows, or as if they were many: autovacuum counts none where all are rolled back."""
    asking = re.compile(r"\.explain\(|\bEXPLAIN |plans\.of\(")
    said = re.compile(r"plans\.(as_if_rows_were_many|forget_counts)\(")
    modules = {one: one.read_text() for one in (ROOT / "tests").rglob("*.py") if "bench" not in one.parts}
    found = {str(one.relative_to(ROOT)): text for one, text in modules.items() if asking.search(text)}
    assert found.keys() - {"tests/plans.py", "tests/house/test_indexes.py"}
    assert [path for path, text in found.items() if not said.search(text) and path != "tests/plans.py"] == []


def test_who_asks_for_a_plan_over_a_few_rows_forgets_the_counts_of_other_tests():
    """By `plans.as_if_rows_were_many`: else the plan depends on what autovacuum has just counted."""
    modules = {str(one.relative_to(ROOT)): one.read_text() for one in (ROOT / "tests").rglob("*.py")}
    avoiding = {path for path, text in modules.items() if "SET LOCAL " + "enable_" in text}
    assert avoiding - {"tests/plans.py", "tests/bench/bench_annuaire.py"} == set()
