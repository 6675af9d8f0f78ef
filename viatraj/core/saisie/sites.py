"""Addresses of web sites, which a page will make a link of: https or http, nothing else."""

import re
from urllib.parse import urlsplit

from viatraj.core.saisie import Refused
from viatraj.core.saisie.caracteres import plain

LONGEST = 200
SITE = "Écrivez l’adresse d’un site internet. Exemple\u00a0: www.exemple.fr."
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}", re.ASCII)


def read(text: str) -> str:
    """With its scheme, its host in small letters; empty stays empty."""
    typed = plain(text)
    if not typed:
        return ""
    if "://" not in typed:
        typed = f"https://{typed}"
    try:
        parts = urlsplit(typed)
        is_plain = parts.port is None and "@" not in parts.netloc
    except ValueError as error:
        raise Refused(SITE) from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not is_plain or not HOST.fullmatch(host):
        raise Refused(SITE)
    if len(typed) > LONGEST or re.search(r"[\s<>\"']", typed):
        raise Refused(SITE)
    return parts._replace(netloc=host).geturl()
