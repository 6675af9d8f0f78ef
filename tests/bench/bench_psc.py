"""The return from Pro Santé Connect: token, keys, userinfo, checks, session; wall time of the whole request.

Against the other request that opens a session: the post of a right code. The simulator answers over HTTP on
the loopback, so the time of PSC itself, far away, is not in it.
"""

import logging
import time
from datetime import timedelta
from statistics import median, quantiles

from django.conf import settings
from django.test import Client, override_settings
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from django.utils import timezone

from authcps.models import Attempt, Code, CodeDevice
from tests.authcps.psc.steps import LECLERCQ, REALM, choose, leave
from tests.bench.report import line
from tests.factories import MedecinFactory

ROUNDS = {"small": 40, "full": 200}


def run(scale):
    logging.disable(logging.INFO)
    medecin = MedecinFactory(login=LECLERCQ, nom="Leclercq", prenom="Christine")
    CodeDevice.objects.create(user=medecin, channel="mail", target=medecin.email, name="mail")
    server = LiveServerThread("127.0.0.1", _StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    here = f"http://127.0.0.1:{server.port}"
    with override_settings(SITE_URL=here, PSC_ISSUER=here + REALM):
        rounds = [(by_psc(), by_code(medecin)) for _ in range(ROUNDS[scale])]
    server.terminate()
    psc, code = ([one[side] for one in rounds[5:]] for side in (0, 1))
    name = f"psc: return that opens a session (p95 {quantiles(psc, n=20)[-1]:.0f} ms) against a code's post"
    yield line(name, median(psc), median(code), "ms", "<= 2.5")


def by_psc() -> float:
    client = Client()
    back = choose(client, leave(client))
    return _timed(lambda: client.get(back))


def by_code(medecin) -> float:
    client, now = Client(), timezone.now()
    ends = now + timedelta(minutes=10)
    attempt = Attempt.objects.create(user=medecin, door=Attempt.Door.MEDECIN, ends=ends)
    Code.objects.create(
        attempt=attempt,
        user=medecin,
        device=medecin.codedevice_set.get(),
        digest=Code.digest_of(attempt.user_id, "123456"),
        sent_at=now,
        ends=ends,
    )
    session = client.session
    session["attempt"] = str(attempt.pk)
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return _timed(lambda: client.post("/connexion/code/", {"code": "123456"}))


def _timed(request) -> float:
    """Milliseconds, of a request that lets somebody in."""
    started = time.perf_counter()
    answer = request()
    took = (time.perf_counter() - started) * 1000
    assert answer.url == "/medecin/", answer.status_code
    return took
