"""Files rest in a bucket as in a folder: a server that speaks S3 says so (DOS-3).

The real client (`requirements/s3.txt`) and moto's server, which are not installed by default: skipped then.
"""

import socket
import subprocess
import sys
from importlib.util import find_spec

import pytest
from django.core.files.storage import storages

from tests.core.files import samples
from tests.courrier.rig import answers, wait_until
from viatraj.core.files import vault

MISSING = [name for name in ("storages", "boto3", "moto") if find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"pas de serveur S3 ici : il manque {', '.join(MISSING)}"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore"),
]
KEY = {"access_key": "testing", "secret_key": "testing", "region_name": "us-east-1"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server():
    """(process, address)"""
    port = _free_port()
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _wait_for(port, process):
    wait_until(lambda: answers(port) or process.poll() is not None)
    assert process.poll() is None, "le serveur S3 s’est arrêté"


@pytest.fixture
def bucket(server, settings):
    known = {**settings.PIECES_S3, **KEY, "bucket_name": "pieces", "endpoint_url": server[1]}
    kept = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": known}
    settings.STORAGES = {**settings.STORAGES, "pieces": kept}
    storages["pieces"].connection.create_bucket(Bucket="pieces")
    return storages["pieces"].bucket


def test_what_is_kept_in_a_bucket_is_noise_comes_back_and_goes(bucket, server):
    raw = samples.pdf("Bertrand-Temoin")
    kept = vault.keep(raw)
    (held,) = bucket.objects.all()
    assert held.key == kept.name
    assert b"Bertrand" not in held.get()["Body"].read()
    assert vault.fetch(kept) == raw
    with pytest.raises(vault.Unavailable):
        vault.fetch(kept._replace(name="00/nothing"))
    assert vault.drop(kept.name)
    assert vault.drop(kept.name)
    assert list(bucket.objects.all()) == []
    server[0].kill()
    server[0].wait()
    assert not vault.drop(kept.name)
    with pytest.raises(vault.Unavailable):
        vault.keep(raw)
