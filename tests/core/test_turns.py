"""One worker at a time on a job; a dead one holds nothing."""

import pytest

from tests.concurrency import at_once
from tests.courrier.rig import other_connection
from viatraj.core.turns import Job, alone

KIND = Job.IMPORT

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_many_has_it_and_others_have_other_jobs():
    def other(key):
        with alone(KIND, key) as held:
            return held

    with alone(KIND, 7) as held:
        assert held
        assert at_once(lambda: other(7), lambda: other(8)) == [False, True]
    assert at_once(lambda: other(7)) == [True]


def test_a_session_that_ends_lets_go():
    with other_connection() as dying:
        dying.execute("SELECT pg_advisory_lock(%s, 9)", [KIND])
        with alone(KIND, 9) as held:
            assert not held
    with alone(KIND, 9) as held:
        assert held


def test_an_error_lets_go():
    with pytest.raises(ZeroDivisionError), alone(KIND, 10):
        _ = 1 // 0
    with other_connection() as other:
        assert other.execute("SELECT pg_try_advisory_lock(%s, 10)", [KIND]).fetchone() == (True,)
