"""Seals over the journal: what is sealed can no longer be changed, removed or added to unseen (TRC-1).

A seal covers the lines of all transactions below `pg_snapshot_xmin`: none of them is still running, so none
can add a line later. By id or by date, a slow transaction could.
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

import structlog
from django.db import connection, transaction

from journal.models import Entry, Seal
from viatraj.core.turns import Turn, is_ours

log = structlog.get_logger(__name__)

FIRST_TX = 0
NOTHING_BEFORE = "0" * 64
PRINT = 8  # bytes kept of each line's digest, only to name the line that changed
COLUMNS = (
    *("id", "at", "event", "user_id", "on_behalf_of_id", "system", "means", "quality", "delegation_id"),
    *("habilitation_id", "etablissement_id", "unite_id", "address", "request_id", "content_type_id"),
    *("object_id", "label", "data", "tx", "concerns"),
)


class Restored(Exception):
    """The server counts its transactions from lower than the last seal: restored from a dump elsewhere."""


@dataclass(frozen=True)
class Break:
    """Where the proof fails; `seal` is None for a line that no seal covers as it should."""

    seal: int | None
    reason: str

    def __str__(self):
        return f"sceau n° {self.seal} : {self.reason}" if self.seal else self.reason


def seal() -> Seal | None:
    """Seal what can be sealed now; None when there is nothing, or while somebody else seals."""
    with transaction.atomic():
        if not is_ours(Turn.SCELLEMENT):
            return None
        last = Seal.objects.order_by("-number").first()
        from_tx, until_tx = last.until_tx if last else FIRST_TX, _horizon()
        if until_tx < from_tx:
            raise Restored
        ids, prints, digest = _digest(from_tx, until_tx, last.digest if last else NOTHING_BEFORE)
        if not ids:
            return None
        made = Seal.objects.create(
            number=last.number + 1 if last else 1,
            from_tx=from_tx,
            until_tx=until_tx,
            count=len(ids),
            digest=digest,
            previous=last.digest if last else NOTHING_BEFORE,
            ids=ids,
            prints=prints,
        )
    # Also in the log: whoever rewrites the whole database cannot rewrite this.
    log.info("journal.sealed", number=made.number, count=made.count, digest=made.digest)
    return made


def breaks(*, anchors: dict[int, str] | None = None) -> Iterator[Break]:
    """Every place where the journal is not as it was sealed; `anchors`: digests by number, from the log."""
    anchors = dict(anchors or {})
    number, digest, until_tx = 0, NOTHING_BEFORE, FIRST_TX
    for one in Seal.objects.order_by("number").iterator(chunk_size=50):
        if (one.number, one.previous, one.from_tx) != (number + 1, digest, until_tx):
            yield Break(one.number, f"la chaîne est rompue après le sceau n° {number}")
        yield from _breaks_in(one)
        if anchors.pop(one.number, one.digest) != one.digest:
            yield Break(one.number, "l’empreinte n’est pas celle qui a été consignée")
        number, digest, until_tx = one.number, one.digest, one.until_tx
    for missing in sorted(anchors):
        yield Break(missing, "ce sceau a disparu")
    yield from _out_of_time()


def _breaks_in(one: Seal) -> Iterator[Break]:
    ids, prints, digest = _digest(one.from_tx, one.until_tx, one.previous)
    if (digest, len(ids)) == (one.digest, one.count):
        return
    sealed, found = _by_id(one.ids, one.prints), _by_id(ids, prints)
    for pk in sorted(sealed.keys() | found.keys()):
        if pk not in found:
            yield Break(one.number, f"la ligne {pk} a disparu")
        elif pk not in sealed:
            yield Break(one.number, f"la ligne {pk} a été ajoutée après coup")
        elif sealed[pk] != found[pk]:
            yield Break(one.number, f"la ligne {pk} a été modifiée")
    if sealed == found:
        yield Break(one.number, "le sceau lui-même a été modifié")


def _out_of_time() -> Iterator[Break]:
    """A forged transaction number would never be sealed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        (ahead,) = cursor.fetchone()
    future = Entry.objects.filter(tx__gte=ahead).order_by("id").values_list("id", flat=True)
    for pk in future[:100]:
        yield Break(None, f"la ligne {pk} porte une transaction qui n’a pas encore eu lieu")


def _by_id(ids: list[int], prints: bytes) -> dict[int, bytes]:
    return {pk: bytes(prints[n * PRINT : (n + 1) * PRINT]) for n, pk in enumerate(ids)}


def _digest(from_tx: int, until_tx: int, previous: str) -> tuple[list[int], bytes, str]:
    """Ids, short prints and the seal's digest, for the lines in the order of their ids."""
    whole, ids, prints = hashlib.sha256(previous.encode()), [], bytearray()
    lines = Entry.objects.filter(tx__gte=from_tx, tx__lt=until_tx).order_by("id").values_list(*COLUMNS)
    for line in lines.iterator(chunk_size=2000):
        one = hashlib.sha256(_canonical(line)).digest()
        whole.update(one)
        prints += one[:PRINT]
        ids.append(line[0])
    return ids, bytes(prints), whole.hexdigest()


def _canonical(line: tuple) -> bytes:
    """The same bytes whatever the session's time zone and the order of keys."""
    pk, at, *rest, concerns = line
    values = [pk, at.astimezone(UTC).isoformat(timespec="microseconds"), *rest]
    values += [concerns] if concerns else []  # lines of before have none, and keep their print
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def _horizon() -> int:
    """Must be read before the lines: all transactions below it have ended, so their lines are seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return cursor.fetchone()[0]


def covering(entry: Entry) -> Seal | None:
    """The seal over this line, once there is one; without its lists."""
    over = Seal.objects.filter(from_tx__lte=entry.tx, until_tx__gt=entry.tx)
    return over.defer("ids", "prints").order_by("number").first()


def breaks_over(entries) -> Iterator[Break]:
    """As `breaks`, of the seals over these lines alone."""
    told = sorted(set(entries.order_by().values_list("tx", flat=True)))
    if not told:
        return
    near = Seal.objects.filter(until_tx__gt=told[0], from_tx__lte=told[-1]).order_by("number")
    for number, from_tx, until_tx in near.values_list("number", "from_tx", "until_tx"):
        place = bisect_left(told, from_tx)
        if place < len(told) and told[place] < until_tx:
            yield from _breaks_in(Seal.objects.get(number=number))
