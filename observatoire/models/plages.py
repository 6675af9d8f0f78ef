"""Stretches of time in one column: during which of them a demande stood in some state."""

from typing import Any

from django.db import models


class Plages(models.Field):
    """A tstzmultirange, written by SQL alone; `plages__au=instant` asks whether it stood so then.

    `plages__debut`, `plages__fin`: when the first stretch began, when the last one ended; None of one that
    goes on.
    """

    def db_type(self, connection: Any) -> str:
        return "tstzmultirange"


@Plages.register_lookup
class Au(models.Lookup):
    lookup_name = "au"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, before = self.process_lhs(compiler, connection)
        instant, after = self.process_rhs(compiler, connection)
        return f"{column} @> {instant}::timestamptz", [*before, *after]

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [value]


@Plages.register_lookup
class Debut(models.Transform):
    lookup_name = "debut"
    function = "lower"
    output_field = models.DateTimeField()


@Plages.register_lookup
class Fin(models.Transform):
    lookup_name = "fin"
    function = "upper"
    output_field = models.DateTimeField()
