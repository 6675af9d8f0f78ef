"""The rest of the demonstration, made while pages are served already (docs/adr/0054)."""

import signal
import time

from tools import children, programs
from tools.watch import Watch


class Filling:
    """`manage.py demo_data`, which goes on from where it was cut off: begun again when it dies, then let be.

    It ends by itself. Without `environment` there is nothing to fill.
    """

    process = None

    def __init__(self, environment=None, var=None, say=print):
        self.environment, self.var, self.say, self.watch = environment, var, say, Watch()
        self.is_over = environment is None or not programs.has_command("demo_data")

    def look_after(self):
        """At each turn of the supervisor."""
        if self.is_over or (self.process and self.process.poll() is None):
            return
        if self.process is None:
            if (self.watch.restart_at or 0) <= time.monotonic():
                self._start()
            return
        code = self.process.returncode
        self._forget()
        if code == 0:
            self.is_over = True
            self.say("Dossiers de démonstration prêts\u00a0: tout est là")
        elif self.watch.died(time.monotonic()) is None:
            self.is_over = True
            self.say(f"Des dossiers de démonstration manquent, voir {self.var / 'demo_data.log'}")

    def stop(self):
        if self.process:
            children.stop(self.process, (signal.SIGTERM,))
            self._forget()

    def _start(self):
        self.process = programs.start_step("demo_data", self.environment, self.var, gently=True)
        self.number.write_text(f"{self.process.pid}\n")

    def _forget(self):
        children.clear_group(self.process)
        self.process = None
        self.number.unlink(missing_ok=True)

    @property
    def number(self):
        return self.var / "demo_data.pid"
