"""What holds in every test: accidental order breaks, the network is closed, the browser is a real one."""

import gc
import ipaddress
import os
import socket
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from zlib import crc32

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler
from django.test import TransactionTestCase
from django.test.testcases import _StaticFilesHandler
from whitenoise import WhiteNoise

from tests import browsers, looks, posts, servers
from tests.columns import columns_told_quickly  # noqa: F401, a fixture of every test
from tests.emptying import empty_tables
from tests.kept import nothing_kept, written_alike  # noqa: F401, fixtures of every test
from tests.limits import forget_limits
from tests.locks import lock_recorder, locks_in_order  # noqa: F401, fixtures of every test
from tests.undefined import nothing_called_in_vain  # noqa: F401, a fixture of every test
from viatraj.core import roles

pytest.register_assert_rewrite("tests.browser.story")  # what it asserts is told as in a test
LONGEST = ("test_run.py", "house/test_bad_input.py", "browser/", "house/", "espaces/")


DESK, PHONE = {"1280", "bureau"}, {"390", "320", "mobile"}
SEED = int(os.environ.get("SEED") or 10)


class OneWidth:
    """`make test` looks at each page at one of its widths, drawn by SEED; `make proofs` at the other.

    What is looked at twice is shown to axe as a sample here, and whole there.
    """

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items):
        by_test = defaultdict(dict)
        for item in items:
            words = item.callspec.id.split("-") if hasattr(item, "callspec") else []
            for width in (DESK | PHONE) & {*words}:
                by_test[item.originalname, item.path, *(word for word in words if word != width)][width] = (
                    item
                )
        for name, widths in by_test.items():
            if DESK & widths.keys() and PHONE & widths.keys():
                kept = (DESK, PHONE)[(crc32(str(name[0]).encode()) + SEED) % 2]
                for width, item in widths.items():
                    if width not in kept:
                        item.add_marker(pytest.mark.proofs)
                    else:
                        looks.SAMPLED.add(item.nodeid)


def pytest_configure(config):
    config.pluginmanager.register(OneWidth())


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is collected stays to the end: neither then nor later does anybody look for garbage in it.

    What tests leave is looked for less often: there is little of it, among all that lives.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """A worker goes through its share in this order: a long test at the end would leave the others idle."""

    def rank(item):
        return next(
            (n for n, start in enumerate(LONGEST) if item.nodeid.startswith(f"tests/{start}")), len(LONGEST)
        )

    items.sort(key=rank)


@pytest.fixture(autouse=True, scope="session")
def unordered_means_any_order():
    """A queryset without an order comes in a random one, as PostgreSQL may give it one day."""
    pairs = SQLCompiler._order_by_pairs

    def ordered_or_random(compiler):
        query, found = compiler.query, False
        for pair in pairs(compiler):
            found = True
            yield pair
        # Where ORDER BY random() would be refused or change the answer, order has no meaning.
        plain = not (query.distinct or query.combinator or query.subquery or query.group_by is not None)
        if plain and not found:
            yield OrderBy(Random()), False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLCompiler, "_order_by_pairs", ordered_or_random)
        yield


@pytest.fixture(scope="session")
def django_db_keepdb():
    """The one of the cluster that `tests.clusters` has copied."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix():
    """Each worker has a cluster of its own, so all databases bear the same name."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """The owner prepares the test database."""
    with ExitStack() as owner:
        owner.enter_context(roles.as_owner())
        yield owner


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings, django_db_setup, django_db_blocker):
    """Between the two, tests use it as the application does.

    At the end a thread of the live server may still be in the database, which then cannot be dropped.
    """
    owner = django_db_modify_db_settings
    owner.close()
    yield
    owner.enter_context(roles.as_owner())
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True, scope="session")
def tables_emptied_in_one_statement():
    """Django truncates every table (each is a new file, and its indexes) and makes all permissions anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: empty_tables())
        yield


@pytest.fixture(autouse=True, scope="session")
def closed_network():
    """Nothing leaves this machine: only Unix sockets and the loopback answer."""
    connect = socket.socket.connect

    def connect_near(self, address):
        if self.family != socket.AF_UNIX and not _is_loopback(address[0]):
            pytest.fail(f"Un test veut joindre {address[0]} : le réseau est fermé.")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_near)
        yield


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def pages_with_an_address():
    """Whatever a test asks for: a POST is answered by a redirect or a refusal."""
    with posts.answered_elsewhere():
        yield


@pytest.fixture(autouse=True, scope="session")
def static_files_read_once():
    """Each test client has middlewares of its own, and WhiteNoise reads all static files at its birth."""
    read, known = WhiteNoise.update_files_dictionary, {}

    def read_once(self, root, prefix):
        if (root, prefix) not in known:
            self.files, others = {}, self.files
            read(self, root, prefix)
            known[root, prefix], self.files = self.files, others
        self.files.update(known[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", read_once)
        yield


@pytest.fixture(autouse=True, scope="session")
def live_server_with_hashed_files():
    """pytest-django's live server looks files up by their plain names; ours bear a hash."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.contrib.staticfiles.handlers.StaticFilesHandler", _StaticFilesHandler)
        yield


@pytest.fixture(autouse=True)
def limits_counted_anew():
    forget_limits()


@pytest.fixture
def public_folder():
    """A folder that PostgreSQL may walk down to, as nobody, when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="viatraj-test-folder-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    from tools import browser

    found = browser.find()
    if found is None:
        pytest.skip("Chromium est introuvable et n’a pas pu être installé.")
    return {
        **browser_type_launch_args,
        "executable_path": str(found.program),
        "env": {**os.environ, **found.environment, "LANGUAGE": "fr"},
        "args": browser.ARGUMENTS,
    }


@pytest.fixture(scope="session")
def launched(launch_browser):
    """A browser, or the reason why there is none."""
    found = browsers.launched(launch_browser)
    yield found
    if not isinstance(found, str):
        found.close()


@pytest.fixture
def browser(launched):
    if isinstance(launched, str):
        browsers.tell(launched, once=Path(os.environ[servers.RUN]) / "no-browser")
    return launched


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "fr-FR", "timezone_id": "Europe/Paris"}


@pytest.fixture
def before():
    """Models as they were; whatever happens, tables are of today again afterwards."""

    def migrate(app, name):
        call_command("migrate", app, name, verbosity=0)
        return MigrationExecutor(connection).loader.project_state([(app, name)]).apps

    yield migrate
    call_command("migrate", verbosity=0)
