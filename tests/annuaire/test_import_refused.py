"""Bad extractions: one sentence, exit 1, nothing changed (ANN-7)."""

import io
import struct
import zipfile

import pytest
from django.core.management import CommandError, call_command

from annuaire import rpps
from tests.annuaire import files
from tests.annuaire.files import COLUMNS, HEADER, MAIN, NEXT, SISTERS, crowd, line, write, zipped

LOADED = crowd(100)


def body(lines, header=HEADER) -> bytes:
    return "".join(one + "\n" for one in [header, *lines]).encode()


def without(column):
    place = COLUMNS.index(column)
    drop = lambda text: "|".join(value for i, value in enumerate(text.split("|")) if i != place)  # noqa: E731
    return lambda folder: write(folder, map(drop, LOADED), header=drop(HEADER), name=NEXT)


def raw(content: bytes, name=NEXT):
    def make(folder):
        (folder / name).write_bytes(content)
        return folder / name

    return make


def archive(members):
    return lambda folder: zipped(folder, members)


def encrypted(folder):
    """The flag that says «encrypted», in both headers of the one member."""
    path = zipped(folder, {NEXT: body(LOADED)})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(bytes(content))
    return path


def lying_about_its_size(folder):
    """Declares 100 bytes, holds more."""
    path = zipped(folder, {NEXT: body(LOADED)})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(signature) + offset, 100)
    path.write_bytes(bytes(content))
    return path


def damaged(folder):
    path = zipped(folder, {NEXT: body(LOADED * 50)})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    return path


def bomb(folder):
    path = folder / "PS_LibreAcces_202611210100.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as inside, inside.open(NEXT, "w") as member:
        member.write(body([]))
        for _ in range(64):
            member.write(b"|" * 2**20)
    return path


def zip_in_zip():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as one:
        one.writestr(NEXT, body(LOADED))
    return inner.getvalue()


