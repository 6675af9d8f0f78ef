"""What the nine busiest pages ask and call, so that none grows dearer unseen (docs/adr/0082).

Deterministic: statements, those of them that the ORM writes anew at each request, and how many functions are
called. Milliseconds are for `make bench ONLY=pages_mix`. A page that does more on purpose says so here.
"""

import sys
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client

from tests.bench.bench_pages_mix import FLOOR, nine_of, people
from tests.factories import sign_in
from tests.kept import UNWATCHED
from viatraj.core.kept import kept


class Cost(NamedTuple):
    """`anew`: statements that the ORM writes at each request; `calls`: of functions."""

    statements: int
    anew: int
    calls: int


# What each takes, and a seventh more calls, for another version of Python or Django.
BUDGETS = {
    "/medecin/": Cost(9, 3, 17_000),
    "/dossiers/": Cost(6, 0, 31_000),
    "/medecin/delegations/": Cost(3, 0, 12_000),
    "/mon-compte/": Cost(7, 3, 22_000),
    FLOOR: Cost(2, 0, 16_000),
    "/dossiers/…/": Cost(11, 0, 31_000),  # with the two of a savepoint, which the test's transaction makes
    "/professionnel/": Cost(8, 2, 20_500),
    "/administration/comptes/": Cost(4, 0, 23_000),
    "/mes-droits/": Cost(6, 2, 27_500),
}


@contextmanager
def counted(counts):
    """Statements, those of the ORM, calls of functions."""
    execute_sql = SQLCompiler.execute_sql

    def anew(compiler, *args, **known):
        counts["anew"] += 1
        return execute_sql(compiler, *args, **known)

    def asked(execute, *args):
        counts["statements"] += 1
        return execute(*args)

    def called(frame, event, argument):
        counts["calls"] += event in ("call", "c_call")

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(asked):
        patch.setattr(SQLCompiler, "execute_sql", anew)
        patch.setattr(kept, "statement", UNWATCHED)
        sys.setprofile(called)
        try:
            yield
        finally:
            sys.setprofile(None)


def cost(client, path) -> Cost:
    for _ in range(2):  # what is kept once a process is kept by then
        assert client.get(path).status_code == 200, path
    counts = {"statements": 0, "anew": 0, "calls": 0}
    with counted(counts):
        client.get(path)
    return Cost(**counts)


@pytest.mark.django_db
def test_no_page_costs_more_than_its_budget():
    medecin, referent = people()
    nine = nine_of(sign_in(Client(), medecin), sign_in(Client(), referent), medecin)
    found = {name: cost(client, path) for name, (client, path) in nine.items()}
    dearer = [
        f"{name}: {found[name]} of {most}"
        for name, most in BUDGETS.items()
        if any(spent > bound for spent, bound in zip(found[name], most, strict=True))
    ]
    assert (dearer, found.keys()) == ([], BUDGETS.keys())
