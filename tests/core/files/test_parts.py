"""A long file is noise without its row, comes back whole or not at all, and is never in memory (OBS-4)."""

import os
import tracemalloc
from pathlib import Path

import pytest
from django.core.files.storage import storages

from viatraj.core.files import parts, vault

FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
WHERE = "rapports"


@pytest.fixture
def folder(settings, tmp_path):
    kept = {**settings.STORAGES[WHERE]["OPTIONS"], "location": tmp_path / "kept"}
    settings.STORAGES = {**settings.STORAGES, WHERE: {**FOLDER, "OPTIONS": kept}}
    settings.DATA_DIR = tmp_path
    return tmp_path / "kept"


def files(folder) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def keep(raw: bytes, *, step=100_000):
    def write(file):
        for at in range(0, len(raw), step):
            file.write(raw[at : at + step])

    return parts.keep(write, where=WHERE)


def fetched(kept) -> bytes:
    return b"".join(parts.fetch(kept, where=WHERE))


@pytest.mark.parametrize("size", [0, 1, parts.PART - 1, parts.PART, parts.PART + 1, 3 * parts.PART])
def test_what_is_kept_comes_back(folder, size):
    raw = os.urandom(size)
    kept, count = keep(raw)
    assert (fetched(kept), count) == (raw, size)
    (file,) = files(folder)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_neither_the_file_nor_the_row_says_anything_alone(folder):
    raw = b"Villedary" * 60_000
    (first, _), (second, _) = keep(raw), keep(raw)
    held = [file.read_bytes() for file in files(folder)]
    assert all(b"Villedary" not in one for one in held)
    assert held[0] != held[1]
    with pytest.raises(vault.Unavailable):
        fetched(first._replace(key=second.key))


WHOLE = parts.PART + parts.TAG


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[:-1],
        lambda raw: raw[:WHOLE],
        lambda raw: raw[WHOLE:],
        lambda raw: b"",
        lambda raw: raw + b"\0",
        lambda raw: raw[WHOLE : 2 * WHOLE] + raw[:WHOLE] + raw[2 * WHOLE :],
        lambda raw: raw[:100] + bytes([raw[100] ^ 1]) + raw[101:],
    ],
    ids=["cut", "cut at a part", "beheaded", "empty", "longer", "in another order", "changed"],
)
def test_what_was_changed_does_not_come_back(folder, spoil):
    kept, _ = keep(os.urandom(2 * parts.PART + 50))
    (file,) = files(folder)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(vault.Unavailable):
        fetched(kept)


def test_a_file_that_is_gone_is_told_before_a_byte_leaves(folder):
    kept, _ = keep(b"abc")
    assert vault.drop(kept.name, where=WHERE)
    with pytest.raises(vault.Unavailable):
        parts.fetch(kept, where=WHERE)


def test_a_change_of_key_still_reads(folder, settings):
    kept, _ = keep(b"abc")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the second key which is as worthless as the first one"
    assert fetched(kept) == b"abc"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(vault.Unavailable):
        fetched(kept)


def test_what_fails_leaves_nothing(folder, monkeypatch):
    def broken(file):
        file.write(b"x" * 1_000_000)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        parts.keep(broken, where=WHERE)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(storages[WHERE]), "save", full)
    with pytest.raises(vault.Unavailable):
        keep(b"abc")
    assert not folder.exists() or files(folder) == []


def test_memory_does_not_grow_with_the_file(folder):
    def peak(count):
        tracemalloc.start()
        kept, _ = parts.keep(lambda file: [file.write(b"x" * 65_536) for _ in range(count)], where=WHERE)
        for _ in parts.fetch(kept, where=WHERE):
            pass
        try:
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few = peak(32)
    assert peak(320) < few * 1.5
