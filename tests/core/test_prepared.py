"""Statements by hand are prepared, so that PostgreSQL plans them once a connection (docs/adr/0035)."""

import pytest
from django.db import connection

from viatraj.core import prepared


@pytest.mark.django_db
def test_what_is_asked_by_hand_is_planned_once_and_the_orm_not_at_all():
    sql = "SELECT %(seven)s::int AS planned_once"
    for _ in range(3):
        assert prepared.rows(sql, {"seven": 7}) == [(7,)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'orm' AS not_prepared")
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE NOT from_sql")
        statements = [statement for (statement,) in cursor.fetchall()]
    assert sum("planned_once" in statement for statement in statements) == 1
    assert not any("not_prepared" in statement for statement in statements)


@pytest.mark.django_db
def test_values_of_several_statements_are_asked_at_once(django_assert_num_queries):
    asked = {
        "sum": ("SELECT %(one)s::int + %(two)s::int", {"one": 1, "two": 2}),
        "some": ("WITH given AS (SELECT %(one)s::int AS n) SELECT n FROM given", {"one": 1}),
        "none": ("SELECT 1 WHERE FALSE", {}),
    }
    with django_assert_num_queries(1):
        assert prepared.values(asked) == {"sum": 3, "some": 1, "none": None}
    with django_assert_num_queries(0):
        assert prepared.values({}) == {}


@pytest.mark.django_db
def test_one_name_for_two_things_is_refused():
    asked = {"here": ("SELECT %(day)s::int", {"day": 1}), "there": ("SELECT %(day)s::int", {"day": 2})}
    with pytest.raises(ValueError, match="one name"):
        prepared.values(asked)
