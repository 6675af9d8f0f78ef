"""Functions that read bytes from outside declare the only exception they may raise (docs/adr/0026).

Parsers (`cryptography`, openpyxl, Authlib, zipfile…) raise more kinds of exceptions than one can list, and
some panic. Whatever a reader did not expect becomes its declared exception, and a line in the log.
"""

import errno
import inspect
from collections.abc import Callable
from functools import wraps
from typing import NoReturn

import structlog

log = structlog.get_logger(__name__)
READERS: dict[str, type[Exception]] = {}  # by full name; a house test compares it with the tree
WHY = {
    errno.ENOENT: "fichier ou dossier introuvable",
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EISDIR: "un dossier porte ce nom",
    errno.ENOTDIR: "ce n’est pas un dossier",
    errno.ENOSPC: "disque plein",
}
LEAVING = (KeyboardInterrupt, SystemExit, GeneratorExit)


def reads(refusal: type[Exception], otherwise: Callable[[], Exception]):
    """Declares a function or generator that reads bytes from outside: nothing but `refusal` comes out of it.

    `otherwise` makes the refusal of what was not foreseen.
    """

    def declare(function):
        name = f"{function.__module__}.{function.__qualname__}"
        READERS[name] = refusal

        def surprised(error: BaseException) -> NoReturn:
            if isinstance(error, (refusal, *LEAVING)):
                raise error
            log.warning("reader.surprised", reader=name, error=type(error).__name__)
            raise otherwise() from error

        @wraps(function)
        def read(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            except BaseException as error:  # Rust's PanicException is no Exception
                surprised(error)

        @wraps(function)
        def read_on(*args, **kwargs):
            try:
                yield from function(*args, **kwargs)
            except BaseException as error:
                surprised(error)

        return read_on if inspect.isgeneratorfunction(function) else read

    return declare


def why(error: OSError) -> str:
    """For the end of a sentence: the system's own words are English."""
    return WHY.get(error.errno or 0, f"erreur {error.errno} du système")
