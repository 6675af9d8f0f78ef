"""gunicorn, wherever it runs; who starts it says on which address: `--config deploy/gunicorn.py --bind …`."""

import os
from pathlib import Path

# Many processes of few threads: a page shares Python's lock with one sign-in at most.
workers = int(os.environ.get("WEB_CONCURRENCY", 4))
threads = 2
worker_class = "gthread"
preload_app = True
max_requests, max_requests_jitter = 5000, 500  # an export under way has gunicorn's own 30 s to end
accesslog = None  # it would keep searched names and tokens
logger_class = "viatraj.gunicorn.Logger"
control_socket_disable = True
MEMORY = Path("/dev/shm")  # noqa: S108  (heartbeats never wait for a disk; gunicorn makes the file safely)
if MEMORY.is_dir():
    worker_tmp_dir = str(MEMORY)


def when_ready(server):
    """Before the first worker is forked, and for all those that replace one that died."""
    from viatraj import warm

    warm.once()


def post_worker_init(worker):
    from viatraj import warm

    warm.each_thread(worker.tpool, threads)
