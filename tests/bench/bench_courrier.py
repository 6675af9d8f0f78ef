"""Mails a second and CPU a mail over STARTTLS: our sender against one Celery task and connection a mail.

Each way has all its mails waiting, then starts; the first ones (start of Python, handshake) do not count.
CPU is the sending processes' own, children included, read from /proc. The reference is flattered: its trust
store, read anew for each connection, holds one certificate here and some 140 in production.
"""

import datetime
import ipaddress
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from courrier import outbox
from courrier.models import Message
from tests.bench.report import line
from tests.courrier.rig import Sink

MAILS, ROUNDS = {"small": 400, "full": 3000}, 3
WARM = 40  # mails before the clock starts
CELERY_PROCESSES = 4  # its best on two cores (1, 2, 4 and 8 were tried)
SILENCE, MOST = 30, 0.98  # seconds without a mail, and what part must have come by then
TICK = os.sysconf("SC_CLK_TCK")


def run(scale):
    mails = MAILS[scale]
    with tempfile.TemporaryDirectory() as folder:
        certificate = _certificate(Path(folder))
        with Sink(folder, "lean", certificate) as sink:
            known = {
                "EMAIL_URL": sink.url.replace("smtp:", "smtp+tls:"),
                "SSL_CERT_FILE": str(certificate[0]),
            }
            rounds = [(_outbox(sink, mails, known), _celery(sink, mails, known)) for _ in range(ROUNDS)]
    ours, reference = ([_median(way, n) for n in range(2)] for way in zip(*rounds, strict=True))
    yield line("courrier, mails a second (STARTTLS)", ours[0], reference[0], "mails/s", ">= 3")
    yield line("courrier, CPU a mail (STARTTLS)", ours[1] * 1000, reference[1] * 1000, "ms", "<= 0.25")


def _median(results, n):
    return statistics.median(result[n] for result in results)


def _outbox(sink, mails, known):
    Message.objects.all().delete()
    with transaction.atomic():
        for n in range(mails):
            _post(n)
    with _process(sink.log.with_name("sender.log"), known, "manage.py", "deliver_messages") as process:
        measured = _measured(sink, mails, process)
    assert len(sink.copies()) == mails, "the outbox lost a mail"
    return measured


def _celery(sink, mails, known):
    from tests.courrier import celery_way

    for message in Message.objects.order_by("pk"):
        celery_way.send.delay(message.to, message.subject, message.text, message.html)
    words = ["-m", "celery", "-A", "tests.courrier.celery_way", "worker", "-c", str(CELERY_PROCESSES)]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "error"]
    with _process(sink.log.with_name("sender.log"), known, *words, *quiet) as process:
        return _measured(sink, mails, process)


def _post(n):
    outbox.post(
        "authcps/emails/code",
        to=f"medecin{n}@cabinet.example",
        key=f"bench:{n}",
        context={"code": f"{n:06}", "ends": timezone.now(), "user": SimpleNamespace(titre="Dr Claude Essai")},
    )


@contextmanager
def _process(log, known, *words):
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=settings.BASE_DIR,
            env={**os.environ, **known},
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _measured(sink, mails, process):
    """Mails a second, CPU seconds a mail; between the first ones and the last one."""
    sink.forget()
    _wait(sink, WARM, process)
    before, counted = _cpu(process.pid), sink.count()
    _wait(sink, mails, process)
    cpu, times = _cpu(process.pid) - before, [int(at) for at, *_ in sink.lines()]
    assert set(sink.copies().values()) == {1}
    return (len(times) - WARM) / (times[-1] - times[WARM - 1]) * 1e9, cpu / (len(times) - counted)


def _wait(sink, count, process):
    """Until all have come; a task that fails is lost, so the reference may stop a few short of it."""
    seen, moved = 0, time.monotonic()
    while (now := sink.count()) < count:
        if now > seen:
            seen, moved = now, time.monotonic()
        assert process.poll() is None, "the sending process has ended"
        if time.monotonic() - moved > SILENCE:
            assert now >= MOST * count, f"{now} mails of {count} came"
            return
        time.sleep(0.01)


def _cpu(pid):
    """Seconds of CPU of a process and its living children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / TICK + sum(_cpu(int(child)) for child in children)


def _certificate(folder):
    """Of the sink, signed by itself: files of the certificate and of its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(loopback, critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    files[0].write_bytes(certificate.public_bytes(pem))
    files[1].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return files
