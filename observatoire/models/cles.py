"""Keyed digests of 64 bits, worked out by the database: nobody finds a person from one without our key."""

import hashlib
import hmac
from typing import Any

from django.db import models
from django.db.models import Func
from django.db.models.functions import Cast, Concat

from viatraj.core import sealing

BLOCK = 64  # of SHA-256
PURPOSE = "observatoire.personne"


def pads() -> dict[str, bytes]:
    """What `digest` asks of its statement: the two halves of an HMAC (RFC 2104)."""
    key = sealing.key(PURPOSE).ljust(BLOCK, b"\0")
    return {"ipad": bytes(one ^ 0x36 for one in key), "opad": bytes(one ^ 0x5C for one in key)}


def digest(text: str, *, opad: str = "%(opad)s", ipad: str = "%(ipad)s") -> str:
    """SQL: HMAC-SHA256 of a text, its first eight bytes as a signed number."""
    inner = f"sha256({ipad}::bytea || convert_to({text}, 'UTF8'))"
    outer = f"sha256({opad}::bytea || {inner})"
    return f"('x' || encode(substring({outer} FROM 1 FOR 8), 'hex'))::bit(64)::bigint"


def digest_of(text: str) -> int:
    """The same, for who already has the text."""
    told = hmac.new(sealing.key(PURPOSE), text.encode(), hashlib.sha256).digest()
    return int.from_bytes(told[:8], signed=True)


class Digest(Func):
    """The same, of an expression of the ORM."""

    output_field = models.BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        text, params = compiler.compile(self.source_expressions[0])
        known = pads()
        return digest(text, opad="%s", ipad="%s"), [known["opad"], known["ipad"], *params]


def of_person(prefix: str = "") -> Digest:
    """As facts call a person: by the key of the names and the birth."""
    names = (f"{prefix}nom_cle", f"{prefix}prenom_cle")
    birth = Cast(f"{prefix}date_naissance", models.TextField())
    bar = models.Value("|")
    return Digest(Concat(names[0], bar, names[1], bar, birth, output_field=models.TextField()))


def of_row(kind: str, column: str = "pk") -> Digest:
    said = Concat(models.Value(f"{kind}|"), Cast(column, models.TextField()))
    return Digest(Cast(said, models.TextField()))


def hashed(kind: str, column: str = "pk") -> Func:
    """Of a row of accounts or rights, which no store keeps: PostgreSQL’s hash, from a start that is ours. Of
    a million rows, a digest each would take longer than to count them.
    """
    start = models.Value(digest_of(kind), models.BigIntegerField())
    return Func(column, start, function="hashint8extended", output_field=models.BigIntegerField())
