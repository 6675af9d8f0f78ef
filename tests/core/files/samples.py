"""Files that people send, good and bad, made here."""

import re
import struct
import zipfile
import zlib
from functools import cache
from io import BytesIO

import pikepdf
from fpdf import FPDF
from pikepdf import Array, Dictionary, Name, String
from PIL import Image


@cache
def pdf(text: str = "Compte rendu") -> bytes:
    drawn = FPDF()
    drawn.add_page()
    drawn.set_font("helvetica")
    drawn.cell(text=text)
    return bytes(drawn.output())


def changed(change, **saving) -> bytes:
    """The good one, opened, changed, saved."""
    with pikepdf.open(BytesIO(pdf())) as book:
        change(book)
        made = BytesIO()
        book.save(made, **saving)
    return made.getvalue()


def encrypted(password: str) -> bytes:
    """An empty password is of those that everybody opens, and that forbid to print."""
    return changed(lambda book: None, encryption=pikepdf.Encryption(owner="maître", user=password))


@cache
def long(pages: int) -> bytes:
    with pikepdf.new() as book:
        for _ in range(pages):
            book.add_blank_page()
        made = BytesIO()
        book.save(made)
    return made.getvalue()


def on_opening(action) -> bytes:
    return changed(lambda book: book.Root.__setitem__("/OpenAction", action(book)))


def annotated(**annotation) -> bytes:
    """A page with one annotation: a link, a file, a film…"""

    def change(book):
        found = book.make_indirect(Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **annotation))
        book.pages[0].obj["/Annots"] = Array([found])

    return changed(change)


def linked(**action) -> bytes:
    return annotated(Subtype=Name.Link, A=Dictionary(**action))


def orphan() -> bytes:
    """A script to which nothing leads: what led to it is blanked after the book is saved."""

    def change(book):
        book.Root["/Orphan"] = book.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))

    made = changed(change, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    (leads,) = re.findall(rb"/Orphan \d+ 0 R", made)
    return made.replace(leads, b"/Orphan null".ljust(len(leads)))


def _external(book):
    book.pages[0].obj["/Contents"] = book.make_stream(b"", F=String("/etc/passwd"))


def _attached(book):
    book.attachments["a.exe"] = b"MZ"


def _named_script(book):
    script = Dictionary(S=Name.JavaScript, JS=String("abcdef"))
    book.Root["/Names"] = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))


def spelled() -> bytes:
    """«/J#61vaScript» is «/JavaScript»: a search for words would miss it. The object keeps its length."""
    made = changed(_named_script, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    longer = {b"/JavaScript": b"/J#61vaScript", b"/JS": b"/J#53"}
    for word, written in longer.items():
        made = made.replace(word, written)
    return made.replace(b"abcdef", b"", 1)


JS = {"S": Name.JavaScript, "JS": String("app.alert(1)")}
# What each does, with the word that its refusal holds.
ACTIVE = {
    "a script on opening": (lambda: on_opening(lambda book: Dictionary(**JS)), "JavaScript"),
    "a script in a link": (lambda: linked(**JS), "JavaScript"),
    "a script in the names": (lambda: changed(_named_script), "JavaScript"),
    "a script to which nothing leads": (orphan, "JavaScript"),
    "a script in compressed objects": (
        lambda: changed(_named_script, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "JavaScript",
    ),
    "a script under a spelled name": (spelled, "JavaScript"),
    "a script after a page turn": (
        lambda: linked(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Dictionary(**JS)),
        "JavaScript",
    ),
    "a program": (lambda: linked(S=Name.Launch, F=String("cmd.exe")), "commande"),
    "a program on opening": (
        lambda: on_opening(lambda book: Dictionary(S=Name.Launch, F=String("cmd.exe"))),
        "commande",
    ),
    "a page of the web on opening": (
        lambda: on_opening(lambda book: Dictionary(S=Name.URI, URI=String("https://a.example"))),
        "actions automatiques",
    ),
    "an action of a page": (
        lambda: changed(lambda book: book.pages[0].obj.__setitem__("/AA", Dictionary(O=Dictionary(**JS)))),
        "actions automatiques",
    ),
    "a file inside": (lambda: changed(_attached), "fichiers"),
    "a file in an annotation": (lambda: annotated(Subtype=Name.FileAttachment), "fichiers"),
    "a dynamic form": (
        lambda: changed(
            lambda book: book.Root.__setitem__("/AcroForm", Dictionary(XFA=book.make_stream(b"<xdp/>")))
        ),
        "XFA",
    ),
    "a film": (lambda: annotated(Subtype=Name.Movie), "multimédias"),
    "a link to a share": (
        lambda: linked(S=Name.URI, URI=String("file://serveur/partage")),
        "autres fichiers",
    ),
    "a link to another file": (lambda: linked(S=Name.GoToR, F=String("a.pdf")), "autres fichiers"),
    "a form that is sent": (
        lambda: linked(S=Name.SubmitForm, F=String("https://a.example")),
        "envois de données",
    ),
    "bytes of another file": (lambda: changed(_external), "autres fichiers"),
}


@cache
def jpeg(size=(40, 30), **saving) -> bytes:
    return _image("JPEG", size, **saving)


@cache
def png(size=(40, 30)) -> bytes:
    return _image("PNG", size)


def _image(kind, size, **saving) -> bytes:
    made = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(made, kind, **saving)
    return made.getvalue()


def png_said_to_be(width: int, height: int) -> bytes:
    """A hundred bytes; only its header is so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 90))
        + chunk(b"IEND", b"")
    )


def chunk(name: bytes, held: bytes) -> bytes:
    return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))


def zipped() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.html", "<script>alert(1)</script>")
    return made.getvalue()
