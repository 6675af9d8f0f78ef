"""Two worlds that differ by what another unit was asked, and did: who receives must not tell them apart.

What happens to his own demandes is the same in both, at the same minutes. Beside him, nothing in one world,
in the other any walk through the machine: sent, opened, read, answered, declined, sent again.
"""

import random
import re
from datetime import timedelta

import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

import dossiers.actions
from annuaire.models import Lieu
from courrier.models import Message
from demandes import actions, etats, policies, tasks
from demandes.etats import RECUS, Champ, Cote, Etat, Suite, Verbe
from demandes.models import Alerte, Demande
from demandes.tableaux import TABLEAUX
from dossiers.models import Dossier
from dossiers.reads.lignes import SORTS
from habilitations.profils import (
    ADRESSEUR_TND,
    GESTIONNAIRE,
    MEDECIN_COORDONNATEUR,
    PCO_SECRETARIAT,
    PRESCRIPTEUR_MEDICAL,
    RESPONSABLE_ADMISSIONS,
    RESPONSABLE_ADMISSIONS_GA,
)
from tests.demandes.factories import Cas, guichet_of, ready, tell, tick
from tests.dossiers.factories import professionnel
from tests.factories import sign_in
from tests.limits import forget_limits
from viatraj.core.policies import can

D, R = Cote.DEMANDEUR, Cote.RECEVEUR
DOSSIERS, STEPS = 2, 8
# What ends the other demandes of a dossier is told to all; what moves one to a third place is no neighbour’s.
KNOWN_TO_ALL = {Suite.ADMETTRE, Suite.ROUVRIR, Suite.ANNULER_DOSSIER}
# Of who receives: orientation, who asks, who looks (profile, level, his own choices), who answers next door.
PLACES = {
    "unité": ("sanitaire", PRESCRIPTEUR_MEDICAL, RESPONSABLE_ADMISSIONS, "unite", {}),
    "anonyme": (
        "sanitaire",
        PRESCRIPTEUR_MEDICAL,
        RESPONSABLE_ADMISSIONS,
        "unite",
        {"tableau_receveur": "anonyme"},
    ),
    "guichet": ("sanitaire", PRESCRIPTEUR_MEDICAL, RESPONSABLE_ADMISSIONS, "guichet", {}),
    "ehpad": ("grand_age", GESTIONNAIRE, RESPONSABLE_ADMISSIONS_GA, "unite", {}),
    "médecin coordonnateur": ("grand_age", GESTIONNAIRE, MEDECIN_COORDONNATEUR, "unite", {}),
    "pco": ("tnd", ADRESSEUR_TND, PCO_SECRETARIAT, "etablissement", {}),
}
ANSWERS = {
    "sanitaire": RESPONSABLE_ADMISSIONS,
    "grand_age": RESPONSABLE_ADMISSIONS_GA,
    "tnd": PCO_SECRETARIAT,
}
CHILD = {"date_naissance": "2022-01-05"}
# What differs from one request, or one row, to the next.
MASKED = (
    (re.compile(r'(csrfmiddlewaretoken" value=")[^"]*'), r"\1#"),
    (re.compile(r'(nonce=")[^"]*'), r"\1#"),
    (re.compile(r'(<code class="numero">)[^<]*'), r"\1#"),
    (re.compile(r"/(demandes|alertes|notifications)/[0-9]+/"), r"/\1/#/"),
    (re.compile(r'data-id="[0-9]{1,7}"'), 'data-id="#"'),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "uuid"),
    (re.compile(r'(name="(?:timbre|stamp|cle)" value=")[^"]*'), r"\1#"),
)
# The journal keeps the database’s own hours, which no test holds still.
HOURS = re.compile(r"<time[^>]*>.*?</time>|[0-9]{1,2}\sh\s[0-9]{2}", re.DOTALL)


