"""JSON lines on stderr, for Django, Celery, gunicorn and our own code.

Of an exception, its type and places and those of its causes are logged, never its message, which may quote
what somebody typed (TRC-5). Warnings of other packages are logged without the values they quote.
"""

import logging.config
import sys
import threading
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import redis
import structlog

ROOT = Path(__file__).resolve().parent.parent
DEEPEST = 40  # the last places of a stack that are kept
KEPT_DAYS = 30
QUOTED = "…"
# They write whole paths, statements and addresses, with a token or a name in them.
MUTED = ("django.request", "django.security", "django.db.backends", "urllib3")

TALKATIVE = ("fontTools", "pikepdf")  # lines that tell nothing, at each PDF

log = structlog.get_logger("viatraj.failures")


def configure(options):
    """`settings.LOGGING_CONFIG`: from here on, this process logs in JSON, its own crash included."""
    handlers = {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": formatter}},
            "handlers": handlers,
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {name: {"level": "CRITICAL"} for name in MUTED}
            | {name: {"level": "WARNING"} for name in TALKATIVE},
        }
    )
    logging.raiseExceptions = False  # a line that cannot be written would be shown with its values
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _crashed
    sys.unraisablehook = lambda failed: log.error("ignored", exc_info=failed.exc_value)
    threading.excepthook = lambda failed: _crashed(failed.exc_type, failed.exc_value, failed.exc_traceback)


def shared():
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_words,
        counted,
    ]


def formatter():
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[without_quotes, *shared()],
        use_get_message=False,
        pass_foreign_args=True,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _crashed(kind, error, places):
    """An exception that ends a process or a thread: a command, the sender, a worker at its start."""
    if not issubclass(kind, Exception):  # Ctrl-C
        sys.__excepthook__(kind, error, places)
        return
    arguments = {"command": sys.argv[1]} if sys.argv[1:] and sys.argv[1].isidentifier() else {}
    log.critical("crashed", program=Path(sys.argv[0]).name, exc_info=(kind, error, places), **arguments)


# --- An exception without its words ------------------------------------------------------------------


def without_words(logger, method, event):
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if error is None:
        return event
    causes = list(_causes(error))
    event |= {"error": _name(error), "stack": _stack(error)}
    if causes:
        event["causes"] = [{"error": _name(one), "stack": _stack(one)[-3:]} for one in causes]
    for one in (error, *causes):
        if code := getattr(one, "sqlstate", None):
            event |= {"sqlstate": code, "constraint": one.diag.constraint_name}
    return event


def _causes(error):
    known = {id(error)}
    while error := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        if id(error) in known:
            return
        known.add(id(error))
        yield error


def _name(error) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _stack(error) -> list[str]:
    """«accounts/actions/adresses.py:50 ask_change», the place of the error last."""
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    return [f"{_short(one.filename)}:{one.lineno} {one.name}" for one in frames[-DEEPEST:]]


def _short(file: str) -> str:
    """From our root, or from the folder of packages."""
    return file.rpartition("site-packages/")[2].removeprefix(f"{ROOT}/")


# --- What others say ---------------------------------------------------------------------------------


def without_quotes(logger, method, event):
    """The message of a warning or worse, with only numbers and names of tasks filled in."""
    line, words = event["_record"], event["event"]
    values = event.pop("positional_args", None) or ()
    if line.levelno >= logging.WARNING:
        if isinstance(values, dict):  # Celery's, about a task
            event |= {name: values[name] for name in ("name", "id") if isinstance(values.get(name), str)}
            values = {name: _quoted(value) for name, value in values.items()}
        else:
            values = tuple(map(_quoted, values))
        if line.name.startswith("gunicorn"):  # it writes the request itself into its sentence
            words = words.partition(": ")[0]
    with suppress(TypeError, ValueError, KeyError):
        words = words % values if values else words
    event["event"] = words
    return event


def _quoted(value):
    return value if isinstance(value, int | float) else QUOTED


# --- How many ----------------------------------------------------------------------------------------


def counted(logger, method, event):
    """Counts each failure by day, type and place; `manage.py failures` shows them."""
    if "stack" in event and method in ("error", "critical", "exception"):
        with suppress(Exception):  # without Valkey the line itself is what remains
            _count(f"{event['error']} {event.get('route') or event.get('name') or event['logger']}")
    return event


def _count(what: str):
    day = key_of(datetime.now(UTC).date())
    with _valkey() as client:
        client.hincrby(day, what, 1)
        client.expire(day, KEPT_DAYS * 24 * 3600)


def counts(day) -> dict[str, int]:
    """What failed that day (UTC): «type place» → times. Raises redis.RedisError."""
    with _valkey() as client:
        return {what.decode(): int(times) for what, times in client.hgetall(key_of(day)).items()}


def key_of(day) -> str:
    return f"failures:{day:%Y-%m-%d}"


def _valkey():
    from django.conf import settings  # read by then: this module is named in them

    return redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2)
