"""What the administrator of the workstation decides: sites, module, port."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

LABEL = "Certificat d'Authentification CPS"


class Mistake(Exception):
    """A configuration that cannot be used; its text is for people."""


@dataclass(frozen=True)
class Configuration:
    """`sites` are origins: scheme, host, port when it is not the usual one."""

    sites: frozenset[str]
    module: str
    port: int = 17850
    certificat: str = LABEL


def read(path: Path) -> Configuration:
    try:
        known = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Mistake(f"La configuration {path} ne se lit pas : {error}") from error
    unknown = known.keys() - Configuration.__annotations__.keys()
    if unknown or not known.get("sites") or not known.get("module"):
        raise Mistake(f"La configuration {path} doit donner sites et module, et rien d’inconnu.")
    wrong = [site for site in known["sites"] if not is_origin(site)]
    if wrong:
        raise Mistake(f"Ce n’est pas l’adresse d’un site (https://nom, sans rien derrière) : {wrong[0]}")
    return Configuration(**{**known, "sites": frozenset(known["sites"])})


def is_origin(text: str) -> bool:
    """https, or http on this very machine."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_near = parts.hostname in ("127.0.0.1", "localhost")
    return text == f"{parts.scheme}://{parts.netloc}" and (
        parts.scheme == "https" or (parts.scheme == "http" and is_near)
    )
