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
