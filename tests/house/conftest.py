"""The recorded walks, one role after the other: pytest runs together the tests that read the same one."""

import pytest

from tests.house.plan import ROLES, World
from tests.house.test_matrix import TABLE
from tests.house.walk import Walk


@pytest.fixture(scope="session", params=ROLES)
def walk(request, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return Walk(request.param, TABLE)


@pytest.fixture
def world(db):
    return World()
