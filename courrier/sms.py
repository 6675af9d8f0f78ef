"""Where SMS go: one back end named by the setting SMS_BACKEND, with one method, `send`."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import requests
from django.conf import settings
from django.utils.module_loading import import_string


class Refused(Exception):
    """This message will never be taken; any other exception means «not now»."""


class Closed:
    """No operator is configured: each message fails at once, instead of being tried for hours."""

    def send(self, *, to: str, text: str, message_id: str) -> None:
        raise Refused("no SMS operator")


class Folder:
    """Files beside the demo's mails: `<time_ns>-<n>.json`, whole as soon as it has this name."""

    def send(self, *, to: str, text: str, message_id: str) -> None:
        folder = Path(settings.DEMO_SMTP_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        letter = {"at": datetime.now(UTC).isoformat(), "to": [to], "text": text, "message_id": message_id}
        part = folder / f"{time.time_ns()}-{os.getpid()}.part"
        part.write_text(json.dumps(letter, ensure_ascii=False))
        part.replace(part.with_suffix(".json"))


class Http:
    """An operator that takes JSON at SMS_URL: {"to", "text", "sender", "reference"}, with a bearer token.

    4xx other than 408 and 429 is a refusal for good; anything else may be tried again.
    """

    TIMEOUTS = (3.05, 10)  # seconds: to connect, then between two answers
    LATER = (408, 429)

    def send(self, *, to: str, text: str, message_id: str) -> None:
        sent = {"to": to, "text": text, "sender": settings.SMS_SENDER, "reference": message_id}
        try:
            answer = requests.post(
                settings.SMS_URL,
                json=sent,
                headers={"Authorization": f"Bearer {settings.SMS_TOKEN}"},
                timeout=self.TIMEOUTS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise ConnectionError("the SMS operator does not answer") from error
        if 400 <= answer.status_code < 500 and answer.status_code not in self.LATER:
            raise Refused(f"operator: {answer.status_code}")
        if not answer.ok or answer.is_redirect:
            raise ConnectionError(f"operator: {answer.status_code}")


def backend():
    return import_string(settings.SMS_BACKEND)()
