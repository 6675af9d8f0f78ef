"""Columns are told apart as Django tells them."""

from django.apps import apps

from tests.columns import TOLD_BY_DJANGO, identity


def test_each_as_django_tells_it():
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    columns = [field.get_col(alias) for field in fields for alias in ("a", "b")]
    columns += [field.cached_col for field in fields]
    columns += [field.get_col("a", output_field=fields[0]) for field in fields]
    assert [column for column in columns if identity(column) != TOLD_BY_DJANGO(column)] == []
    assert len({*columns}) == len({TOLD_BY_DJANGO(column) for column in columns}) > 1000
