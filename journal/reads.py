"""Lines as pages show them: histories with their readings folded away, and lines by what they concern."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, F, Func, IntegerField, Max, Value

from journal import sentences
from journal.models import Entry, EntryQuerySet, readings
from viatraj.core.kept import kept

EVER = ("-infinity", "infinity")


class Reader(NamedTuple):
    """`known`: what readers were told apart by."""

    name: str
    count: int
    last: datetime
    known: tuple = ()


class Fold(NamedTuple):
    """Readings between two acts, by those who read most lately first; `people` where they are told apart."""

    readers: list[Reader]
    people: int = 0

    @property
    def count(self) -> int:
        return sum(reader.count for reader in self.readers)


class Telling(NamedTuple):
    """How the people of a history are told: `lines` reads the acts; readers are told apart by `who`, which
    `name` puts into words, and by `at`, which begins with the account where people are named."""

    lines: Callable[[EntryQuerySet], EntryQuerySet]
    who: tuple[str, ...]
    name: Callable[..., str]
    at: tuple[str, ...] = ()
    names_people: bool = True

    def reader(self, *row) -> Reader:
        *known, count, last = row
        return Reader(self.name(*known[: len(self.who)]), count, last, tuple(known))


READER = ("quality", "user__prenom", "user__nom", "on_behalf_of__prenom", "on_behalf_of__nom")
NAMED = Telling(EntryQuerySet.newest_first, READER, sentences.reader, ("user_id",))


class Lines(NamedTuple):
    """Which ones, by what `write` asks; it knows nothing else (`viatraj.core.kept`)."""

    write: Callable[..., EntryQuerySet]
    asked: dict[str, Any]

    def rows(self) -> EntryQuerySet:
        return self.write(**self.asked)


class Row(NamedTuple):
    """A line, or a fold of readings."""

    entry: Entry | None = None
    fold: Fold | None = None


class Histoire(NamedTuple):
    """`more`: acts older than these. `page_obj` where the history has pages."""

    rows: list[Row]
    more: bool = False
    page_obj: Page | None = None


def authors(entries: EntryQuerySet):
    """The accounts that stand in a history as its authors."""
    return (
        get_user_model()
        .objects.filter(pk__in=entries.order_by().values("user"))
        .order_by("nom", "prenom", "pk")
    )


def plain(entries: EntryQuerySet, size: int) -> Histoire:
    """Of lines among which there are no readings."""
    return Histoire([Row(entry) for entry in entries.newest_first()[:size]])


def latest(lines: Lines, size: int, telling: Telling = NAMED) -> Histoire:
    """The beginning of a history, on a page of something else."""
    acts = _acts(lines.write, telling, size + 1, **lines.asked)
    shown, more = acts[:size], len(acts) > size
    bounds: dict[str, Any] = {"acts": sorted(act.pk for act in shown)} if shown else {}
    bounds |= {"after": shown[-1].pk} if more else {}
    read = _read(lines.write, telling.who + telling.at, **lines.asked, **bounds)
    return Histoire(_folded(shown, read, telling), more)


@kept
def _acts(write, telling: Telling, most: int, /, **asked):
    return telling.lines(write(**asked).exclude(event__in=readings()))[:most]


@kept
def _read(write, columns: tuple[str, ...], /, *, acts=None, after=None, **asked):
    read = write(**asked).filter(event__in=readings())
    return _readers(read if after is None else read.filter(pk__gt=after), acts, columns)


def paged(entries: EntryQuerySet, *, size: int, number, fold=True, telling: Telling = NAMED) -> Histoire:
    """A page of it; `fold=False` where readings are what was asked for."""
    acts = telling.lines(entries.exclude(event__in=readings()) if fold else entries)
    page_obj = Paginator(acts, size).get_page(number)
    start = max(page_obj.start_index() - 1, 0)
    shown = list(acts[max(start - 1, 0) : page_obj.end_index()])
    newer = shown.pop(0) if start else None
    page_obj.object_list = shown
    if not fold:
        return Histoire([Row(entry) for entry in shown], page_obj.has_next(), page_obj)
    read = entries.filter(event__in=readings())
    if newer is not None:
        read = read.filter(pk__lt=newer.pk)
    if page_obj.has_next():
        read = read.filter(pk__gt=shown[-1].pk)
    readers = _readers(read, sorted(act.pk for act in shown), telling.who + telling.at)
    return Histoire(_folded(shown, readers, telling), page_obj.has_next(), page_obj)


def _folded(acts: list[Entry], readers: Iterable[tuple], telling: Telling) -> list[Row]:
    """Acts with, above each, the readings since; below the last one, those before it."""
    since = defaultdict(list)
    for place, *row in readers:
        since[place].append(telling.reader(*row))
    rows = []
    for place, act in zip(range(len(acts), 0, -1), acts, strict=True):
        rows += [_fold(since[place], telling)] if since[place] else []
        rows.append(Row(act))
    return rows + ([_fold(since[0], telling)] if since[0] else [])


def _fold(readers, telling) -> Row:
    people = {one.known[len(telling.who)] for one in readers} if telling.names_people else ()
    return Row(fold=Fold(readers, len(people)))


def _readers(read: EntryQuerySet, acts, columns: tuple[str, ...]):
    """(how many of the acts came before, who, times, last time): one query, whatever was read."""
    place = Value(0)
    if acts:
        place = Func(F("pk"), acts, function="width_bucket", output_field=IntegerField())
    by = read.order_by().annotate(place=place).values("place", *columns)
    counted = by.annotate(times=Count("pk"), latest=Max("at")).order_by("place", "-latest")
    return counted.values_list("place", *columns, "times", "latest")


# One short walk down the index for each subject and event, so that a page costs the same whatever there is.
FILED = """
    SELECT DISTINCT newest.at, newest.entry
    FROM unnest(%(subjects)s::text[]) AS subject, unnest(%(events)s::text[]) AS event, LATERAL (
      SELECT filed.at, filed.entry FROM journal_filing filed JOIN journal_entry line ON line.id = filed.entry
      WHERE filed.subject = subject.subject AND filed.event = event.event
        AND filed.at >= %(since)s::timestamptz AND filed.at < %(until)s::timestamptz
        AND (%(at)s::timestamptz IS NULL OR (filed.at, filed.entry) < (%(at)s, %(entry)s))
        AND line.concerns && %(within)s::varchar[]
        AND (%(author)s::bigint IS NULL OR line.user_id = %(author)s)
      ORDER BY filed.at DESC, filed.entry DESC LIMIT %(size)s) AS newest
    ORDER BY newest.at DESC, newest.entry DESC LIMIT %(size)s"""


class Asked(NamedTuple):
    """`within`: the subjects that the reader may see; a line concerns one of them at least."""

    within: list[str]
    events: list[str]
    person: str = ""
    author: int | None = None
    since: datetime | str = EVER[0]
    until: datetime | str = EVER[1]


def filed(asked: Asked, *, size: int, after: Entry | None = None) -> list[Entry]:
    """The newest lines, older than `after`."""
    with connection.cursor() as cursor:
        cursor.execute(
            FILED,
            asked._asdict()
            | {
                "subjects": [asked.person] if asked.person else asked.within,
                "at": after and after.at,
                "entry": after and after.pk,
                "size": size,
            },
        )
        pks = [pk for _, pk in cursor.fetchall()]
    found = Entry.objects.told().in_bulk(pks)
    return [found[pk] for pk in pks]


def parts(asked: Asked, *, at_most: int, size: int = 1_000) -> Iterator[list[Entry]]:
    """All of them, up to a bound, in constant memory."""
    last = None
    while at_most > 0 and (part := filed(asked, size=min(size, at_most), after=last)):
        yield part
        at_most, last = at_most - len(part), part[-1]
