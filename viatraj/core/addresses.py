"""URLs of pages that are few, kept in the process: menus, forms and fiches need them on every page."""

from functools import cache

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse


def address(name: str, *args: str) -> str:
    """The URL of the page of this name; empty when there is none. `args`: never what people choose freely."""
    return _address(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), name, *args)


@cache
def _address(urlconf: str, prefix: str, name: str, *args: str) -> str:
    try:
        return reverse(name, urlconf, args=args)
    except NoReverseMatch:
        return ""
