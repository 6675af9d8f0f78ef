"""A JSON object read as a stream: its members one by one, arrays of the first level element by element.

By the standard library's own decoder over a window of the text: memory is that of the largest element.
"""

import re
from collections.abc import Callable, Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Any, TextIO

from annuaire.finess.valeurs import Refused
from viatraj.core.reading import reads

WINDOW = 2**20
LARGEST = 2**26  # characters of one element; the largest entité juridique has about two million
BLANKS = re.compile(r"[ \t\r\n]*")
ENDS = tuple(",:]} \t\r\n")  # «1» may be the beginning of «1.5»
CUT = "Le fichier JSON est coupé avant sa fin."
ODD = "Le fichier JSON est abîmé."
Decode = Callable[[str, int], tuple[Any, int]]
DECODE: Decode = JSONDecoder().raw_decode


@reads(Refused, lambda: Refused(ODD))
def members(file: TextIO) -> Iterator[tuple[str, Any]]:
    """(key, value); of an array, (key, element) for each; `Refused` when it is cut or is no object."""
    yield from Window(file).members()


class Window:
    """`decode(text, at)` gives a value and its end, as the library’s does; `refused` is what is raised."""

    def __init__(self, file: TextIO, *, decode: Decode = DECODE, refused: type[Exception] = Refused):
        self.file, self.decode, self.refused = file, decode, refused
        self.text, self.at = "", 0

    def members(self) -> Iterator[tuple[str, Any]]:
        self._take("{")
        sign = "}" if self._next() == "}" else ","
        if sign == "}":
            self._take("}")
        while sign == ",":
            key = self._value()
            if not isinstance(key, str):
                raise self.refused(ODD)
            self._take(":")
            if self._next() == "[":
                for element in self._elements():
                    yield key, element
            else:
                yield key, self._value()
            sign = self._take(",}")
        if self._next():
            raise self.refused(ODD)

    def _elements(self) -> Iterator[Any]:
        self._take("[")
        if self._next() == "]":
            self._take("]")
            return
        yield self._value()
        while self._take(",]") == ",":
            yield self._value()

    def _next(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            self.at = BLANKS.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more():
                return ""

    def _take(self, expected: str) -> str:
        sign = self._next()
        if not sign:
            raise self.refused(CUT)
        if sign not in expected:
            raise self.refused(ODD)
        self.at += 1
        return sign

    def _value(self) -> Any:
        """A value that ends at the edge of the window may go on behind it."""
        self._next()
        while True:
            value, end = self._decoded()
            if end is not None and self.text[end : end + 1] in ENDS:
                self.at = end
                return value
            if len(self.text) - self.at > LARGEST:
                raise self.refused(ODD)
            if not self._more():
                raise self.refused(CUT)

    def _decoded(self) -> tuple[Any, int | None]:
        try:
            return self.decode(self.text, self.at)
        except JSONDecodeError:
            return None, None

    def _more(self) -> bool:
        """Twice as much each time: a large element is not decoded again and again."""
        block = self.file.read(max(WINDOW, len(self.text) - self.at))
        self.text, self.at = self.text[self.at :] + block, 0
        return bool(block)
