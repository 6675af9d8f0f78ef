"""The ways out, one a channel. `open` fails when the way is closed, `send` when one message is refused."""

import random
import re
import time
from contextlib import suppress
from email.header import Header
from functools import lru_cache
from smtplib import (
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from django.core.mail import EmailMultiAlternatives, get_connection

from courrier import sms
from courrier.models import Channel

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 60  # seconds
ENHANCED_CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
TOO_LARGE = 552
CLOSED_FOR_ALL = (OSError, SMTPException)  # of `open`


class Route:
    """A way out. After each failure in a row to open it, it waits longer before the next try."""

    def __init__(self):
        self.faults, self.closed_until = 0, 0.0

    @property
    def is_closed(self) -> bool:
        return time.monotonic() < self.closed_until

    def found_closed(self):
        pause = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** min(self.faults, 10))
        self.faults, self.closed_until = self.faults + 1, time.monotonic() + pause * jitter()
        self.close()

    def found_open(self):
        self.faults = 0

    def open(self):
        """Ready for `send`; cheap when it is already."""

    def close(self):
        """Until the next `open`."""


@lru_cache(maxsize=256)
def encoded(subject: str) -> str:
    """As a header writes it; costly, and all codes have the same. Long ones are left to Django to fold."""
    word = Header(subject, "utf-8", header_name="Subject").encode()
    return subject if "\n" in word or subject.isascii() else word


class Letter(EmailMultiAlternatives):
    def message(self, **options):
        """With a fixed boundary: Python compiles a regular expression for each one it makes up."""
        built = super().message(**options)
        if built.is_multipart():
            built.set_boundary(f"=_{self.extra_headers['Message-ID'].strip('<>').partition('@')[0]}")
        return built


class Mail(Route):
    """One SMTP connection kept for many letters; host, port, TLS and login come from EMAIL_URL."""

    HEADERS = {"Auto-Submitted": "auto-generated"}

    def __init__(self):
        super().__init__()
        self.backend = get_connection()

    def open(self):
        self.backend.open()

    def send(self, message, text, html):
        headers = {**self.HEADERS, "Message-ID": message.message_id}
        letter = Letter(encoded(message.subject), text, to=[message.to], headers=headers)
        if html:
            letter.attach_alternative(html, "text/html")
        self.backend.send_messages([letter])

    def close(self):
        with suppress(*CLOSED_FOR_ALL):
            self.backend.close()


class Sms(Route):
    def __init__(self):
        super().__init__()
        self.backend = sms.backend()

    def send(self, message, text, html):
        self.backend.send(to=message.to, text=text.strip(), message_id=message.message_id)


def jitter() -> float:
    """So that senders that fail together do not come back together."""
    return random.uniform(0.5, 1.5)  # noqa: S311


def all_routes() -> dict[str, Route]:
    return {Channel.MAIL: Mail(), Channel.SMS: Sms()}


def judge(error: Exception) -> tuple[bool, int | None]:
    """(is the refusal permanent?, the relay's reply code or None)."""
    match error:
        case SMTPRecipientsRefused():
            code = next(iter(error.recipients.values()))[0]
        case SMTPSenderRefused():  # our own address is refused: a wrong setting, not this letter's fault
            return error.smtp_code == TOO_LARGE, error.smtp_code
        case SMTPResponseException():
            code = error.smtp_code
        case SMTPNotSupportedError() | sms.Refused():
            return True, None
        case _:  # connections may come back; a letter that cannot be built is given up
            return not isinstance(error, CLOSED_FOR_ALL), None
    return 500 <= code <= 599, code


def in_short(error: Exception) -> str:
    """An error without addresses and without words of the letter, which relays often quote."""
    found = ENHANCED_CODE.search(str(error))
    words = [type(error).__name__, judge(error)[1], found and found.group()]
    return " ".join(str(word) for word in words if word)
