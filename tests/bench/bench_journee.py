"""A référent's day in a browser: clicks and seconds of each thing, against those of the first release.

`docs/journee.md` keeps the table. A click is a press on a link, a button or a box; a field filled or chosen
from is counted apart. The script knows the first release's ways too, so that both are measured alike.
"""

import logging
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import sync_playwright

from habilitations import tasks
from habilitations.models import DemandeHabilitation
from tests.bench.report import line
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    referent_of,
    sign_in,
)
from tests.habilitations.imports import line as cells
from tests.habilitations.imports import xlsx
from tools import browser
from viatraj.core.periods import add_months

COMPTES, REVUE, IMPORTS = (
    "/administration/comptes/",
    "/administration/habilitations/revue/",
    "/administration/imports/",
)
# Clicks at the first release, measured by this script; the second: what is promised, where it is less.
BEFORE = {
    "ouvrir un compte": 3,
    "donner à trois personnes d’unités différentes": 21,
    "prolonger dix habilitations": 12,
    "enregistrer un départ": 4,
    "répondre à une demande": 3,
    "importer trente lignes": 2,
    "exporter la revue": 1,
}
PROMISED = {"donner à trois personnes d’unités différentes": 9}
NOMS = ("Villedary", "Garricou", "Quéméneur")


class Hands:
    """Somebody at work; what his hands do is counted."""

    def __init__(self, page, url):
        self.page, self.url, self.clicks, self.fields = page, url, 0, 0
        page.set_default_timeout(60_000)

    def at(self, path):
        """Where the task begins: not counted."""
        self.page.goto(self.url + path)
        return self

    def click(self, name, *, role=("button", "link"), within=None, exact=False):
        """The first that is there of these roles."""
        here = within or self.page.locator("main")
        pattern = re.compile(f"^\\s*{re.escape(name)}\\s*$" if exact else re.escape(name))
        found = [here.get_by_role(one, name=pattern) for one in role]
        shown = next((one.first for one in found if one.count()), found[0].first)
        self.clicks += 1
        shown.click()
        self.page.wait_for_load_state()
        return self

    def tick(self, label):
        """What is ticked already is left as it is."""
        box = self.page.locator("main").get_by_label(label).first
        self.clicks += not box.is_checked()
        box.check()
        return self

    def type(self, **fields):
        for name, value in fields.items():
            self.fields += 1
            place = self.page.locator(f"main [name={name}]").first
            place.select_option(value) if place.evaluate("one => one.tagName") == "SELECT" else place.fill(
                value
            )
        return self

    def has(self, selector) -> bool:
        return self.page.locator(selector).count() > 0

    def sees(self, sentence):
        self.page.locator("body", has_text=re.compile(sentence)).wait_for()
        return self


class Day:
    """Each method is a task, from the page where it begins to the sentence that says it is done."""

    def __init__(self, hopital, people, folder):
        self.hopital, self.people, self.folder = hopital, people, folder

    def ouvrir_un_compte(self, hands):
        hands.at(COMPTES).type(nom="Lacombe").click("Rechercher", exact=True).sees(
            "Aucun compte ne correspond"
        )
        hands.click("Créer un utilisateur")
        hands.type(nom="Lacombe", prenom="Maëlle", email="maelle.lacombe@ch.example")
        hands.click("Créer le compte utilisateur").sees("est créé")

    def donner_a_trois(self, hands):
        hands.at(COMPTES)
        if hands.has("main [name=profil]"):
            hands.type(profil="equipe_soignante").click("Rechercher", exact=True)
            for one in self.people:
                hands.tick(f"Choisir {one.nom_complet}")
            self._give(hands)
        else:
            for one in self.people:
                hands.at(COMPTES).type(nom=one.nom).click("Rechercher", exact=True)
                hands.tick(f"Choisir {one.nom_complet}")
                self._give(hands)

    def _give(self, hands):
        hands.click("Attribuer une habilitation").click(
            "Gestionnaire administratif et social", role=("link",)
        )
        hands.tick("Tout l’établissement").tick("1 an").click("Vérifier avant d’attribuer")
        hands.click("Attribuer", exact=True).sees("habilitations? attribuées?")

    def prolonger_dix(self, hands):
        hands.at(f"{REVUE}?vue=mois")
        if hands.has("main a[data-cocher=oui]"):
            hands.click("cette page", role=("link",))
        else:
            for box in hands.page.locator("#revue tbody [name=choix]").all():
                hands.clicks += 1
                box.check()
        hands.click("Prolonger les habilitations cochées", role=("button",)).click("1 an").sees(
            "10 habilitations prolongées"
        )

    def depart(self, hands):
        hands.at(COMPTES).type(nom="Zola").click("Rechercher", exact=True)
        hands.click("Zola Emma", role=("link",)).click("Départ", exact=True)
        if (
            hands.has("main select[name=lieu]")
            and not hands.page.locator("main select[name=lieu]").input_value()
        ):
            hands.type(lieu=f"etablissement:{self.hopital.pk}")
        hands.type(fin=str(timezone.localdate()))
        hands.click("Enregistrer le départ").sees("est enregistré")

    def repondre(self, hands):
        hands.at("/professionnel/").click("demande").click("Répondre").click("Accepter", exact=True)
        hands.sees("est acceptée")

    def importer(self, hands):
        hands.at(IMPORTS)
        hands.fields += 1
        hands.page.get_by_label("Fichier à importer").set_input_files(self.folder / "equipe.xlsx")
        hands.click("Vérifier le fichier")
        self._worker(hands)
        confirm = next(
            one for one in ("Importer 30", "Confirmer") if hands.page.get_by_role("button", name=one).count()
        )
        hands.click(confirm)
        self._worker(hands)
        hands.sees("L’import est fait")

    def _worker(self, hands):
        """What the worker does, in this process; then the page as somebody finds it."""
        tasks.resume_imports()
        hands.page.reload()

    def exporter(self, hands):
        hands.at(REVUE)
        with hands.page.expect_download():
            hands.click("Exporter")


