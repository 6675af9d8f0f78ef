"""DOS-6: demandes come in a burst, and what tells of them is killed again and again: each is told once.

`make test` sends some tens and kills one process, drawn by SEED; `make proofs` ten thousand, and ten times.
"""

import os
import random
import signal
import time
from collections import Counter
from itertools import cycle

import pytest
from django.utils import timezone

from courrier.models import Message
from demandes.etats import Verbe
from demandes.models import Alerte, Demande, Fait
from habilitations.models import Habilitation
from habilitations.profils import RESPONSABLE_ADMISSIONS
from tests.courrier.conftest import sink  # noqa: F401, a fixture
from tests.courrier.rig import started, wait_until
from tests.demandes.factories import requested
from tests.dossiers.factories import DossierFactory, professionnel
from tests.factories import UniteFactory

pytestmark = pytest.mark.django_db(transaction=True)
SEED = int(os.environ.get("SEED") or 14)
CELERY = ("-m", "celery", "-A", "tests.demandes.cadence")
PROGRAMS = {
    "sender": ("manage.py", "deliver_messages"),
    "worker": (*CELERY, "worker", "--concurrency", 2),
    "beat": (*CELERY, "beat", "--max-interval", 1, "--schedule"),
}
PATIENCE = 600  # seconds, of a machine that does other things as well


class Service:
    """Sender, worker and beat, each a process; `progress` is what it leaves behind."""

    def __init__(self, folder, url):
        self.folder, self.url, self.running = folder, url, {}
        for name in PROGRAMS:
            self.start(name)

    def start(self, name):
        words = [*PROGRAMS[name], *([self.folder / "beat"] if name == "beat" else [])]
        self.running[name] = started(*words, log=self.folder / f"{name}.log", EMAIL_URL=self.url)

    def kill(self, name):
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self):
        for name in [*self.running]:
            self.kill(name)


@pytest.fixture
def service(tmp_path, sink):  # noqa: F811
    held = []

    def start() -> Service:
        held.append(Service(tmp_path, sink.url))
        return held[0]

    yield start
    for one in held:
        one.stop()


def burst(dossiers: int, unites: int) -> None:
    """Each dossier asked of each unit, where somebody wants a mail at once; all in the same minute."""
    rows, now = [], timezone.now()
    here = [UniteFactory() for _ in range(unites)]
    for one in here:
        professionnel(RESPONSABLE_ADMISSIONS, one)
    Habilitation.objects.update(emails=True)
    asking = UniteFactory()
    for _ in range(dossiers):
        dossier = DossierFactory(auteur=None, lieu=asking)
        rows += [requested(dossier, one, etat="envoyee", sent_at=now) for one in here]
    Fait.objects.bulk_create(
        Fait(demande=one, verbe=Verbe.ENVOYER, etat=one.etat, at=now, par=None) for one in rows
    )


@pytest.mark.parametrize(
    ("dossiers", "unites", "kills"),
    [(8, 10, 1), pytest.param(100, 100, 10, marks=pytest.mark.proofs)],
    ids=["some", "ten thousand"],
)
def test_each_is_told_once_whatever_is_killed(service, sink, dossiers, unites, kills):  # noqa: F811
    burst(dossiers, unites)
    whole, chance, running = dossiers * unites, random.Random(SEED), service()
    told = lambda: (Alerte.objects.count() + Message.objects.count()) / (2 * whole)  # noqa: E731
    done = {"worker": told, "beat": told, "sender": lambda: sink.count() / whole}
    order = chance.sample(sorted(PROGRAMS), len(PROGRAMS))
    in_the_middle = 0
    for number, name in zip(range(kills), cycle(order), strict=False):
        goal = (number + 0.5) / kills  # spread over the whole burst
        wait_until(lambda: done[name]() >= goal or sink.count() >= whole, PATIENCE)  # noqa: B023
        time.sleep(chance.uniform(0, 0.05))
        running.kill(name)
        in_the_middle += sink.count() < whole
        running.start(name)
    wait_until(lambda: Message.objects.filter(state="sent").count() >= whole, PATIENCE)
    running.stop()
    assert in_the_middle > kills / 2, "the kills came too late to prove anything"
    assert (Fait.objects.count(), Alerte.objects.count(), Demande.objects.count()) == (0, whole, whole)
    letters = Message.objects.values_list("to", "subject", "message_id")
    assert set(Counter((to, subject) for to, subject, _ in letters).values()) == {1}
    copies = sink.copies()
    assert set(copies) == {message_id for *_, message_id in letters}
    assert len(copies) == whole
    assert sum(copies.values()) - whole <= kills  # the one in flight when a sender is killed
