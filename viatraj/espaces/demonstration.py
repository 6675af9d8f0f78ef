"""What the home page of a demonstration shows: `viatraj.demo` fills it when it is installed, nobody else."""

from collections.abc import Callable

_sources: list[Callable[[], list]] = []


def show(source: Callable[[], list]) -> None:
    _sources.append(source)


def people() -> list:
    return [person for source in _sources for person in source()]
