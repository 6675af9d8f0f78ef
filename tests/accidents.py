"""Broken bytes made of good ones: flips, cuts, doublings, other types, depth. One seed, one series."""

import json
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from io import BytesIO
from random import Random

ODD_BYTES = (b"", b"\0", b"\xff" * 8, b"\x80", b"\r\n", b"\xed\xa0\x80", b'"', b"|", b"<", b"%", b"9" * 400)
DEEP = 50_000  # brackets; json and XML parsers have a stack


def of_bytes(sample: bytes, chance: Random) -> bytes:
    """One to three accidents."""
    raw = sample
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        raw = chance.choice(ACCIDENTS)(raw, chance)
    return raw


def _places(raw: bytes, chance: Random) -> tuple[int, int]:
    """A stretch, short more often than long."""
    start = chance.randrange(len(raw) + 1)
    return start, min(len(raw), start + chance.choice((1, 1, 2, 4, 16, 64, len(raw))))


def flipped(raw, chance):
    if not raw:
        return raw
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << chance.randrange(8))]) + raw[at + 1 :]


def changed(raw, chance):
    start, end = _places(raw, chance)
    return raw[:start] + chance.randbytes(end - start) + raw[end:]


def cut(raw, chance):
    return raw[: chance.randrange(len(raw) + 1)]


def cut_out(raw, chance):
    start, end = _places(raw, chance)
    return raw[:start] + raw[end:]


def doubled(raw, chance):
    start, end = _places(raw, chance)
    return raw[:end] + raw[start:end] * chance.choice((1, 1, 2, 30)) + raw[end:]


def inserted(raw, chance):
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + chance.choice(ODD_BYTES) + raw[at:]


def counted_wrong(raw, chance):
    """A byte that may be a length, at its extremes."""
    if not raw:
        return raw
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([chance.choice((0, 1, 0x7F, 0x80, 0x84, 0xFF))]) + raw[at + 1 :]


ACCIDENTS = (flipped, flipped, changed, cut, cut_out, doubled, inserted, counted_wrong)


def nested(depth: int, bottom=0):
    for _ in range(depth):
        bottom = [bottom]
    return bottom


ODD_VALUES: tuple[Callable, ...] = (
    lambda value: None,
    lambda value: True,
    lambda value: -1,
    lambda value: 0,
    lambda value: 10**400,
    lambda value: 1e308,
    lambda value: "",
    lambda value: "\0",
    lambda value: "A\0B",
    lambda value: "É" * 5_000,
    lambda value: "\u202eAB\ud800",
    lambda value: [],
    lambda value: {},
    lambda value: [value],
    lambda value: {"a": value},
    lambda value: nested(100, value),
    lambda value: str(value),
    lambda value: f" {value} ",
    lambda value: [deepcopy(value)] * 30,
)


def of_json(sample, chance: Random):
    """One to three values of it of another type, shape or size, gone, doubled or under another name."""
    made = deepcopy(sample)
    for _ in range(chance.choice((1, 1, 2, 3))):
        spots = list(_spots(made))
        if not spots:
            return made
        held, key = chance.choice(spots)
        fate = chance.randrange(8)
        if fate == 0:
            del held[key]
        elif fate == 1 and isinstance(held, list):
            held.append(deepcopy(held[key]))
        elif fate == 1:
            held[chance.choice((f"{key}x", "", "\0", "__proto__"))] = held.pop(key)
        else:
            held[key] = chance.choice(ODD_VALUES)(held[key])
    return made


def _spots(value) -> Iterator[tuple]:
    """(container, key) of each value, one level of recursion for each of the sample's own."""
    waiting = [value]
    while waiting:
        held = waiting.pop()
        keys = held.keys() if isinstance(held, dict) else range(len(held)) if isinstance(held, list) else ()
        for key in list(keys):
            yield held, key
            waiting.append(held[key])


def of_json_text(sample, chance: Random) -> bytes:
    """The value changed, or its text damaged, or nothing but depth."""
    fate = chance.randrange(10)
    if fate == 0:
        opening = chance.choice(("[", '{"a":'))
        return (opening * DEEP).encode()
    if fate < 3:
        return of_bytes(json.dumps(sample).encode(), chance)
    return json.dumps(of_json(sample, chance)).encode(errors="surrogatepass")


def of_zip(sample: bytes, chance: Random) -> bytes:
    """The archive damaged, or one of its parts within a whole archive."""
    if chance.randrange(3) == 0:
        return of_bytes(sample, chance)
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(sample)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        unlucky = chance.choice(old.namelist())
        for name in old.namelist():
            raw = old.read(name)
            new.writestr(name, _of_part(raw, chance) if name == unlucky else raw)
    return made.getvalue()


def _of_part(raw, chance):
    if raw.startswith(b"<") and chance.randrange(12) == 0:
        head, bracket, tail = raw.rpartition(b"</")
        return head + b"<a>" * DEEP + bracket + tail
    return of_bytes(raw, chance)
