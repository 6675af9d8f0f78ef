"""Processor time of a page, by part (SQL, template, rest): ours against the same page as people write it.

Both go through the same middleware, the same rights, the same base page.
"""

from contextlib import contextmanager
from functools import cache
from statistics import median
from time import process_time_ns
from unittest import mock

from django.db import connection
from django.template import Template, engines

WARM = 10  # requests before the first that counts


@cache
def compiled(text: str, *, inner=False):
    """Once, as the cached loader does for files; inside a page, an include wants the `inner` template."""
    template = engines["django"].from_string(text)
    return template.template if inner else template


class Clock:
    """Processor nanoseconds of each part of a request; SQL run inside a template counts as SQL."""

    def __init__(self):
        self.spent = {"sql": 0, "template": 0, "all": 0}
        self.inside_template = False

    def sql(self, execute, *args):
        with self._counting("sql", outside="template"):
            return execute(*args)

    @contextmanager
    def _counting(self, part, *, outside=""):
        started = process_time_ns()
        try:
            yield
        finally:
            took = process_time_ns() - started
            self.spent[part] += took
            if outside and self.inside_template:
                self.spent[outside] -= took

    def render(self, template, context):
        if self.inside_template:
            return RENDER(template, context)
        self.inside_template = True
        try:
            with self._counting("template"):
                return RENDER(template, context)
        finally:
            self.inside_template = False

    def request(self, client, url, rows):
        with self._counting("all"):
            response = client.get(url)
        assert response.status_code == 200, url
        assert response.text.count("<tr data-id=") == rows, url


RENDER = Template.render


def measured(client, url, rows) -> dict:
    """Milliseconds of one request, by part."""
    clock = Clock()
    timed = mock.patch.object(Template, "render", lambda *args: clock.render(*args))
    with timed, connection.execute_wrapper(clock.sql):
        clock.request(client, url, rows)
    spent = {part: took / 1e6 for part, took in clock.spent.items()}
    return spent | {"rest": spent["all"] - spent["sql"] - spent["template"]}


def compared(client, ours, naive, *, rows, rounds) -> tuple[float, float, str]:
    """Milliseconds of ours, of the naive page, and both in their parts; asked in turn, so that a busy moment
    is of both."""
    spent = [[measured(client, url, rows) for url in (ours, naive)] for _ in range(WARM + rounds)]
    fast, slow = ([one[side] for one in spent[WARM:]] for side in (0, 1))
    return middle(fast, "all"), middle(slow, "all"), f"ours {split(fast)}; naive {split(slow)}"


def middle(requests, part) -> float:
    return median(request[part] for request in requests)


def split(requests) -> str:
    return " + ".join(f"{part} {middle(requests, part):.2f}" for part in ("sql", "template", "rest"))
