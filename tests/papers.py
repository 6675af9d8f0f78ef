"""A PDF as a reader sees it: its text, its outline, where its letters stand (PDFium, as in Chromium)."""

import re

import pypdfium2
from pypdfium2 import raw


class Lu:
    def __init__(self, content: bytes):
        self.content = content
        self.document = pypdfium2.PdfDocument(content)
        self.sheets = [page.get_textpage().get_text_bounded() for page in self.document]

    @property
    def text(self) -> str:
        return " ".join("\n".join(self.sheets).split())

    @property
    def metadata(self) -> dict:
        return self.document.get_metadata_dict()

    @property
    def outline(self) -> list[str]:
        return [one.get_title() for one in self.document.get_toc()]

    def outside(self, margin: float) -> list[tuple[int, str]]:
        """Letters nearer to the edge of their sheet than so many points."""
        found = []
        for number, page in enumerate(self.document, 1):
            width, height = page.get_size()
            text = page.get_textpage()
            for place in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(place)
                sides = (left, bottom, width - right, height - top)
                letter = chr(raw.FPDFText_GetUnicode(text, place))
                if letter.strip() and min(sides) < margin:
                    found.append((number, letter))
        return found


def packed(text: str) -> str:
    """Without any space: a line may be cut anywhere."""
    return re.sub(r"\s+", "", text)