class Voisins:
    """`ici`: where somebody looks. `la`, `plus_loin`: others, of whom he may learn nothing."""

    def __init__(self, place: str):
        self.orientation, asking, looking, niveau, modes = PLACES[place]
        known = {"orientation": self.orientation} | (CHILD if self.orientation == "tnd" else {})
        self.answers = ANSWERS[self.orientation]
        self.cas = Cas(receiving=3, demandeur=asking, receveur=self.answers, **known)
        if self.orientation == "tnd":  # a platform is held whole
            self.cas.receveurs = [professionnel(self.answers, one.etablissement) for one in self.cas.unites]
        self.dossiers = [self.cas.dossier, *(ready(self.cas.unite, **known) for _ in range(DOSSIERS - 1))]
        ici, self.la, self.plus_loin = self.cas.unites
        self.ici = guichet_of(ici) if niveau == "guichet" else ici
        self.moi = professionnel(looking, getattr(self.ici, niveau, self.ici), **modes)
        self.collegue = self.cas.receveurs[0]
        if niveau == "guichet":
            self.collegue = professionnel(looking, self.ici)
        tick(self.moi)
        self.start = timezone.localtime().replace(hour=11, minute=0, second=0, microsecond=0)

    def at(self, hours: float):
        self.cas.now = self.start + timedelta(hours=hours)
        return time_machine.travel(self.cas.now, tick=False)

    def send(self, dossier, lieu) -> Demande:
        self.cas.dossier = dossier
        chosen = actions.select(dossier, lieux=[Lieu.of(lieu)], now=self.cas.now, by=self.cas.demandeur)
        keys = [one.pk for one in chosen]
        return actions.send(dossier, demandes=keys, now=self.cas.now, by=self.cas.demandeur)[0]

    def step(self, demande: Demande, chance: random.Random, people: dict[Cote, object]) -> str:
        """One thing that somebody may do of it now; what was done."""
        demande = Demande.objects.select_related("dossier").get(pk=demande.pk)
        now, offered = self.cas.now, []
        for cote, acte in etats.actes(demande.orientation, demande.etat, *people):
            hidden = not KNOWN_TO_ALL & {*acte.suites} and Champ.UNITE not in acte.asks
            may = can(policies.act, people[cote], demande, acte.verbe, cote)
            if hidden and may and not policies.refusal(demande, acte.verbe, cote, now=now):
                offered.append((cote, acte))
        if not offered:
            return ""
        cote, acte = chance.choice(offered)
        today = timezone.localdate(now)
        said = {
            "texte": "Textevoisin",
            "motif": chance.choice([*(acte.motifs or ["x"])]),
            "date_proposee": today + timedelta(days=1),
            "valable_jusqu": today + timedelta(days=2),
        }
        actions.perform(demande, verbe=acte.verbe, cote=cote, now=now, by=people[cote], **said)
        return acte.verbe

    def neighbours(self, chance: random.Random, beside: dict, told: list[str]) -> None:
        """Something next door: a demande is sent there, read, or moved."""
        dossier = chance.choice(self.dossiers)
        lieu, answering = chance.choice([(self.la, 1), (self.plus_loin, 2)])
        by = self.cas.receveurs[answering]
        held = beside.get((dossier.pk, lieu.pk))
        if held is None or Demande.objects.get(pk=held.pk).etat not in RECUS:
            try:
                beside[dossier.pk, lieu.pk] = self.send(dossier, lieu)
            except ValidationError:  # the dossier is suspended, or the like
                return
            told.append("envoyer")
            return
        if chance.random() < 0.3:
            dossiers.actions.read(Dossier.objects.get(pk=dossier.pk), by=by)
            held = Demande.objects.select_related("dossier").get(pk=held.pk)
            actions.read(held, opens=True, now=self.cas.now, by=by)
            told.append("lire")
            return
        told.append(self.step(held, chance, {D: self.cas.demandeur, R: by, Cote.MEDECIN: by}))

    def play(self, seed: str, *, with_neighbours: bool) -> tuple[dict[str, str], list[str]]:
        """What he has seen and was told by the end; what was done next door."""
        mine, theirs = random.Random(f"{seed} ici"), random.Random(f"{seed} là")
        beside, told, seen = {}, [], {}
        with self.at(0):
            own = {one.pk: self.send(one, self.ici) for one in self.dossiers}
            tell()
        people = {D: self.cas.demandeur, R: self.collegue}
        for number in range(1, STEPS + 1):
            with self.at(3 * number):
                if with_neighbours:
                    self.neighbours(theirs, beside, told)
                if mine.random() < 0.4:
                    self.step(own[mine.choice(self.dossiers).pk], mine, people)
            with self.at(3 * number + 1):
                if with_neighbours:
                    self.neighbours(theirs, beside, told)
                tasks.follow_deadlines()
                tell()
            seen[f"courrier {number}"] = self.mails()
        with self.at(3 * STEPS + 2):
            seen |= self.pages(own)
        return seen, told

    def admitted(self, by_whom: int) -> dict[str, str]:
        """What he sees once the patient has gone to one of the others, who had answered in their own ways."""
        with self.at(0):
            own = {one.pk: self.send(one, self.ici) for one in self.dossiers}
            chosen = self.send(self.dossiers[0], (self.la, self.plus_loin)[by_whom])
            receveur = self.cas.receveurs[by_whom + 1]
            if by_whom:
                self.cas.act(chosen, Verbe.QUESTIONNER, by=receveur, cote=R, texte="Textevoisin")
                self.cas.act(chosen, Verbe.REPONDRE, cote=D, texte="Textevoisin")
            self.cas.accept(chosen, by=receveur)
            tell()
        with self.at(30):
            self.cas.admit(chosen, by=receveur)
            tell()
        assert Demande.objects.get(pk=own[self.dossiers[0].pk].pk).etat == Etat.AILLEURS
        with self.at(31):
            return self.pages(own) | {"courrier": self.mails()}

    def mails(self) -> str:
        rows = Message.objects.filter(to=self.moi.user.email).order_by("pk")
        alertes = Alerte.objects.filter(user=self.moi.user).order_by("pk")
        told = [f"{one.at} {one.verbe} {one.phrase} {one.envoi} {one.envoyee_at}" for one in alertes]
        return _masked("\n".join([*(f"{one.subject}\n{one.text}" for one in rows), *told]))

    def pages(self, own: dict[int, Demande]) -> dict[str, str]:
        """All that he may open, as it reads; addresses say nothing of a demande but that it is one."""
        forget_limits()
        client = sign_in(Client(), self.moi.user)
        session = client.session
        session["door"] = "professionnel"
        session.save()
        return {_masked(path): _read(client, path) for path in self.addresses(own)}

    def addresses(self, own: dict[int, Demande]) -> list[str]:
        found = ["/", "/professionnel/", "/alertes/", "/alertes/nombre/", "/tableaux/", "/mes-droits/"]
        found += [f"/dossiers/?tri={sort}&orientation={self.orientation}" for sort in SORTS]
        for tableau in TABLEAUX.values():
            if any(tableau.grants(self.moi)):
                above = f"/tableaux/{tableau.code}/"
                found += [f"{above}?vue={one.code}" for one in tableau.vues]
                found += [f"{above}?tri=recentes", f"{above}export/", f"{above}export/?vue=closes"]
        verbes = [f"{one}/" for one in (Verbe.ETUDIER, Verbe.REFUSER, Verbe.ADMETTRE)]
        for dossier in self.dossiers:
            page = f"/demandes/{own[dossier.pk].pk}/"
            found += [page, *(page + one for one in verbes if dossier is self.dossiers[0])]
            above = f"/dossiers/{dossier.numero}/"
            tails = ["", "historique/", "historique/imprimer/", "imprimer/", "pieces/", "etat/"]
            found += [above + one for one in tails]
            found += [f"{above}volets/{one.kind}/" for one in dossier.volets.order_by("pk")]
            found += [f"/demandes/dossier/{dossier.numero}/"]
        return found


def _read(client, path) -> str:
    answer = client.get(path)
    kind = answer.headers.get("Content-Type", "")
    if "spreadsheet" in kind:
        with timezone.override("UTC"):
            book = load_workbook(_file(answer))
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        return "\n".join(map(str, cells))
    text = answer.text if "html" in kind or "text" in kind else answer.headers.get("Location", "")
    text = HOURS.sub("<time>", text) if path.startswith("/dossiers/") else text
    return _masked(f"{answer.status_code} {answer.headers.get('Location', '')}\n{text}")


def _file(answer):
    from io import BytesIO

    return BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content)


def _masked(text: str) -> str:
    for known, instead in MASKED:
        text = known.sub(instead, text)
    return text
