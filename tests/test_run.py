"""`make run`, whole: starts, survives the death of its servers and its own, keeps data, leaves nothing."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import psycopg
import pytest

from tests.patience import PATIENCE
from tools import children, programs, servers

SERVE = (
    "import sys; from pathlib import Path; from tools import supervisor; supervisor.main(Path(sys.argv[1]))"
)
READY = "ViaTraj est prêt"
FIRST, MANY = 6, 324  # dossiers of the demonstration: those that are there with the pages, those that follow

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a child that its parent died"
)


@pytest.fixture
def product(public_folder):
    return Product(public_folder / "var")


class Product:
    """One folder where the product runs, again and again."""

    def __init__(self, var):
        self.var, self.port = var, servers.free_port()
        self.process = None

    @contextmanager
    def running(self):
        command = [sys.executable, "-c", SERVE, str(self.var)]
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in servers.environment({"DATABASE_URL": "", "DATABASE_OWNER_URL": ""}, "", "")
        }
        self.process = subprocess.Popen(
            command,
            cwd=programs.ROOT,
            env={**environment, "PORT": str(self.port)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield self._read_until_ready()
        finally:
            self.process.terminate()
            self.process.communicate(timeout=PATIENCE)

    def _read_until_ready(self):
        said = []
        for sentence in self.process.stdout:
            said.append(sentence)
            if sentence.startswith("Ctrl-C"):
                break
        assert any(READY in sentence for sentence in said), "".join(said)
        return "".join(said)

    def says_that_all_is_there(self) -> bool:
        """What its console says next of the demonstration."""
        return "tout est là" in next(one for one in self.process.stdout if "de démonstration" in one)

    @property
    def environment(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.var / "env").read_text().splitlines())

    def manages(self, *words):
        environment = {**os.environ, **self.environment}
        subprocess.run([sys.executable, "manage.py", *words], cwd=programs.ROOT, env=environment, check=True)

    def count(self, sql) -> int:
        with psycopg.connect(self.environment["DATABASE_OWNER_URL"]) as link:
            return link.execute(sql).fetchone()[0]

    def numbers(self):
        return {file.stem: int(file.read_text()) for file in self.var.glob("*.pid")}

    def status(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=PATIENCE) as answer:
                return answer.status
        except OSError:
            return None


def left(numbers):
    """The names of those that still live."""
    return [name for name, pid in numbers.items() if children.alive(pid)]


def within_patience(question):
    deadline = time.monotonic() + PATIENCE
    while not question() and time.monotonic() < deadline:
        time.sleep(0.1)
    return question()


def test_the_whole_product_runs_survives_and_leaves_nothing(product):
    with product.running() as said:
        assert f"http://127.0.0.1:{product.port}/" in said
        assert "/demo/courriels/" in said
        first = product.numbers()
        assert first.keys() >= {"postgres", "valkey", "mailbox", "ror", "web", "courrier", "worker", "beat"}
        assert "Comptes et structures de démonstration prêts" in said
        os.kill(first["demo_data"], signal.SIGKILL)
        assert within_patience(lambda: product.numbers().get("demo_data") not in (first["demo_data"], None))
        assert (product.var / "env").stat().st_mode & 0o077 == 0

        os.kill(first["valkey"], signal.SIGKILL)
        assert product.status() == 200
        os.kill(first["postgres"], signal.SIGKILL)
        assert within_patience(lambda: product.status() == 200)
        assert within_patience(lambda: product.numbers()["postgres"] != first["postgres"])

        second = product.numbers()
        product.process.kill()
        product.process.wait()
        assert within_patience(lambda: not left(second)), left(second)

    key = (product.var / "secret_key").read_text()
    with product.running():
        third = product.numbers()
        assert product.status() == 200
        product.manages("demo_data")  # somebody's own, beside the one that fills
        assert product.says_that_all_is_there()
        assert "demo_data" not in product.numbers()
        assert product.count("SELECT count(*) FROM dossiers_dossier") == FIRST + MANY
        assert (product.var / "secret_key").read_text() == key
    assert product.process.returncode == 0
    assert not left(third)
    assert not product.numbers()
    assert not (product.var / "env").exists()
