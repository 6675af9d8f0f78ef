"""What was asked by a POST, to be come back to: the session keeps the last ten, sealed, each under a key.

A page of results then has an address that names nobody: Back, a breadcrumb and the end of an act find it
again, and two tabs have two keys (docs/adr/0039). A key serves one session, one kind of search, and whom one
works for.
"""

import json
import re
import secrets
import zlib
from typing import Any

from cryptography.fernet import InvalidToken

from viatraj.core.sealing import seal, unseal

HELD = "recherches"  # of the session: {key: sealed}, the oldest first
AT_MOST = 10
PURPOSE = "core.searches"  # another name when what a view keeps takes another shape
KEY = re.compile(r"[\w-]{22}", re.ASCII)
GONE = (
    "Cette recherche n’est plus disponible\u00a0: elle date d’une autre session, ou d’autres l’ont suivie. "
    "Recommencez-la."
)


def keep(request: Any, kind: str, **asked: Any) -> str:
    """Returns the new key; past ten, the oldest is forgotten. `asked`: what JSON can say."""
    cle = secrets.token_urlsafe(16)
    held = {**request.session.get(HELD, {}), cle: _sealed(request, kind, asked)}
    request.session[HELD] = dict(list(held.items())[-AT_MOST:])
    return cle


def change(request: Any, kind: str, cle: str, **changed: Any) -> None:
    """Some of what is kept, under the same key; nothing when the key is not known."""
    if (asked := find(request, kind, cle)) is not None:
        held = request.session[HELD]
        request.session[HELD] = {**held, cle: _sealed(request, kind, {**asked, **changed})}


def find(request: Any, kind: str, cle: str) -> dict[str, Any] | None:
    """What was asked; None for another kind, another session, another médecin, or too long ago."""
    sealed = request.session.get(HELD, {}).get(cle)
    if sealed is None:
        return None
    try:
        said = json.loads(zlib.decompress(unseal(PURPOSE, sealed.encode())))
    except InvalidToken:  # SECRET_KEY is another one
        return None
    *known, asked = said
    return asked if known == _whose(request, kind) else None


def is_key(text: str) -> bool:
    """Such as `keep` makes them, whether or not something is kept under it."""
    return bool(KEY.fullmatch(text))


def after(cle: str) -> str:
    """What follows the address of a page opened from these results, so that it leads back to them."""
    return f"?recherche={cle}" if is_key(cle) else ""


def _sealed(request: Any, kind: str, asked: dict[str, Any]) -> str:
    said = json.dumps([*_whose(request, kind), asked])
    return seal(PURPOSE, zlib.compress(said.encode())).decode()


def _whose(request: Any, kind: str) -> list[Any]:
    return [kind, request.actor.principal.pk]
