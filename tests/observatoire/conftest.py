import pytest

from observatoire import rapports
from tests.factories import EtablissementFactory, as_professionnel, referent_of
from tests.observatoire import rig

FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage"}


@pytest.fixture
def essai(monkeypatch):
    """A report of the tests' own, in the catalogue."""
    rapport = rig.essai()
    monkeypatch.setitem(rapports.CATALOGUE, rapport.code, rapport)
    return rapport


@pytest.fixture
def folder(settings, tmp_path):
    """Where files rest."""
    kept = {**settings.STORAGES["rapports"]["OPTIONS"], "location": tmp_path / "rapports"}
    settings.STORAGES = {**settings.STORAGES, "rapports": {**FOLDER, "OPTIONS": kept}}
    settings.DATA_DIR = tmp_path
    return tmp_path / "rapports"


@pytest.fixture
def hopital(db):
    return EtablissementFactory()


@pytest.fixture
def by(hopital):
    """His référent, who may order."""
    return as_professionnel(referent_of(hopital))
