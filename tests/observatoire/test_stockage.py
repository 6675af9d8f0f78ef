"""A disk that is full, a storage that is down: a sentence, and «Réessayer» repairs it (OBS-4). By the real
thing: a small file system, a folder that is none, a port where nobody answers."""

import shutil
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone

from courrier.models import Message
from observatoire import actions
from observatoire.actions import fabrique
from observatoire.actions.commandes import GONE
from observatoire.models import Commande, Etat
from tests.factories import sign_in
from tests.observatoire.conftest import FOLDER
from tests.observatoire.rig import made, ordered
from tests.patience import PATIENCE
from viatraj.settings.environment import storage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("essai", "folder")]
KILOBYTES = 64
NO_MOUNT = "pas de système de fichiers à remplir ici : il faut être root pour le monter"
NO_CLIENT = "pas de client S3 ici : il manque storages ou boto3 (requirements/s3.txt)"
NO_OFFICE = "pas de LibreOffice ici : soffice n’est pas installé"
LARGE = {"criteres": {"lignes": ["5000"]}}  # more than that disk holds


def rests_in(settings, place: dict) -> None:
    settings.STORAGES = {**settings.STORAGES, "rapports": place}


def files(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


@pytest.fixture
def small_disk(tmp_path):
    """(folder, how to make room)"""
    where = tmp_path / "disque"
    where.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={KILOBYTES}k", "tmpfs", str(where)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True).returncode:
        pytest.skip(NO_MOUNT)
    yield where
    subprocess.run(["umount", "--lazy", str(where)], check=True)


def retried(commande: Commande, by) -> Commande:
    actions.retry(commande, now=timezone.now(), by=by)
    return made(commande)


def test_where_files_rest_is_full(by, settings, small_disk):
    """Nothing of the attempt stays, which would keep it full."""
    rests_in(settings, {**FOLDER, "OPTIONS": {"location": small_disk}})
    commande = made(ordered(by, **LARGE))
    assert (commande.etat, commande.raison) == (Etat.ERREUR, fabrique.STORAGE)
    assert files(small_disk) == []
    assert retried(commande, by).raison == fabrique.STORAGE, "as long as it is"
    assert Message.objects.filter(key__endswith=":failed").count() == 2
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    assert retried(commande, by).etat == Etat.DISPONIBLE
    assert len(files(small_disk)) == 1


def test_where_files_are_written_first_is_full(by, settings, small_disk):
    settings.DATA_DIR = small_disk
    commande = made(ordered(by, **LARGE))
    assert commande.raison == fabrique.STORAGE
    assert retried(ordered(by, criteres={"lignes": ["3"]}), by).etat == Etat.DISPONIBLE, "a small one fits"
    settings.DATA_DIR = small_disk.parent
    assert retried(commande, by).etat == Etat.DISPONIBLE


def test_the_folder_is_none(by, client, settings, tmp_path):
    """A file stands in its place, for root may write anywhere. The page says it, and its button repairs."""
    place = tmp_path / "ailleurs"
    place.write_text("pas un dossier")
    rests_in(settings, {**FOLDER, "OPTIONS": {"location": place}})
    commande, web = made(ordered(by)), sign_in(client, by.user)
    html = web.get("/observatoire/consulter/").text
    assert fabrique.STORAGE in html
    assert "Réessayer" in html
    place.unlink()
    web.post(f"/observatoire/consulter/{commande.pk}/reessayer/", {"au_nom_de": ""})
    assert made(commande).etat == Etat.DISPONIBLE
    shutil.rmtree(place)
    answer = web.get(commande.get_absolute_url(), follow=True)
    assert answer.status_code == 200
    assert GONE in answer.text


@pytest.mark.skipif(not (find_spec("storages") and find_spec("boto3")), reason=NO_CLIENT)
def test_nobody_answers_at_the_bucket(by, settings, folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = storage(f"s3://key:secret@127.0.0.1:{port}/rapports?region=fr-par", folder)
    before = settings.STORAGES["rapports"]
    rests_in(settings, place)
    commande = made(ordered(by))
    assert commande.raison == fabrique.STORAGE
    rests_in(settings, before)
    assert retried(commande, by).etat == Etat.DISPONIBLE


@pytest.mark.proofs
@pytest.mark.skipif(shutil.which("soffice") is None, reason=NO_OFFICE)
def test_libreoffice_opens_it(by, tmp_path):
    """OBS-4: sheets, lines and types are what openpyxl reads."""
    commande = made(ordered(by, criteres={"lignes": ["3"]}))
    path = tmp_path / commande.download_name
    path.write_bytes(b"".join(actions.read_file(commande, today=timezone.localdate(), by=by)))
    words = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profil"]
    words += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "lu"), str(path)]
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)
    ours, theirs = (openpyxl.load_workbook(one) for one in (path, tmp_path / "lu" / path.name))
    assert theirs.sheetnames == ours.sheetnames
    for name in ours.sheetnames:
        assert [list(row) for row in theirs[name].values] == [list(row) for row in ours[name].values]
