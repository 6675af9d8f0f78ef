"""Demandes of the fourteen months before, long settled: what statistics of last month and last year count."""

import uuid
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

import demandes.actions
import dossiers.actions
from accounts.models import User
from annuaire.models import Lieu
from demandes.etats import Verbe
from demandes.models import Fait
from dossiers.models import Dossier
from viatraj.core.droits import Orientation
from viatraj.demo import admissions, patients
from viatraj.demo.patients import Auteur

MANY = 120
AGO, EVERY = timedelta(days=20), timedelta(days=3, hours=11)  # the last one, and from one to the next
SPACE = uuid.UUID("0b6cf7d2-4a1e-4b57-9f0a-3b1d2a5c7e44")
AUTEURS = (
    Auteur("carnaud", Orientation.SANITAIRE, "ch-saint-aubin/Chirurgie"),
    Auteur("jferrier", Orientation.SANITAIRE, "ch-valmont/Neurologie"),
    Auteur("carnaud", Orientation.GRAND_AGE, "ch-saint-aubin/Médecine interne"),
    Auteur("carnaud", Orientation.SANITAIRE, "ch-saint-aubin/Médecine interne"),
    Auteur(patients.MEDECINS[0], Orientation.TND),
)
ADMIS = (Verbe.CONSULTER, Verbe.ACCEPTER, Verbe.CONFIRMER, Verbe.ADMETTRE)
REFUSE, RENONCE = (Verbe.CONSULTER, Verbe.REFUSER), (Verbe.ANNULER,)
# What became of the demandes of a dossier, one after the other: each dossier has come to its end.
SUITES = ((ADMIS,), (REFUSE, ADMIS), (ADMIS,), (REFUSE, ADMIS), (RENONCE, RENONCE), (ADMIS,))
HOURS = (3, 9, 20, 31)  # between two steps


def make(users: dict[str, User], rows: dict[str, object], *, now: datetime) -> None:
    """Nothing twice; each with its demandes, whole."""
    known = set(Dossier._base_manager.filter(cle__in=map(cle, range(MANY))).values_list("cle", flat=True))
    for n in range(MANY):
        if cle(n) not in known:
            with transaction.atomic():
                _make(n, users, rows, now)


def cle(n: int) -> uuid.UUID:
    return uuid.uuid5(SPACE, str(n))


def _make(n: int, users: dict[str, User], rows: dict[str, object], now: datetime) -> None:
    """By the rights that people have today: then they had none yet."""
    at = now - AGO - n * EVERY
    auteur, chance = AUTEURS[n % len(AUTEURS)], Random(f"{SPACE} {n}")
    asker = patients.actor(users[auteur.login], auteur, now.date())
    lieu = Lieu.of(rows[auteur.lieu]) if auteur.lieu else None
    known = patients.invented(n, chance, auteur.orientation, at.date())
    known["orientation"] = auteur.orientation
    dossier = dossiers.actions.create(lieu=lieu, cle=cle(n), by=asker, **known)
    Dossier._base_manager.filter(pk=dossier.pk).update(created_at=at - timedelta(hours=chance.choice(HOURS)))
    patients.fill(dossier, chance, "complet", now=at, by=asker)
    pace = timedelta(hours=chance.choice(HOURS), minutes=chance.randrange(60))
    there = admissions.RECEVEURS[auteur.orientation]
    receivers = {Lieu.of(rows[key]).key: admissions.receveur(users[login], now) for key, login in there}
    cas = admissions.Cas(dossier, asker, receivers, at, pace)
    places = [Lieu.of(rows[key]) for key, _ in there]
    chosen = (places[n % len(places) :] + places[: n % len(places)])[:2]
    selected = demandes.actions.select(dossier, lieux=chosen, now=at, by=asker)
    sent = demandes.actions.send(dossier, demandes=[one.pk for one in selected], now=cas.later(), by=asker)
    suites = SUITES[n % len(SUITES)] if len(sent) > 1 else (ADMIS,)  # refused by all, it would have none
    for demande, suite in zip(sent, suites, strict=False):
        for verbe in suite:
            demande = admissions.apply(cas, demande, verbe)
    Fait.objects.filter(dossier=dossier).delete()  # long ago: nobody’s bell says it
