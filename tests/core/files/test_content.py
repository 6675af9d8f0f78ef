"""What a file is goes by its content; what is cut, of two kinds, or acts when opened, is refused (DOS-3)."""

import subprocess
import sys

import pikepdf
import pytest

from tests.core.files import samples
from viatraj.core.files import Refused, content, images, pdf
from viatraj.core.files.content import Kind

HTML = b"<!DOCTYPE html>\n<html><script>alert(1)</script></html>"


def refusal(raw: bytes) -> str:
    with pytest.raises(Refused) as refused:
        content.read(raw)
    return str(refused.value)


# --- What is taken --------------------------------------------------------------------------------

GOOD = {
    "a PDF": (samples.pdf, Kind.PDF),
    "one of the last version": (lambda: samples.changed(lambda book: None, force_version="2.0"), Kind.PDF),
    "one for the web, its objects compressed": (
        lambda: samples.changed(
            lambda book: None, linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        ),
        Kind.PDF,
    ),
    "one that opens on a page, as office programs write it": (
        lambda: samples.on_opening(lambda book: pikepdf.Array([book.pages[0].obj, pikepdf.Name.Fit])),
        Kind.PDF,
    ),
    "one that goes to a page": (
        lambda: samples.on_opening(
            lambda book: pikepdf.Dictionary(
                S=pikepdf.Name.GoTo, D=pikepdf.Array([book.pages[0].obj, pikepdf.Name.Fit])
            )
        ),
        Kind.PDF,
    ),
    "one with a link to the web": (
        lambda: samples.linked(S=pikepdf.Name.URI, URI=pikepdf.String("https://sante.example")),
        Kind.PDF,
    ),
    "one that ends with new lines": (lambda: samples.pdf() + b"\r\n\n", Kind.PDF),
    "as many pages as there may be": (lambda: samples.long(500), Kind.PDF),
    "a JPEG": (samples.jpeg, Kind.JPEG),
    "a progressive one": (lambda: samples.jpeg(progressive=True), Kind.JPEG),
    "a phone's, with data of its own at the end": (lambda: samples.jpeg() + b"\0\0SEFH" * 9, Kind.JPEG),
    "a PNG": (samples.png, Kind.PNG),
}


@pytest.mark.parametrize("name", GOOD)
def test_whole_files_are_taken(name):
    made, kind = GOOD[name]
    assert content.read(made()) is kind


# --- What is not --------------------------------------------------------------------------------

CUT = "abîmé"
BAD = {
    "0 bytes": (lambda: b"", "vide"),
    "11 MB": (lambda: samples.pdf() + b"\n" * 11_000_000, "dépasse 10\u00a0Mo"),
    "HTML, whatever its name": (lambda: HTML, "quel que soit son nom"),
    "a text": (lambda: b"Bonjour", "ni un PDF"),
    "a word processor's": (samples.zipped, "Enregistrez-le en PDF"),
    "an old one": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Enregistrez-le en PDF"),
    "an iPhone's photo": (lambda: b"\0\0\0\x18ftypheic" + b"\0" * 99, "HEIC"),
    "a GIF": (lambda: b"GIF89a" + b"\0" * 99, "ni un PDF"),
    "an SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "ni un PDF"),
    "a PDF of 10,000 pages": (lambda: samples.long(10_000), "500 pages"),
    "of one page too many": (lambda: samples.long(501), "500 pages"),
    "an encrypted one": (lambda: samples.encrypted("secret"), "mot de passe"),
    "one that everybody opens and nobody may print": (lambda: samples.encrypted(""), "mot de passe"),
    "a truncated one": (lambda: samples.pdf()[:-200], CUT),
    "one truncated, with an end put back": (lambda: samples.pdf()[:-200] + b"\n%%EOF\n", CUT),
    "one whose middle is gone": (lambda: samples.pdf()[:300] + samples.pdf()[500:], CUT),
    "a PDF of nothing": (lambda: b"%PDF-1.7\n%%EOF\n", CUT),
    "a PDF after something": (lambda: b"\n\n" + samples.pdf(), "plusieurs formats"),
    "PDF and archive": (lambda: samples.pdf() + samples.zipped(), "plusieurs formats"),
    "PDF and page of the web": (
        lambda: samples.pdf().replace(b"\n", b"\n%<html><script>alert(1)</script>\n", 1),
        "plusieurs formats",
    ),
    "PDF and something after it": (lambda: samples.pdf() + b"MZ\x90\0", CUT),
    "JPEG and PDF": (lambda: samples.jpeg() + samples.pdf(), "plusieurs formats"),
    "JPEG and archive": (lambda: samples.jpeg() + samples.zipped(), "plusieurs formats"),
    "JPEG and page of the web": (lambda: samples.jpeg() + HTML, "plusieurs formats"),
    "PNG and archive": (lambda: samples.png() + samples.zipped(), "plusieurs formats"),
    "PNG and something after it": (lambda: samples.png() + b"MZ\x90\0", CUT),
    "a page of the web in a PNG": (
        lambda: samples.png()[:-12] + samples.chunk(b"tEXt", HTML) + samples.png()[-12:],
        "plusieurs formats",
    ),
    "a truncated JPEG": (lambda: samples.jpeg()[:-30], CUT),
    "a JPEG of its first bytes": (lambda: samples.jpeg()[:5], CUT),
    "a JPEG without image": (lambda: b"\xff\xd8\xff\xe0\0\x04ab\xff\xd9", CUT),
    "a truncated PNG": (lambda: samples.png()[:-30], CUT),
    "a PNG with a wrong sum": (lambda: samples.png()[:60] + b"\0" + samples.png()[61:], CUT),
    "a PNG of 60,000 × 60,000": (lambda: samples.png_said_to_be(60_000, 60_000), "60\u202f000 × 60\u202f000"),
    "a PNG of too many points": (lambda: samples.png_said_to_be(15_000, 15_000), "trop grande"),
    "a PNG of none": (lambda: samples.png_said_to_be(0, 10), CUT),
}


