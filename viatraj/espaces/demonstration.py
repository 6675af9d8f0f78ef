"""What the home page of a demonstration shows: `viatraj.demo` fills it when it is installed, nobody else."""

from collections.abc import Callable

_sources: dict[str, list[Callable[[], list]]] = {"people": [], "strangers": []}


def show(*, people: Callable[[], list], strangers: Callable[[], list]) -> None:
    _sources["people"].append(people)
    _sources["strangers"].append(strangers)


def people() -> list:
    return [person for source in _sources["people"] for person in source()]


def strangers() -> list:
    """Those who have a card or an e-CPS, and no account yet; or a card that is refused."""
    return [one for source in _sources["strangers"] for one in source()]
