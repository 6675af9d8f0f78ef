"""REPORTS_URL says where files of statistics rest: a folder, or a bucket (OBS-4)."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from viatraj.settings.environment import storage

FOLDER = Path("/srv/viatraj/rapports")


def test_without_it_in_a_folder_of_ours_for_nobody_else():
    found = storage("", FOLDER)["OPTIONS"]
    assert found == {
        "location": FOLDER,
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    }


def test_another_folder():
    assert storage("file:///mnt/a%20b", FOLDER)["OPTIONS"]["location"] == Path("/mnt/a b")


def test_a_bucket_with_its_keys():
    found = storage("s3://key:sec%2Fret@s3.exemple.fr:8443/viatraj-rapports?region=fr-par", FOLDER)
    assert found["BACKEND"] == "storages.backends.s3.S3Storage"
    known = found["OPTIONS"]
    assert known["bucket_name"] == "viatraj-rapports"
    assert known["endpoint_url"] == "https://s3.exemple.fr:8443"
    assert (known["region_name"], known["access_key"], known["secret_key"]) == ("fr-par", "key", "sec/ret")
    assert (known["default_acl"], known["file_overwrite"]) == (None, False)


@pytest.mark.parametrize("url", ["ftp://x/y", "rapports", "http://s3.exemple.fr/b"])
def test_anything_else_is_refused(url):
    with pytest.raises(ImproperlyConfigured):
        storage(url, FOLDER)