@pytest.mark.parametrize("name", BAD)
def test_others_are_refused_in_words(name):
    made, words = BAD[name]
    assert words in refusal(made())


@pytest.mark.parametrize("name", samples.ACTIVE)
def test_what_acts_in_a_pdf_is_refused(name):
    made, words = samples.ACTIVE[name]
    said = refusal(made())
    assert said.startswith("Ce PDF ")
    assert words in said


def test_a_large_image_is_refused_by_its_header(monkeypatch):
    """Nothing after it is read."""
    large = samples.png_said_to_be(60_000, 60_000)
    monkeypatch.setattr(images.zlib, "crc32", lambda *_: pytest.fail("it was read on"))
    assert "trop grande" in refusal(large)


# --- The process that takes a PDF apart -----------------------------------------------------------------


def test_the_child_is_given_nothing_of_ours(monkeypatch):
    """Neither environment nor folder nor modules: a PDF that took it over would find no secret there."""
    asked = {}

    def run(words, **known):
        asked.update(known, words=words)
        return subprocess.CompletedProcess(words, 0, b"fine", b"")

    monkeypatch.setattr(pdf.subprocess, "run", run)
    assert content.read(samples.pdf()) is Kind.PDF
    assert (asked["env"], asked["cwd"]) == ({}, "/")
    assert asked["words"][1] == "-I"


def child(source: str, monkeypatch, tmp_path):
    """Another one in its place, with its limits."""
    path = tmp_path / "child.py"
    path.write_text(f"import sys; sys.path.insert(0, {str(pdf.CHILD.parent)!r}); import pdf_child\n{source}")
    monkeypatch.setattr(pdf, "CHILD", path)


@pytest.mark.parametrize(
    "source",
    [
        "pdf_child.limit(300 << 20, 1)\nwhile True: pass",
        "pdf_child.limit(300 << 20, 1)\nbytes(400 << 20)",
        "import os; os.abort()",
        "print('something else')",
        "sys.exit(3)",
        "",
    ],
    ids=["endless", "greedy", "killed", "babbling", "failing", "silent"],
)
def test_a_child_that_ends_otherwise_is_a_refusal(source, monkeypatch, tmp_path):
    child(source, monkeypatch, tmp_path)
    assert refusal(samples.pdf()) == pdf.HEAVY


def test_a_child_that_sleeps_is_not_waited_for(monkeypatch, tmp_path):
    child("import time; time.sleep(600)", monkeypatch, tmp_path)
    monkeypatch.setattr(pdf, "PATIENCE", 0.2)
    assert refusal(samples.pdf()) == pdf.HEAVY


def test_a_child_opens_no_file_and_starts_no_program(tmp_path):
    """Once limited; what it has open stays so."""
    code = f"""
import sys; sys.path.insert(0, {str(pdf.CHILD.parent)!r}); import pdf_child
pdf_child.limit(300 << 20, 5)
try: open({str(tmp_path / "made")!r}, "w").write("a" * 9999)
except OSError: sys.stderr.write("refused")
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert "refused" in done.stderr or (tmp_path / "made").stat().st_size == 0


def test_a_pdf_that_swells_is_refused(monkeypatch):
    """Objects that inflate to a thousand times their size: the child's memory is bounded."""
    monkeypatch.setattr(pdf, "MEMORY", 120)
    swollen = samples.changed(
        lambda book: book.Root.__setitem__("/Big", book.make_indirect(pikepdf.String("A" * 60_000_000))),
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    assert len(swollen) < 1_000_000
    assert refusal(swollen) in (pdf.HEAVY, pdf.CUT)
    assert content.read(samples.pdf()) is Kind.PDF
