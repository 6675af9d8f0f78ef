"""What a file is, by its content and never by its name: a PDF, a JPEG or a PNG, whole and at rest (DOS-3)."""

import re

from django.conf import settings
from django.db.models import TextChoices

from viatraj.core.files import Refused, images, pdf
from viatraj.core.reading import reads
from viatraj.core.typography import file_size

EMPTY = "Ce fichier est vide."
OTHER = (
    "Ce fichier n’est, quel que soit son nom, ni un PDF, ni une image JPEG ou PNG. "
    "Enregistrez-le dans l’un de ces formats."
)
MIXED = "Ce fichier mêle plusieurs formats. Enregistrez-le de nouveau, en PDF ou en image."
DAMAGED = "Ce fichier est abîmé ou incomplet. Enregistrez-le de nouveau, puis ajoutez-le."
# What people send most among what is not taken: (where, what stands there, what to do).
KNOWN = (
    (
        4,
        b"ftyphe",
        "Cette photo est au format HEIC. Réglez l’appareil sur le format JPEG, ou convertissez-la.",
    ),
    (
        4,
        b"ftypmif1",
        "Cette photo est au format HEIC. Réglez l’appareil sur le format JPEG, ou convertissez-la.",
    ),
    (0, b"PK\x03\x04", "Ce fichier est un document bureautique ou une archive. Enregistrez-le en PDF."),
    (0, b"\xd0\xcf\x11\xe0", "Ce fichier est un ancien document bureautique. Enregistrez-le en PDF."),
    (0, b"{\\rtf", "Ce fichier est un document RTF. Enregistrez-le en PDF."),
    (0, b"II*\0", "Cette image est au format TIFF. Enregistrez-la en PDF, en JPEG ou en PNG."),
    (0, b"MM\0*", "Cette image est au format TIFF. Enregistrez-la en PDF, en JPEG ou en PNG."),
)
# Where a browser, or a program that trusts the name, would find something else in it.
MARKUP = re.compile(rb"<(?:html|script|!doctype\s+html|\?php)[\s>]", re.IGNORECASE)
HEAD = 1024  # bytes, in which programs look for what a file is


class Kind(TextChoices):
    PDF = "pdf", "PDF"
    JPEG = "jpeg", "image JPEG"
    PNG = "png", "image PNG"

    @property
    def mime(self) -> str:
        return "application/pdf" if self is Kind.PDF else f"image/{self.value}"

    @property
    def ending(self) -> str:
        return ".jpg" if self is Kind.JPEG else f".{self.value}"


BEGINNINGS = {b"%PDF-": Kind.PDF, b"\xff\xd8\xff": Kind.JPEG, b"\x89PNG\r\n\x1a\n": Kind.PNG}


@reads(Refused, lambda: Refused(DAMAGED))
def read(raw: bytes) -> Kind:
    """What it is, once it is known to be whole, of one format, and to do nothing when it is opened."""
    check_size(len(raw))
    kind = next((kind for begins, kind in BEGINNINGS.items() if raw.startswith(begins)), None)
    if kind is None:
        raise Refused(_why(raw))
    if _is_mixed(raw, kind):
        raise Refused(MIXED)
    {Kind.PDF: pdf.check, Kind.JPEG: images.check_jpeg, Kind.PNG: images.check_png}[kind](raw)
    return kind


def check_size(size: int) -> None:
    """Of what was sent, before it is looked at."""
    if not size:
        raise Refused(EMPTY)
    if size > settings.PIECE_MAX_BYTES:
        raise Refused(
            f"Ce fichier dépasse {file_size(settings.PIECE_MAX_BYTES)}. Réduisez-le ou partagez-le."
        )


def _why(raw: bytes) -> str:
    if b"%PDF-" in raw[:HEAD]:
        return MIXED
    return next((said for at, marks, said in KNOWN if raw.startswith(marks, at)), OTHER)


def _is_mixed(raw: bytes, kind: Kind) -> bool:
    """Also a web page, an archive, or a PDF for an image: one reader would see another file than ours."""
    if MARKUP.search(raw[:HEAD] if kind is Kind.PDF else raw) or _ends_as_zip(raw):
        return True
    return kind is not Kind.PDF and b"%PDF-" in raw


def _ends_as_zip(raw: bytes) -> bool:
    """An archive is read from its end: a record whose comment ends with the file."""
    at = raw.rfind(b"PK\x05\x06", max(0, len(raw) - 65_557))
    return (
        at >= 0
        and len(raw) - at >= 22
        and int.from_bytes(raw[at + 20 : at + 22], "little") == len(raw) - at - 22
    )
