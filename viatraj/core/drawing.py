"""Draws a piece of a page from its template and given values, without request or context processors."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.template import Context
from django.template.loader import get_template


def drawn(template_name: str, shown: Mapping[str, Any]) -> str:
    """Returns safe HTML. The template is kept in the process; Django would look it up at each use."""
    return _compiled(template_name).render(Context(shown))


@cache
def _compiled(template_name: str):
    return get_template(template_name).template  # type: ignore[attr-defined]  # of Django's own engine
