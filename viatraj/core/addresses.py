"""Addresses of pages without argument: found once a process, since menus and forms ask for them all day."""

from functools import cache

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse


def address(name: str) -> str:
    """Of the page of this URL name; empty when there is none."""
    return _address(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), name)


@cache
def _address(urlconf: str, prefix: str, name: str) -> str:
    try:
        return reverse(name, urlconf)
    except NoReverseMatch:
        return ""
