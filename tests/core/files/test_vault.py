"""What is kept is noise without its row, comes back whole or not at all, outlives a change of key (DOS-3)."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from tests.core.files import samples
from viatraj.core.files import vault

FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage"}


@pytest.fixture
def folder(settings, tmp_path):
    kept = {**settings.STORAGES["pieces"]["OPTIONS"], "location": tmp_path}
    settings.STORAGES = {**settings.STORAGES, "pieces": {**FOLDER, "OPTIONS": kept}}
    return tmp_path


def files(folder) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def test_what_is_kept_comes_back(folder):
    raw = samples.pdf("Bertrand-Temoin")
    kept = vault.keep(raw)
    assert vault.fetch(kept) == raw
    (file,) = files(folder)
    assert str(file.relative_to(folder)) == kept.name
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_neither_the_file_nor_the_row_says_anything_alone(folder):
    raw = samples.pdf("Bertrand-Temoin")
    first, second = vault.keep(raw), vault.keep(raw)
    held = [file.read_bytes() for file in files(folder)]
    assert all(raw[at : at + 16] not in one for one in held for at in range(0, len(raw) - 16, 7))
    assert held[0][:64] != held[1][:64]  # the same file twice looks like two
    with pytest.raises(vault.Unavailable):
        vault.fetch(first._replace(key=second.key))
    with pytest.raises(vault.Unavailable):
        vault.fetch(first._replace(digest="0" * 64))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[:-1],
        lambda raw: raw[:5],
        lambda raw: b"",
        lambda raw: raw + b"\0",
        lambda raw: raw[:100] + bytes([raw[100] ^ 1]) + raw[101:],
    ],
    ids=["cut", "all but gone", "empty", "longer", "changed"],
)
def test_what_was_changed_does_not_come_back(folder, spoil):
    kept = vault.keep(samples.png())
    (file,) = files(folder)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(vault.Unavailable):
        vault.fetch(kept)


def test_a_change_of_key_still_reads(folder, settings):
    kept = vault.keep(samples.png())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the second key which is as worthless as the first one"
    assert vault.fetch(kept) == samples.png()
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(vault.Unavailable):
        vault.fetch(kept)


def test_a_storage_that_is_gone_or_full_is_told(folder, monkeypatch):
    kept = vault.keep(samples.png())
    for file in files(folder):
        file.unlink()
    with pytest.raises(vault.Unavailable):
        vault.fetch(kept)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(storages["pieces"]), "save", full)
    with pytest.raises(vault.Unavailable):
        vault.keep(samples.png())


def test_what_was_kept_for_nothing_goes(folder):
    kept = vault.keep(samples.png())
    vault.drop(kept.name)
    vault.drop(kept.name)
    assert files(folder) == []


class Bucket(Storage):
    """Django's interface and no more: no path, so nothing to sync."""

    def __init__(self):
        self.held = {}

    def _save(self, name, content):
        self.held[name] = content.read()
        return name

    def _open(self, name, mode="rb"):
        return ContentFile(self.held[name])

    def exists(self, name):
        return name in self.held

    def delete(self, name):
        self.held.pop(name, None)


def test_any_storage_of_django_will_do(monkeypatch):
    bucket = Bucket()
    monkeypatch.setattr(vault, "_storage", lambda *where: bucket)
    kept = vault.keep(samples.png())
    assert vault.fetch(kept) == samples.png()
    vault.drop(kept.name)
    assert bucket.held == {}
