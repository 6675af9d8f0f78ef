"""What the ORM has written once, it would write alike now: looked at whenever it is asked (docs/adr/0082)."""

import pytest

from viatraj.core.kept import kept

UNWATCHED = kept.statement


@pytest.fixture(autouse=True)
def nothing_kept():
    """A test that changes a rule finds no text of before."""
    for one in kept.every:
        one.forget()


@pytest.fixture(autouse=True, scope="session")
def written_alike():
    def watched(one, shape, names):
        statement, now = UNWATCHED(one, shape, names), one._written(shape, tuple(names))
        assert statement.sql == now.sql, f"{one.write.__qualname__} is not asked all that decides its text"
        return statement

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "statement", watched)
        yield
