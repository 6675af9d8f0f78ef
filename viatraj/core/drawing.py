"""Pieces of page, from their template and what is handed to it: no request, no context processor."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.template import Context
from django.template.loader import get_template


def drawn(template_name: str, shown: Mapping[str, Any]) -> str:
    """Safe HTML; the template is looked up once a process, which Django does at each use."""
    return _compiled(template_name).render(Context(shown))


@cache
def _compiled(template_name: str):
    return get_template(template_name).template  # type: ignore[attr-defined]  # of Django's own engine
