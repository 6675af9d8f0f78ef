"""What the ORM has written once, it would write alike when it is asked again (docs/adr/0082)."""

from collections import Counter

import pytest

from viatraj.core.kept import kept

UNWATCHED = kept.statement


OFTEN, ONE_IN = 5, 10
_asked = Counter()


@pytest.fixture(autouse=True)
def nothing_kept():
    """A test that changes a rule finds no text of before."""
    _asked.clear()
    for one in kept.every:
        one.forget()


@pytest.fixture(autouse=True, scope="session")
def written_alike():
    """Asked first, it has just been written; asked on every page of a walk, it is looked at now and then."""

    def watched(one, shape, names):
        statement, what = UNWATCHED(one, shape, names), (one, shape, tuple(names))
        _asked[what] += 1
        if 1 < _asked[what] <= OFTEN or _asked[what] % ONE_IN == 0:
            now = one._written(shape, tuple(names))
            assert statement.sql == now.sql, (
                f"{one.write.__qualname__} is not asked all that decides its text"
            )
        return statement

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "statement", watched)
        yield
