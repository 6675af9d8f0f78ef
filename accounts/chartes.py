"""The charte's versions (CON-13): reviewed text, shipped with the code; the one in force must be accepted."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256

from django.template.loader import get_template


@dataclass(frozen=True)
class Charte:
    version: str
    effective_on: date

    @property
    def template(self) -> str:
        return f"accounts/chartes/{self.version}.html"

    @property
    def digest(self) -> str:
        """SHA-256 of the text as shipped, kept with each acceptance."""
        return _digest(self.template)


@cache
def _digest(template: str) -> str:
    return sha256(get_template(template).template.source.encode()).hexdigest()


VERSIONS = (Charte("2026-11", date(2026, 11, 1)),)


def current(today: date) -> Charte:
    return max((charte for charte in VERSIONS if charte.effective_on <= today), key=lambda c: c.effective_on)
