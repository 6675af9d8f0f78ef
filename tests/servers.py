"""Loaded by `-p tests.servers` before Django reads its settings: throw-away servers for the whole run.

pytest's first process starts them and sets the environment; xdist's first worker uses its PostgreSQL, each
further one starts its own (a seal waits for every transaction of a cluster), and all share one Valkey, where
each has its numbered space and a folder of data: two tests of one file may run at once.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from tests import clusters
from tools import children, servers

FOLDER = "viatraj-pytest-"
RUN = "TEST_RUN_FOLDER"  # in the environment: shared by the workers of one run
KEPT = "TEST_SERVERS_KEPT"  # in the environment: somebody else has started them, and stops them
started = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config):
    _keep_bytecode()
    options = early_config.known_args_namespace
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        _settle(int(worker.removeprefix("gw")))
    elif not (options.help or options.version or os.environ.get(KEPT)):
        start()
    answer = yield
    if started and not worker:
        _collect_static()
    return answer


def _keep_bytecode():
    """Whatever the environment says: else workers rewrite all tests, and programs compile the product."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_unconfigure():
    stop()


def stop():
    while started:
        started.pop()()


def start():
    sweep()
    folder = _folder()
    valkey = servers.Valkey(folder / "valkey", log=folder / "valkey.log")
    started.append(valkey.stop)
    valkey.start()
    databases = _postgres(folder)
    os.environ.update(servers.environment(databases, valkey.url(), folder / "data"))
    os.environ[RUN] = str(folder)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in the test's thread


def _settle(number):
    """A worker's own places."""
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{number + 1}"
    shared = Path(os.environ["DATA_DIR"])
    own = shared / f"worker-{number}"
    own.mkdir(parents=True)
    (own / "static").symlink_to(shared / "static")
    os.environ["DATA_DIR"] = str(own)
    if number > 0:
        os.environ.update(_postgres(_folder()))


def _folder():
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-", dir="/tmp"))
    folder.chmod(0o755)  # PostgreSQL runs as nobody when we are root
    started.append(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


def _postgres(folder):
    postgres = servers.Postgres(folder / "pg", log=folder / "postgres.log", **servers.THROW_AWAY)
    started.append(postgres.stop)
    clusters.copy_to(postgres, folder)
    postgres.start()
    postgres.create("viatraj")
    return postgres.urls("viatraj")


def _collect_static():
    from django.core.management import call_command

    try:
        call_command("collectstatic", interactive=False, verbosity=0)
    except Exception as error:  # the tests of pages then fail one by one; the reason is said once
        print(f"collectstatic : {error}")


def sweep():
    """Removes the folders of runs that were killed, once their servers are gone too."""
    for folder in Path("/tmp").glob(f"{FOLDER}*"):
        pid = int(folder.name.removeprefix(FOLDER).split("-")[0])
        if not children.alive(pid):
            shutil.rmtree(folder, ignore_errors=True)
