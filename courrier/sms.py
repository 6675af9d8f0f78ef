"""Where SMS go: one back end named by the setting SMS_BACKEND, with one method, `send`."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string


class Refused(Exception):
    """This message will never be taken; any other exception means «not now»."""


class Closed:
    """No operator is set up: said once per message, instead of trying for hours."""

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


def backend():
    default = "courrier.sms.Folder" if settings.DEMO else "courrier.sms.Closed"
    return import_string(getattr(settings, "SMS_BACKEND", default))()
