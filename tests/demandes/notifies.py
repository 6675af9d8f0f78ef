"""Two worlds that differ by which other ESMS the same decision was notified to, and by what they did.

What happens to his own notification is the same in both, at the same minutes. That somebody takes the person
in is told to all (docs/adr/0071): which of the others it was must not tell two worlds apart either.
"""

import random
from datetime import timedelta

import time_machine
from django.test import Client
from django.utils import timezone

from courrier.models import Message
from demandes.handicap.motifs import MOTIFS
from demandes.handicap.statuts import PASSAGES, PRIS, Statut, passages
from demandes.handicap.suivis import ESMS as BOARD
from demandes.models import Alerte, Notification
from habilitations.models import Habilitation
from habilitations.profils import ESMS, ESMS_CONSULTATION
from tests.demandes.factories import tell
from tests.demandes.handicap import Cas
from tests.demandes.voisins import _masked, _read
from tests.dossiers.factories import professionnel
from tests.factories import sign_in
from tests.limits import forget_limits

STEPS = 8
PLACES = {"esms": ESMS, "consultation": ESMS_CONSULTATION, "unité": ESMS}


class Notifies:
    """`moi` looks at his own notification; two others may have one of the same decision."""

    def __init__(self, place: str = "esms"):
        self.cas = Cas(notified=3, nom="Garricou")
        for number, name in enumerate(("Autrecanari", "Lointaincanari"), 1):
            self.cas.esms[number].nom = name
            self.cas.esms[number].save()
        self.moi = self.cas.gestionnaire
        if place != "esms":
            there = self.cas.unite if place == "unité" else self.cas.esms[0]
            self.moi = professionnel(PLACES[place], there)
        Habilitation.objects.update(emails=True)
        self.start = timezone.localtime().replace(hour=11, minute=0, second=0, microsecond=0)
        with self.at(0):
            self.mine = self.cas.notified()
            if place == "unité":
                self.cas.place(self.mine, "182")
            tell()

    def at(self, hours: float):
        self.cas.now = self.start + timedelta(hours=hours)
        return time_machine.travel(self.cas.now, tick=False)

    def step(self, row: Notification, by, chance: random.Random, *, but=frozenset()) -> str:
        """One status that an ESMS may say of it now; what was said."""
        row = Notification.objects.select_related("decision").get(pk=row.pk)
        offered = [one for one in passages(row.statut, "esms") if one.after not in but]
        if not offered:
            return ""
        passage = chance.choice(offered)
        motif = chance.choice(MOTIFS.get(passage.code, ("",)))
        self.cas.change(row, passage.code, by=by, motif=motif)
        return passage.code

    def beside(self, chance: random.Random, told: list[str]) -> None:
        """Something next door: one more ESMS is notified, says something, or is answered by the MDPH."""
        number = chance.choice((1, 2))
        etablissement, by = self.cas.esms[number], self.cas.gestionnaires[number]
        row = Notification.objects.filter(decision=self.cas.decision, etablissement=etablissement).first()
        if row is None:
            self.cas.notify(etablissement)
            told.append("39")
        elif row.statut == Statut.IMPOSSIBLE and chance.random() < 0.7:
            said = {"46": row.motif, "refus": ""}
            code = chance.choice(sorted(said))
            self.cas.change(row, code, by=self.cas.mdph, motif=said[code])
            told.append(code)
        elif row.is_closed:
            self.cas.change(row, PASSAGES["54"].code, by=self.cas.mdph)
            told.append("54")
        else:
            told.append(self.step(row, by, chance, but=PRIS))

    def play(self, seed: str, *, with_others: bool) -> tuple[dict[str, str], list[str]]:
        """What he has seen and was told by the end; what was done next door."""
        mine, theirs = random.Random(f"{seed} ici"), random.Random(f"{seed} là")
        told: list[str] = []
        for number in range(1, STEPS + 1):
            with self.at(3 * number):
                if with_others:
                    self.beside(theirs, told)
                if mine.random() < 0.4:
                    self.step(self.mine, self.cas.gestionnaire, mine)
            with self.at(3 * number + 1):
                if with_others:
                    self.beside(theirs, told)
                tell()
        with self.at(3 * STEPS + 2):
            return self.pages() | {"courrier": self.mails()}, told

    def taken(self, number: int) -> dict[str, str]:
        """What he sees once one of the others, which had answered in its own way, has the person on trial."""
        by = self.cas.gestionnaires[number]
        with self.at(0.5):
            row = self.cas.notify(self.cas.esms[number])[0]
            if number == 1:
                row = self.cas.change(row, Statut.ADMISSIBLE, by=by)
        with self.at(30):
            self.cas.change(row, Statut.ESSAI, by=by)
            tell()
        with self.at(31):
            return self.pages() | {"courrier": self.mails()}

    def mails(self) -> str:
        rows = Message.objects.filter(to=self.moi.user.email).order_by("pk")
        alertes = Alerte.objects.filter(user=self.moi.user).order_by("pk")
        told = [f"{one.at} {one.verbe} {one.phrase} {one.envoi} {one.envoyee_at}" for one in alertes]
        return _masked("\n".join([*(f"{one.subject}\n{one.text}" for one in rows), *told]))

    def pages(self) -> dict[str, str]:
        forget_limits()
        client = sign_in(Client(), self.moi.user)
        page = f"/notifications/{self.mine.pk}/"
        board = "/tableaux/esms/"
        found = ["/", "/professionnel/", "/alertes/", "/alertes/nombre/", "/tableaux/", board, page]
        found += [f"{board}{tail}?vue={one.code}" for one in BOARD.vues for tail in ("", "export/")]
        found += [f"{page}statut/", f"{page}unite/", "/notifications/recherche/"]
        # What is of the MDPH, or of the others, by hand.
        decision = f"/notifications/decisions/{self.cas.decision.pk}/"
        found += [decision, *(f"{decision}{one}/" for one in ("notifier", "corriger", "annuler", "retablir"))]
        found += ["/tableaux/mdph/", "/tableaux/mdph/export/"]
        seen = {_masked(path): _read(client, path) for path in found}
        sought = client.post("/notifications/recherche/", {"nom": "garri", "prenom": ""}, follow=True)
        return seen | {"recherche": _masked(sought.text)}
