"""URLs of pages without argument, kept in the process: menus and forms need them on every page."""

from functools import cache

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse


def address(name: str) -> str:
    """The URL of the page of this name; empty when there is none."""
    return _address(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), name)


@cache
def _address(urlconf: str, prefix: str, name: str) -> str:
    try:
        return reverse(name, urlconf)
    except NoReverseMatch:
        return ""
