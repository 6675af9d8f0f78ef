"""A folder instead of a ROR: Bundles, resources, lines; whole, or refused with the file’s name (ANN-7)."""

import json
import shutil
from datetime import UTC, datetime

import pytest

from annuaire.ror import Refused, dossier
from tests.annuaire import ror_files
from tests.annuaire.ror_world import names, resources, write

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_lines_of_each_type(tmp_path):
    found = dossier.envoi(write(tmp_path, resources()), now=NOW)
    assert found.moment == NOW
    assert names(found) == names(resources())


@pytest.mark.parametrize("indent", [None, 2])
def test_a_bundle(tmp_path, indent):
    bundle = {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources()]}
    (tmp_path / "tout.json").write_text(json.dumps(bundle, indent=indent))
    assert names(dossier.envoi(tmp_path, now=NOW)) == names(resources())


def test_published_resources(tmp_path):
    for name in ror_files.ROR:
        shutil.copy(ror_files.EXAMPLES / name, tmp_path)
    (tmp_path / "LISEZMOI.txt").write_text("rien")
    found = list(dossier.envoi(tmp_path, now=NOW))
    assert found == [ror_files.published(name) for name in sorted(ror_files.ROR)]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.json", '{"resourceType": "Bundle", "entry": [{"resource": {}}', "a.json : Le fichier JSON est"),
        ("a.json", '{"resourceType": "Bundle", "entry": [{"resource": {"id": NaN}}]}', "NaN"),
        ("a.json", '{"resourceType": "Bundle", "entry": [{"autre": 1}]}', "sans ressource"),
        ("a.json", '{"resourceType": "Bundle", "a": 1, "b": 1, "a": 2}', "deux fois la même chose"),
        ("a.json", '{"entry": [], "type": "Bundle"}', "n’est pas un Bundle"),
        ("a.json", '{"id": 1, "id": 2}', "deux fois la même clé"),
        ("a.ndjson", '{"id": "1"}\n{"id": "2"', "a.ndjson : Ce n’est pas du JSON strict"),
        ("a.ndjson", '{"id": "1"} {"id": "2"}\n', "pas du JSON strict"),
        ("a.txt", "", "pas de fichier .json"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_refused_with_the_file_s_name(tmp_path, name, text, told):
    (tmp_path / name).write_text(text)
    with pytest.raises(Refused) as refusal:
        list(dossier.envoi(tmp_path, now=NOW))
    assert told in str(refusal.value).replace("\u00a0", " ")


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(Refused, match="ne se lit pas"):
        dossier.envoi(tmp_path / "rien", now=NOW)
