"""The kinds of rows that can be put back as they were.

Each app lists its own as `ANNULABLES`, in its `actions/annulables.py` (docs/adr/0037).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.module_loading import module_has_submodule

from viatraj.core import locks
from viatraj.core.actor import Actor


@dataclass(frozen=True)
class Annulable:
    """`columns`: what an act may change; `hung`: the rows that hang on one of these, put back whole.

    `named(row)` says it within a sentence. `may(by, row, now)` asks the policy of the act anew, and hands
    back the actor with the right used. `hold(pks)` holds what stands above these rows before they are locked,
    or says why it is too late; `stands(rows)` whether they may stand once they are back.
    `record(row, made=, by=)` writes the line of the journal.
    `tell(rows, made=, to=, changement=)` corrects what was told of these rows, at the addresses `to`;
    returns those it wrote to.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    named: Callable[..., str]
    may: Callable[..., Actor]
    record: Callable[..., None]
    tell: Callable[..., set[str]]
    hung: type[models.Model] | None = None
    hold: Callable[[list[int]], None] = lambda pks: None
    stands: Callable[[Sequence[models.Model]], None] = lambda rows: None
    joined: tuple[str, ...] = ()  # what `named`, `record` and `tell` need of other tables

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def held(self, rows: Sequence[models.Model]) -> list[dict[str, Any]]:
        """What each row holds, as JSON; days and instants as text, because JSON would round them."""
        hung = defaultdict(list)
        for one in self.hung_on([row.pk for row in rows]).values():
            hung[one[f"{self._hook}_id"]].append(one)
        return [
            {name: _plain(getattr(row, self._field(name).attname)) for name in self.columns}
            | {"hung": hung[row.pk]}
            for row in rows
        ]

    def put_back(self, row: models.Model, before: dict[str, Any]) -> None:
        """Sets the columns, without saving."""
        for name in self.columns:
            field = self._field(name)
            setattr(row, field.attname, field.to_python(before[name]))

    def hung_on(self, pks: Iterable[int]) -> models.QuerySet:
        if self.hung is None:
            return self.model._base_manager.none()
        return self.hung._base_manager.filter(**{f"{self._hook}__in": list(pks)}).order_by("pk")

    @property
    def _hook(self) -> str:
        """The name by which what hangs refers to these rows."""
        return next(one.name for one in self.hung._meta.fields if one.related_model is self.model)  # type: ignore[union-attr]

    def referring(self) -> Iterable[tuple[type[models.Model], str]]:
        """Who else may refer to such a row, by which column."""
        for relation in self.model._meta.get_fields(include_hidden=True):
            is_theirs = relation.auto_created and (relation.one_to_many or relation.one_to_one)
            if is_theirs and relation.related_model is not self.hung:
                yield relation.related_model, relation.field.attname  # type: ignore[union-attr, misc]

    def _field(self, name: str) -> models.Field:
        return self.model._meta.get_field(name)  # type: ignore[return-value]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value  # an instant is a date too


@cache
def every() -> tuple[Annulable, ...]:
    """Of all apps, in the order of locks."""
    found: list[Annulable] = []
    for config in apps.get_app_configs():
        if config.name != "changements" and module_has_submodule(config.module, "actions.annulables"):
            found += import_module(f"{config.name}.actions.annulables").ANNULABLES
    return tuple(sorted(found, key=lambda kind: locks.ORDER.index(kind.table)))


@cache
def by_model() -> dict[type[models.Model], Annulable]:
    return {kind.model: kind for kind in every()}
