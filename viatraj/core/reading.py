"""Bytes from outside: who reads them declares the one exception that may come out (docs/adr/0026).

Parsers raise more kinds of exceptions than anybody has met (`cryptography`, openpyxl, Authlib, zipfile…), and
some panic. What a reader did not foresee is its declared refusal all the same, and one line of the log.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import NoReturn

import structlog

log = structlog.get_logger(__name__)
READERS: dict[str, type[Exception]] = {}  # by full name; a house test compares it with the tree
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
            except BaseException as error:  # a panic of Rust is no Exception
                surprised(error)

        @wraps(function)
        def read_on(*args, **kwargs):
            try:
                yield from function(*args, **kwargs)
            except BaseException as error:
                surprised(error)

        return read_on if inspect.isgeneratorfunction(function) else read

    return declare