TASKS = dict(
    zip(
        BEFORE,
        (
            Day.ouvrir_un_compte,
            Day.donner_a_trois,
            Day.prolonger_dix,
            Day.depart,
            Day.repondre,
            Day.importer,
            Day.exporter,
        ),
        strict=True,
    )
)


def run(scale):
    logging.disable(logging.INFO)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread
    found = browser.find_or_install()
    with tempfile.TemporaryDirectory(prefix="viatraj-journee-") as folder:
        day, referent = town(Path(folder))
        cookie = {
            "name": settings.SESSION_COOKIE_NAME,
            "value": sign_in(Client(), referent).session.session_key,
        }
        with served() as url, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=str(found.program),
                args=browser.ARGUMENTS,
                env={**os.environ, **found.environment, "LANGUAGE": "fr"},
            )
            for name, task in TASKS.items():
                page = chromium.new_context(viewport={"width": 1280, "height": 844})
                page.add_cookies([{**cookie, "url": url}])
                hands = Hands(page.new_page(), url)
                started = time.perf_counter()
                task(day, hands)
                seconds = time.perf_counter() - started
                promised = PROMISED.get(name, BEFORE[name])
                said = f"journée: {name}, {seconds:.1f} s, champs remplis {hands.fields}"
                yield line(said, hands.clicks, promised, "clics", "<= 1")
                page.close()
            chromium.close()


def town(folder):
    """An ordinary day: three people of three units, ten ends near, one request, one leaver."""
    today = timezone.localdate()
    hopital = EtablissementFactory(nom="CH de Saint-Aubin", finess="990000017")
    units = [
        UniteFactory(etablissement=hopital, nom=nom) for nom in ("Chirurgie", "Médecine interne", "Urgences")
    ]
    people = [UserFactory(nom=nom, prenom="Nadège") for nom in NOMS]
    far = today + timedelta(days=400)
    for user, unite in zip(people, units, strict=True):
        HabilitationFactory(user=user, lieu=unite, profil="equipe_soignante", fin=far)
    for rank in range(10):
        HabilitationFactory(
            lieu=units[rank % 3], profil="prescripteur_medical", fin=today + timedelta(days=5 + rank)
        )
    HabilitationFactory(
        user=UserFactory(nom="Zola", prenom="Emma"), lieu=hopital, profil="regulateur", fin=far
    )
    asked = HabilitationFactory(lieu=units[0], profil="equipe_soignante", fin=far)
    DemandeHabilitation.objects.create(
        user=asked.user,
        profil="prescripteur_medical",
        fin=add_months(today, 6),
        motif="Je rejoins le service.",
        asked_at=timezone.now(),
        niveau=asked.niveau,
        **{
            name: getattr(asked, name)
            for name in ("region_id", "coordination_id", "etablissement_id", "unite_id")
        },
    )
    team = [
        cells(
            nom=f"Recrue{chr(97 + n % 26)}{chr(97 + n // 26)}",
            email=f"recrue{n}@ch.example",
            fin=add_months(today, 12),
        )
        for n in range(30)
    ]
    (folder / "equipe.xlsx").write_bytes(xlsx(*team).read())
    return Day(hopital, people, folder), referent_of(hopital)


@contextmanager
def served():
    """The product's own server, one process, over this bench's database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "deploy/gunicorn.py",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    server = subprocess.Popen(
        [*words, "viatraj.wsgi"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "WEB_CONCURRENCY": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(port, server):
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("gunicorn ne démarre pas")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("gunicorn n’écoute pas")