COLUMNS_50 = HEADER.split("|")[:50]
BORN = HEADER.replace("Libellé rôle", "Date de naissance")
REFUSED = {
    "missing file": (lambda folder: folder / "absent.txt", "ne se lit pas"),
    "folder": (lambda folder: folder, "ne se lit pas"),
    "empty": (raw(b""), "est vide"),
    "header only": (raw(body([])), "n’a que son en-tête"),
    "latin-1": (raw(body(LOADED).decode().encode("latin-1")), "Ligne 1\u00a0: le texte n’est pas de l’UTF-8"),
    "latin-1 further down": (
        raw(body([*LOADED, line(idnat="899000000012")])[:-1] + "é\n".encode("latin-1")),
        "Ligne 102\u00a0: ",
    ),
    "one bad byte": (
        raw(body([*LOADED, line(nom="X@Y")]).replace(b"X@Y", b"X\xe9Y")),
        "Ligne 102\u00a0: le texte",
    ),
    "utf-16": (raw(body(LOADED).decode().encode("utf-16")), "Ligne 1\u00a0: "),
    "surrogate": (raw(body([line(nom="X@Y")]).replace(b"X@Y", b"\xed\xa0\x80")), "Ligne 2\u00a0: le texte"),
    "nul": (raw(body([*LOADED, line(nom="X\0Y")])), "Ligne 102\u00a0: caractère nul"),
    "truncated line": (raw(body([*LOADED, line(nom="NEUF")[:60], line(nom="AUTRE")])), "Ligne 102\u00a0: "),
    "truncated file": (raw(body([*LOADED, line(nom="NEUF")])[:-12]), "Ligne 102\u00a0: "),
    "one field too many": (raw(body([*LOADED, line(nom="NEUF|X")])), "Ligne 102\u00a0: "),
    "no number": (raw(body([*LOADED, line(idnat="")])), "Ligne 102\u00a0: identification nationale"),
    "long number": (raw(body([*LOADED, line(idnat="8" * 41)])), "Ligne 102\u00a0: identification nationale"),
    "long name": (raw(body([*LOADED, line(nom="Œ" * 200)])), "Ligne 102\u00a0: un champ dépasse"),
    "10 MB line": (raw(body([*LOADED, line(raison_sociale="X" * 10_000_000)])), "Ligne 102\u00a0: plus de"),
    "10 MB header": (raw(b"x" * 10_000_000), "Il manque la colonne"),
    "not a table": (raw("Bonjour à tous\n".encode()), "«\u00a0Identification nationale PP\u00a0»"),
    "column twice": (raw(body(LOADED, HEADER.replace("Code rôle", "Code profession"))), "deux fois"),
    "restricted, 50 columns": (
        raw(body([line()], "|".join(COLUMNS_50))),
        "extraction restreinte",
    ),
    "restricted, birth": (raw(body(LOADED, BORN)), "extraction restreinte"),
    "restricted, name": (
        raw(body(LOADED), "Extraction_ProSanteConnect_Personne_activite_202611210100.txt"),
        "extraction restreinte",
    ),
    "older": (raw(body(LOADED), "PS_LibreAcces_Personne_activite_202611190100.txt"), "plus ancienne"),
    "future": (raw(body(LOADED), "PS_LibreAcces_Personne_activite_209911210100.txt"), "dans le futur"),
    "no date": (raw(body(LOADED), "extraction.txt"), "--date AAAA-MM-JJ"),
    "30 % of the persons": (raw(body(LOADED[:70])), "30 lignes sur 100 disparaissent"),
    "6 % of the lines": (raw(body([*LOADED[6:], *crowd(6, 900)])), "6 lignes sur 100 disparaissent"),
    "zip: not one": (raw(b"PK\x03\x04 no", "x.zip"), "abîmée ou illisible"),
    "zip: empty": (archive({}), "0 fichier «"),
    "zip: sisters only": (archive(dict.fromkeys(SISTERS, b"x")), "0 fichier «"),
    "zip: two main files": (archive({MAIN: body(LOADED), NEXT: body(LOADED)}), "2 fichiers"),
    "zip: unknown file": (archive({NEXT: body(LOADED), "lisez-moi.txt": b"x"}), "inattendu"),
    "zip: a path": (archive({f"dossier/{NEXT}": body(LOADED)}), "inattendu"),
    "zip: a path upwards": (archive({f"../{NEXT}": body(LOADED)}), "inattendu"),
    "zip: a path beside": (archive({NEXT: body(LOADED), f"a/{SISTERS[0]}": b"x"}), "inattendu"),
    "zip: a folder": (archive({"dossier/": b"", NEXT: body(LOADED)}), "inattendu"),
    "zip in zip": (archive({"PS_LibreAcces_202611210100.zip": zip_in_zip()}), "inattendu"),
    "zip: encrypted": (encrypted, "chiffré"),
    "zip: bomb": (bomb, "démesuré"),
    "zip: lying": (lying_about_its_size, ""),
    "zip: damaged": (damaged, ""),
    **{
        f"without {names[0]}": (without(names[0]), f"«\u00a0{names[0]}\u00a0»")
        for names in rpps.REQUIRED.values()
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_with_a_sentence_and_changes_nothing(load, everything, tmp_path, case):
    make, sentence = REFUSED[case]
    load(LOADED)
    before = everything()
    folder = tmp_path / "bad"
    folder.mkdir()
    with pytest.raises(CommandError) as refusal:
        call_command("import_rpps", str(make(folder)))
    assert sentence in str(refusal.value)
    assert str(refusal.value)[0].isupper() or str(refusal.value)[0] in "«0123456789"
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)
    assert refusal.value.returncode == 1
    assert everything() == before


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["truncated line", "latin-1 further down", "nul", "header only"])
def test_the_first_load_is_refused_alike(everything, tmp_path, case):
    make, sentence = REFUSED[case]
    with pytest.raises(CommandError) as refusal:
        call_command("import_rpps", str(make(tmp_path)))
    assert sentence in str(refusal.value)
    assert everything() == [[], [], [], []]


@pytest.mark.django_db
def test_many_persons_in_few_lines_are_guarded_too(load, everything):
    """6 of 100 persons leave, 4 % of the lines."""
    many = [line(idnat="899000000011", code_postal=f"76{n:03d}") for n in range(50)]
    load([*LOADED, *many])
    before = everything()
    with pytest.raises(rpps.Refused, match="6 personnes sur 101 disparaissent"):
        load([*LOADED[6:], *many], name=NEXT)
    assert everything() == before


@pytest.mark.django_db
def test_a_date_that_is_none_is_refused(tmp_path):
    with pytest.raises(CommandError, match="31/12/2026"):
        call_command("import_rpps", str(write(tmp_path, LOADED)), "--date", "31/11/2026")


def test_the_reader_needs_no_database(tmp_path):
    with rpps.opened(files.write(tmp_path, [line()])) as extraction:
        assert len(list(extraction.unknown({}))) == extraction.lines == 1
