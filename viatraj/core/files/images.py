"""JPEG and PNG, by their own account: sizes and parts, whole to the end; no pixel is decoded."""

import re
import zlib
from typing import NoReturn

from viatraj.core.files import Refused
from viatraj.core.typography import grouped

LONGEST_SIDE, MOST_PIXELS = 20_000, 150_000_000  # an A4 page at 1,200 dots an inch is 9,921 × 14,031
CUT = "Cette image est abîmée ou incomplète. Enregistrez-la de nouveau, puis ajoutez-la."
TOO_LARGE = "Cette image est trop grande ({} × {} points). Réduisez-la, puis ajoutez-la."
MARKER = re.compile(
    rb"\xff+[^\x00\xff\xd0-\xd7]"
)  # within compressed data, 00 is stuffing and D0 to D7 restarts
SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
ALONE = {0x01, *range(0xD0, 0xD8)}
SCAN, END = 0xDA, 0xD9


def check_png(raw: bytes) -> None:
    """Every chunk with its checksum, and nothing after the last."""
    at, name = 8, b""
    chunks: set[bytes] = set()
    while name != b"IEND":
        length, name = int.from_bytes(raw[at : at + 4], "big"), raw[at + 4 : at + 8]
        ends = at + 12 + length
        if not chunks:
            _check_size(*_png_size(length, name, raw[at + 8 : at + 16]))
        if ends > len(raw) or zlib.crc32(raw[at + 4 : ends - 4]) != int.from_bytes(
            raw[ends - 4 : ends], "big"
        ):
            _cut()
        chunks.add(name)
        at = ends
    if at != len(raw) or b"IDAT" not in chunks:
        _cut()


def _png_size(length: int, name: bytes, said: bytes) -> tuple[int, int]:
    if (length, name) != (13, b"IHDR") or len(said) < 8:
        _cut()
    return int.from_bytes(said[:4], "big"), int.from_bytes(said[4:], "big")


def check_jpeg(raw: bytes) -> None:
    """Every segment, then every scan to the end mark. Phones add data of their own after it."""
    at, sized = 2, False
    while (code := _code(raw, at)) != END:
        if code in ALONE:
            at += 2
            continue
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(raw):
            _cut()
        if code in SIZES:
            sized = True
            _check_size(
                int.from_bytes(raw[at + 7 : at + 9], "big"), int.from_bytes(raw[at + 5 : at + 7], "big")
            )
        at += 2 + length
        if code == SCAN:
            at = _next_marker(raw, at)
    if not sized:
        _cut()


def _code(raw: bytes, at: int) -> int:
    if raw[at : at + 1] != b"\xff" or at + 2 > len(raw):
        _cut()
    return raw[at + 1]


def _next_marker(raw: bytes, at: int) -> int:
    found = MARKER.search(raw, at)
    if found is None:
        _cut()
    return found.end() - 2


def _check_size(width: int, height: int) -> None:
    if not (width and height):
        _cut()
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise Refused(TOO_LARGE.format(grouped(width), grouped(height)))


def _cut() -> NoReturn:
    raise Refused(CUT)
