"""Child processes that never outlive their parent, not even after `kill -9`."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(command, *, log, env=None, cwd="/", user=None, last_wish=signal.SIGTERM, stdin=None):
    """Starts `command` in its own session; the kernel sends it the signal `last_wish` when we die.

    Main thread only.

    `user`: a pwd entry to become, None to stay who we are.
    """
    with open(log, "ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            env=env,
            cwd=cwd,
            stdin=stdin or subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_tied_to(os.getpid(), last_wish),
            **identity(user),
        )


def identity(user):
    """Popen's arguments to become `user`, a pwd entry; none to stay who we are."""
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def _tied_to(parent, last_wish):
    def tie():
        if LIBC:
            LIBC.prctl(PR_SET_PDEATHSIG, int(last_wish))
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return tie


def stop(process, signals, patience=10):
    """Sends each signal in turn until the process ends, SIGKILL at last, then clears its whole group."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    clear_group(process)


class Server:
    """A server that other processes need: it stops when its turn comes, not before."""

    process, signals, patience = None, (signal.SIGTERM,), 10

    def ask_to_stop(self):
        """Not yet."""

    def stop(self):
        if self.process:
            stop(self.process, self.signals, self.patience)


def clear_group(process):
    """Ends the processes that a dead leader left in its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_until(ready, process, *, seconds, what):
    """Polls `ready()` while `process` lives; one sentence when it does not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotReady(f"{what} s’est arrêté au démarrage (code {process.returncode})")
        if ready():
            return
        time.sleep(0.02)
    raise NotReady(f"{what} ne répond pas au bout de {seconds} s")


class NotReady(Exception):
    """A server that did not start."""


def wait_for_end(pid, program, *, seconds):
    """True once process `pid` is gone, or is not `program` (its number was given again)."""
    deadline = time.monotonic() + seconds
    while _runs(pid, program):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _runs(pid, program):
    if sys.platform == "linux":
        name = Path(f"/proc/{pid}/comm")
        return name.exists() and name.read_text().strip() == program
    shown = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True).stdout
    return Path(shown.strip()).name == program


def unprivileged(folder=None):
    """Who PostgreSQL runs as: ourselves (None), but when we are root, the owner of its data, else nobody."""
    if os.geteuid() != 0:
        return None
    if folder and folder.exists() and folder.stat().st_uid:
        return pwd.getpwuid(folder.stat().st_uid)
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        return pwd.getpwuid(65534)


def reachable(path):
    """True when everybody may walk down to `path`, so that an unprivileged user can."""
    path = Path(path).resolve()
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.is_dir())


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
