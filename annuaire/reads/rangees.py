"""A long list of wide rows, for a Paginator: sorted and cut by its keys alone, then the rows of one page."""

from collections.abc import Iterator

from django.db.models import QuerySet


class Rangees:
    """`keys`: filtered and in order; `rows`: how those of a page are read, with what is shown of them.

    `whole`: all keys are fetched at once, where counting them costs as much.
    """

    def __init__(self, keys: QuerySet, rows: QuerySet, *, whole: bool = False):
        self.keys, self.rows = keys.values_list("pk", flat=True), rows
        self.whole = whole

    def count(self) -> int:
        return len(self.keys) if self.whole else self.keys.count()

    def __getitem__(self, part: slice) -> list:
        pks = list(self.keys[part])
        found = self.rows.in_bulk(pks)
        return [found[pk] for pk in pks if pk in found]

    def __iter__(self) -> Iterator:
        return iter(self[:])
