"""`python -m tools.supervisor`: starts everything in order, keeps it alive, stops it in reverse order.

Each process logs to var/<name>.log and has its number in var/<name>.pid. var/env says where the servers are,
for `manage.py` beside a running product; it exists as long as they do.
"""

import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tools import children, programs, servers
from tools.filling import Filling
from tools.watch import MOST_DEATHS, Watch

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {"shared_buffers": "256MB", "max_connections": "100", "random_page_cost": "1.1"}


class Stopping(Exception):
    """Somebody asked us to stop."""


class Supervisor:
    def __init__(self, port, var):
        self.port, self.var, self.began = port, var, time.monotonic()
        self.asked_to_stop = False
        self.services, self.watches, self.filling = [], {}, Filling()

    def run(self):
        """Until Ctrl-C or SIGTERM; the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            self._start_all()
            self._keep_alive()
        except Stopping:
            return 0
        except (children.NotReady, subprocess.CalledProcessError) as error:
            print(f"{error}. Les journaux sont dans {self.var}", file=sys.stderr)
            return 1
        finally:
            self._stop_all()

    def _ask_to_stop(self, *_):
        self.asked_to_stop = True

    def _start_all(self):
        self.say(f"Journaux dans {self.var}")
        environment = {**os.environ, **self._start_servers()}
        self._prepare_data(environment)
        self.filling = Filling(dict(environment), self.var, self.say)
        del environment["DATABASE_OWNER_URL"]  # processes that serve pages never alter tables
        self._start(programs.web(environment, self.var, self.port))
        self.say(f"Pages prêtes : {self.site}")
        for program in programs.behind_the_scenes(environment, self.var):
            self._start(program)
        self.filling.look_after()
        self._welcome(environment)

    @property
    def site(self):
        return f"http://127.0.0.1:{self.port}/"

    def _start_servers(self):
        postgres = servers.Postgres(data_folder(self.var, "pg"), log=self.var / "postgres.log", **SETTINGS)
        valkey = servers.Valkey(self.var / "valkey", log=self.var / "valkey.log", persist=True)
        mailbox, ror = programs.mailbox(self.var), programs.ror(self.var)
        for server in (postgres, valkey, mailbox, ror):
            self._start(server)
        postgres.create("viatraj")
        environment = {
            **postgres.urls("viatraj"),
            "REDIS_URL": valkey.url(),
            "SECRET_KEY": secret_key(self.var / "secret_key"),
            "SITE_URL": self.site.rstrip("/"),
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
            **ror.known,
            "DATA_DIR": str(self.var),
            "DEMO": "1",
        }
        write_private(self.var / "env", "".join(f"{name}={value}\n" for name, value in environment.items()))
        return environment

    def _prepare_data(self, environment):
        """Static files are compressed while the database is filled, on two cores."""
        stamp, wanted = self.var / "static.stamp", programs.static_fingerprint()
        if stamp.exists() and stamp.read_text() == wanted:
            self._fill_database(environment)
            return
        files = programs.start_step("collectstatic", environment, self.var, "--noinput")
        try:
            self._fill_database(environment)
            self._finish("collectstatic", files)
        finally:
            children.stop(files, (signal.SIGTERM,))
        stamp.write_text(wanted)
        self.say("Fichiers statiques rassemblés")

    def _fill_database(self, environment):
        self._finish("migrate", programs.start_step("migrate", environment, self.var, "--noinput"))
        self.say("Base à jour")
        if programs.has_command("demo_data"):
            self._finish("demo_data", programs.start_step("demo_data", environment, self.var, "--begin"))
            self.say("Comptes et structures de démonstration prêts")

    def _finish(self, name, process):
        try:
            while process.poll() is None:
                self._check()
                time.sleep(0.02)
        finally:
            children.stop(process, (signal.SIGTERM,))
        if process.returncode:
            raise children.NotReady(f"« manage.py {name} » a échoué : {last_line(self.var / f'{name}.log')}")

    def _check(self):
        if self.asked_to_stop:
            raise Stopping

    def _start(self, service):
        self._check()
        # Listed before it starts, so that it is stopped even when it never gets ready.
        self.services.append(service)
        self.watches[service.name] = Watch()
        self._launch(service)
        self.say(f"{service.name} : processus {service.process.pid}")

    def _launch(self, service):
        service.start()
        write_private(self.var / f"{service.name}.pid", f"{service.process.pid}\n")

    def _welcome(self, environment):
        print(
            f"\nViaTraj est prêt : {self.site}", f"Courriels envoyés : {self.site}demo/courriels/", sep="\n"
        )
        if programs.has_command("demo_info"):
            self._finish("demo_info", programs.start_step("demo_info", environment, self.var))
            print((self.var / "demo_info.log").read_text())
        print("Ctrl-C arrête tout.\n", flush=True)

    def _keep_alive(self):
        while True:
            self._check()
            for service in self.services:
                if service.process.poll() is not None:
                    self._revive(service, self.watches[service.name])
            self.filling.look_after()
            time.sleep(0.1)

    def _revive(self, service, watch):
        """Restarts what died, each time after a longer pause."""
        if watch.restart_at is None:
            children.clear_group(service.process)
            pause = watch.died(time.monotonic())
            self.say(f"{service.name} s’est arrêté (code {service.process.returncode}), voir {service.log}")
            if pause is None:
                raise children.NotReady(f"{service.name} s’est arrêté {MOST_DEATHS} fois en une minute")
        elif time.monotonic() >= watch.restart_at:
            watch.restart_at = None
            try:
                self._launch(service)
            except children.NotReady as error:
                self.say(str(error))
                children.stop(service.process, service.signals)
            else:
                self.say(f"{service.name} : relancé, processus {service.process.pid}")

    def _stop_all(self):
        self.say("Arrêt…")
        self.filling.stop()
        for service in self.services:
            service.ask_to_stop()  # our processes all at once; servers below, when their turn comes
        for service in reversed(self.services):
            service.stop()
            (self.var / f"{service.name}.pid").unlink(missing_ok=True)
        (self.var / "env").unlink(missing_ok=True)
        self.say("Tout est arrêté.")

    def say(self, sentence):
        print(f"[{time.monotonic() - self.began:5.1f} s] {sentence}", flush=True)


def data_folder(var, name):
    """var/<name>; elsewhere when PostgreSQL, who is nobody when we are root, may not walk down to it."""
    if not children.unprivileged(var / name) or children.reachable(var):
        return var / name
    digest = hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:12]
    home = Path("/var/tmp", f"viatraj-{digest}")
    home.mkdir(mode=0o711, exist_ok=True)
    if home.stat().st_uid != os.geteuid() or home.is_symlink():
        raise children.NotReady(f"{home} n’est pas à nous")
    home.chmod(0o711)
    print(
        f"Ce dossier est fermé à PostgreSQL, qui ne tourne pas en root : ses données sont dans {home / name}"
    )
    return home / name


def last_line(log):
    """What a command said last before it failed."""
    return (log.read_text(errors="replace").strip().splitlines() or ["rien"])[-1]


def secret_key(file):
    """Made once and kept, so that sessions survive a restart."""
    if not file.exists():
        write_private(file, servers.secrets.token_urlsafe(50))
    return file.read_text()


def write_private(file, text):
    """Only we may read it; nobody sees it half written."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w") as out:
        out.write(text)
    part.replace(file)


def make(var):
    """The folder, private but for PostgreSQL's way through it; the former run's logs are kept aside."""
    os.umask(0o077)
    var.chmod(0o711 if children.unprivileged() else 0o700)
    for log in var.glob("*.log"):
        log.replace(log.with_suffix(".log.old"))


def alone(var):
    """The lock of this folder, held until we end; None when another supervisor holds it."""
    lock = open(var / "lock", "w")  # noqa: SIM115, closed by our end
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return None
    return lock


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def main(var=ROOT / "var"):
    wanted = os.environ.get("PORT") or "8000"
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        sys.exit(f"PORT={wanted} n’est pas un numéro de port (1 à 65535).")
    if not port_is_free(int(wanted)):
        sys.exit(f"Le port {wanted} est déjà pris ; choisissez-en un autre, par exemple : make run PORT=8001")
    var.mkdir(exist_ok=True)
    lock = alone(var)
    if not lock:
        sys.exit("ViaTraj tourne déjà dans ce dossier ; arrêtez-le d’abord par Ctrl-C.")
    make(var)
    sys.exit(Supervisor(int(wanted), var).run())


if __name__ == "__main__":
    main()
