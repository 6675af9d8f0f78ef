"""clamd for tests: the real one with one signature of ours, and a stand-in whose answers a test chooses."""

import socketserver
import struct
import subprocess
import threading
import time
from contextlib import contextmanager

from tests.patience import PATIENCE
from tools import clamd

# Written in two halves: an antivirus on a developer's machine would take this file away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def real(folder):
    """Its address. `folder`: short, a socket lies in it."""
    found = clamd.find()
    (folder / "db").mkdir()
    (folder / "db" / "essai.ndb").write_text(f"Essai.Eicar:0:*:{EICAR.hex()}\n")
    settings = {
        "Foreground": "yes",
        "DatabaseDirectory": folder / "db",
        "LocalSocket": folder / "s",
        "LogFile": folder / "log",
        "TemporaryDirectory": folder,
    }
    (folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    with (folder / "out").open("wb") as out:
        words = [found.program, "-c", folder / "clamd.conf"]
        program = subprocess.Popen(words, env=found.environment, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + PATIENCE
        while not (folder / "s").exists():
            assert program.poll() is None, (folder / "out").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield f"unix://{folder / 's'}"
    finally:
        program.terminate()
        program.wait(PATIENCE)


class StandIn(socketserver.ThreadingTCPServer):
    """Speaks INSTREAM over a real socket. `answer`: what it says; None: the usual."""

    daemon_threads, block_on_close = True, False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.answer, self.received = None, []

    @property
    def url(self):
        return "tcp://{}:{}".format(*self.server_address)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        self.server_close()


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        raw = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            raw += self.rfile.read(size)
        self.server.received.append(raw)
        usual = b"stream: Essai.Eicar FOUND\0" if EICAR in raw else b"stream: OK\0"
        self.wfile.write(usual if self.server.answer is None else self.server.answer)
