"""Demandes that go from no unit to another: asked of the CPAM, or brought on paper (DOS-4, HAB-3); once."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

import demandes.actions
import dossiers.actions
from accounts.models import User
from annuaire.models import Lieu
from demandes.etats import Cote, Verbe
from demandes.models import Demande
from dossiers.models import Dossier
from dossiers.volets.orientation import PRADO
from viatraj.core.droits import Orientation
from viatraj.demo import admissions, patients
from viatraj.demo.patients import Auteur

SPACE = uuid.UUID("c2d5a1c4-6a0e-4f3b-8c1d-1f6f7a2b9e30")
DEMANDEUR = Auteur("jferrier", Orientation.SANITAIRE, "ch-valmont/Neurologie")
CPAM, CONSEILLERE = "pays-orbe", "jayrault"
EHPAD, DIRECTRICE = "ehpad-glycines/Hébergement permanent", "oroussel"


@dataclass(frozen=True)
class Cas:
    """`days`: since it was asked, or brought; `suites`: what the receveur did then."""

    nom: str
    prenom: str
    sexe: str
    age: int
    days: int
    suites: tuple[Verbe, ...] = ()

    def identite(self, today: date) -> dict:
        born = date(today.year - self.age, 1 + self.days % 12, 11)
        return {"nom": self.nom, "prenom": self.prenom, "sexe": self.sexe, "date_naissance": born}


DE_LA_CPAM = (
    Cas("Garricou", "Félicien", "M", 71, 1),
    Cas("Ngô", "Marie-Ange", "F", 64, 3, (Verbe.CONSULTER, Verbe.QUESTIONNER)),
)
SUR_PAPIER = (
    Cas("Pélissou", "Thérèse", "F", 88, 2),
    Cas("Castelnau", "René", "M", 91, 20, (Verbe.PATIENTER,)),
)
QUESTION = "À quelle adresse la personne rentre-t-elle\u00a0?"


def make(users: dict[str, User], rows: dict[str, object], *, now: datetime) -> None:
    cases = [(_ask_the_cpam, one) for one in DE_LA_CPAM] + [(_bring, one) for one in SUR_PAPIER]
    keys = {uuid.uuid5(SPACE, str(n)): case for n, case in enumerate(cases)}
    known = set(Dossier._base_manager.filter(cle__in=keys).values_list("cle", flat=True))
    for cle, (act, one) in keys.items():
        if cle not in known:
            with transaction.atomic():
                act(one, cle, users, rows, now)


def _ask_the_cpam(one: Cas, cle: uuid.UUID, users, rows, now: datetime) -> None:
    today, at = timezone.localdate(now), now - timedelta(days=one.days)
    by = patients.actor(users[DEMANDEUR.login], DEMANDEUR, today)
    dossier = dossiers.actions.create(
        orientation=DEMANDEUR.orientation,
        lieu=Lieu.of(rows[DEMANDEUR.lieu]),
        cle=cle,
        by=by,
        **one.identite(today),
    )
    patients.fill(dossier, Random(one.nom), "complet", now=at, by=by, types=(PRADO,))
    there = Lieu.of(rows[CPAM])
    found = demandes.actions.select(dossier, lieux=[there], now=at, by=by)
    (demande,) = demandes.actions.send(dossier, demandes=[found[0].pk], now=at, by=by)
    _follow(demande, one, admissions.receveur(users[CONSEILLERE], now), at)


def _bring(one: Cas, cle: uuid.UUID, users, rows, now: datetime) -> None:
    today, at = timezone.localdate(now), now - timedelta(days=one.days)
    by = admissions.receveur(users[DIRECTRICE], now)
    lieu, day = Lieu.of(rows[EHPAD]), timezone.localdate(at)
    demande = demandes.actions.record_paper(
        lieu=lieu, recu_le=day, now=at, by=by, cle=cle, **one.identite(today)
    )
    _follow(demande, one, by, at)


def _follow(demande: Demande, one: Cas, by, at: datetime) -> None:
    for n, verbe in enumerate(one.suites, 1):
        known = {"now": at + timedelta(hours=n), "by": by}
        if verbe == Verbe.CONSULTER:
            demande = demandes.actions.read(demande, opens=True, **known)
            continue
        said = {"texte": QUESTION} if verbe == Verbe.QUESTIONNER else {}
        demande = demandes.actions.perform(demande, verbe=verbe, cote=Cote.RECEVEUR, **known, **said)
