"""One walk of the site a role, recorded; the tests of this folder read it instead of asking again."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from zlib import crc32

from django.db import connection, transaction
from django.urls import Resolver404, resolve

from tests.house.plan import ROLES, Route, World, our_routes
from tests.limits import forget_limits

STRANGERS = ("anonymous", "signing", "arriving")
SIGNED_IN = [role for role in ROLES if role not in STRANGERS]
DOORS = ("accueil", "authcps:medecin")
CLOSED = (403, 404, 405)  # to this person, as a whole
# The journal (reads of dossiers, searches), the session, and that one has seen what the bell announced:
# nothing else is written by looking.
READING = re.compile(
    r"\s*(SELECT|WITH)\b(?!.*\b(INSERT|DELETE|UPDATE)\b(?! OF))"
    r'|SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT|INSERT INTO "journal_entry"'
    r'|(INSERT INTO|UPDATE|DELETE FROM) "accounts_session"'
    r'|UPDATE "demandes_alerte" SET "lue_at" =',
    re.DOTALL,
)


@dataclass
class Written:
    """Statements that a request made, save those that only read; for `connection.execute_wrapper`."""

    statements: list[str] = field(default_factory=list)

    def __call__(self, execute, sql, params, many, context):
        if not READING.match(str(sql)):
            self.statements.append(str(sql))
        return execute(sql, params, many, context)


@dataclass(frozen=True)
class Answer:
    """What one request got; `sends` and `asks` are the fields that the plan knows for its page."""

    route: Route
    method: str
    url: str
    status: int
    headers: dict[str, str]
    html: str
    written: list[str]
    has_reason: bool
    sends: frozenset[str]
    asks: frozenset[str]

    @property
    def what(self) -> tuple[str, str, str]:
        return self.route.name, self.method, self.url

    @property
    def is_led_to_a_door(self) -> bool:
        if self.status != 302:
            return False
        try:
            return resolve(urlsplit(self.headers["Location"]).path).view_name in DOORS
        except Resolver404:
            return False


class Walk:
    """The answers to one role: `rows` by (name, method), `asked` of GETs with all that may follow «?»."""

    def __init__(self, role: str, table: list[list[str]]):
        self.role = role
        self.rows: dict[tuple[str, str], Answer] = {}
        self.asked: list[Answer] = []
        named = {route.name: route for route in our_routes()}
        forget_limits()
        with _of_the_test():
            self._world = World()
            self._browser = self._world.browser(role)
            for name, method, *statuses in table:
                if name in named and is_asked(role, named[name], statuses):
                    self._ask(named[name], method)
            transaction.set_rollback(True)

    @property
    def answers(self) -> list[Answer]:
        return [*self.rows.values(), *self.asked]

    def _ask(self, route, method):
        world, url = self._world, self._world.url(route)
        answer = self._record(route, method, url, world.body(route) if method == "POST" else None)
        self.rows[route.name, method] = answer
        query = world.query(route)
        if method == "GET" and query and answer.status not in CLOSED and not answer.is_led_to_a_door:
            self.asked.append(self._record(route, method, url, query))

    def _record(self, route, method, url, data) -> Answer:
        written = Written()
        with connection.execute_wrapper(written):
            answer = self._browser.ask(method, url, data)
        return Answer(
            route=route,
            method=method,
            url=url,
            status=answer.status_code,
            headers=dict(answer.headers),
            html=getattr(answer, "content", b"").decode(errors="replace"),
            written=written.statements,
            has_reason=answer.status_code != 403 or bool(answer.context["reason"]),
            sends=frozenset(self._world.body(route)),
            asks=frozenset(self._world.query(route)),
        )


def _of_the_test():
    """The transaction around a walk is none of the product's."""
    around = transaction.atomic()
    around._from_testcase = True
    return around


def is_asked(role: str, route: Route, statuses: list[str]) -> bool:
    """Where all who are signed in are answered alike, one of them asks; all do for a page of the inside.

    To the gate, strangers are alike: pages that ask for a session are tried by one of them.
    """
    if role == "anonymous":
        return True
    if role in STRANGERS:
        return not route.login_required and len(set(statuses)) > 1
    among_us = set(statuses[len(STRANGERS) :])
    alike = len(among_us) == 1 and (among_us != {"200"} or not route.login_required)
    return not alike or role == witness(route)


def witness(route: Route) -> str:
    """Who asks for all: another one from page to page, the same from run to run."""
    return SIGNED_IN[crc32(route.name.encode()) % len(SIGNED_IN)]
