"""Sheets that an action holds, written many in one statement of one JSON text (ANN-7).

Called by `annuaire.actions.nourris` alone, inside its transaction.
"""

import json
from collections.abc import Collection
from functools import cache

from django.db import connection, models

from annuaire import fiches
from annuaire.fiches import Regle, Stock
from annuaire.models import Etablissement, Unite
from annuaire.reads.fiches import COLUMNS

FED = (Regle.CLE, Regle.FLUX, Regle.ELEMENT)
ALWAYS = {
    Etablissement: ("fiche", "origines", "version", "textes_source", "synchronisation", "synchronise_le"),
    Unite: ("fiche", "origines", "version"),
}


@cache
def written(model: type[models.Model]) -> tuple[models.Field, ...]:
    """The columns that a feeder may change."""
    fed = [
        COLUMNS.get(one.code, one.code)
        for one in fiches.donnees(model.niveau)  # type: ignore[attr-defined]
        if one.stock == Stock.COLONNE and one.regle in FED
    ]
    return tuple(model._meta.get_field(name) for name in (*fed, *ALWAYS[model]))


@cache
def statement(model: type[models.Model]) -> str:
    """The keys of rows come back: they are held already."""
    table, names = model._meta.db_table, [one.column for one in written(model)]
    types = ", ".join(f"{one.column} {one.db_type(connection)}" for one in written(model))
    return f"""
UPDATE "{table}" SET {", ".join(f"{name} = v.{name}" for name in names)}
FROM jsonb_to_recordset(%s::jsonb) AS v (id bigint, {types})
WHERE "{table}".id = v.id RETURNING "{table}".id
"""


def save(model: type[models.Model], rows: Collection[models.Model]) -> None:
    """What has changed of sheets of one level."""
    if not rows:
        return
    names = ["id", *(one.attname for one in written(model))]
    columns = ["id", *(one.column for one in written(model))]
    told = [{column: getattr(row, name) for column, name in zip(columns, names, strict=True)} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(statement(model), [json.dumps(told, default=str, ensure_ascii=False)])
