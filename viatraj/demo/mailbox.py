"""The demo's mailbox: what its mail server and its SMS back end left in a folder, newest first."""

import email
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.utils import getaddresses
from functools import lru_cache
from pathlib import Path

from django.conf import settings

LATEST = 200


@dataclass(frozen=True)
class Letter:
    """The fields of the contract's JSON; `to` holds addresses, or numbers for an SMS."""

    at: datetime
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    message_id: str

    @property
    def is_sms(self) -> bool:
        return not self.subject and not self.html

    def as_json(self) -> dict:
        return {
            "at": self.at.isoformat(),
            "to": list(self.to),
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "message_id": self.message_id,
        }


def letters(*, to: str = "", since: datetime | None = None) -> list[Letter]:
    """The newest 200 that fit, newest first."""
    found = []
    for file in _newest_first():
        letter = _read(file)
        if since and letter.at < since:
            break  # older and older from here on
        if not to or _same(to) in map(_same, letter.to):
            found.append(letter)
        if len(found) == LATEST:
            break
    return found


def _newest_first() -> list[Path]:
    """Names begin with the nanosecond of arrival: `<time_ns>-….eml` or `.json`."""
    folder = Path(settings.DEMO_SMTP_DIR)
    files = [file for file in folder.glob("*-*.*") if file.suffix in READERS and _arrival(file)]
    return sorted(files, key=_arrival, reverse=True)


def _arrival(file: Path) -> int:
    number = file.name.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def _same(address: str) -> str:
    return address.strip().replace(" ", "").lower()


@lru_cache(maxsize=2 * LATEST)
def _read(file: Path) -> Letter:
    """A file never changes once it has its name."""
    return READERS[file.suffix](file)


def _mail(file: Path) -> Letter:
    message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    return Letter(
        at=_instant(file),
        to=tuple(address for _, address in getaddresses(map(str, message.get_all("to", [])))),
        subject=str(message.get("subject", "")),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        message_id=str(message.get("message-id", "")).strip(),
    )


def _sms(file: Path) -> Letter:
    letter = json.loads(file.read_text())
    return Letter(_instant(file), tuple(letter["to"]), "", letter["text"], "", letter["message_id"])


def _instant(file: Path) -> datetime:
    return datetime.fromtimestamp(_arrival(file) / 1e9, UTC)


def _part(message, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return part.get_content().replace("\r\n", "\n") if part else ""


READERS = {".eml": _mail, ".json": _sms}
