"""Demandes of the invented dossiers, at every step of their table, made by the product's own actions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

import demandes.actions
import habilitations.rights
from accounts.models import User
from annuaire.models import Lieu
from demandes.delais import Echeance
from demandes.etats import Cote, Verbe
from demandes.models import Demande, SansSolution
from demandes.motifs import REFUS
from demandes.reads import destinataires
from dossiers.models import Dossier
from viatraj.core.actor import Actor, Means
from viatraj.core.droits import Niveau, Orientation
from viatraj.demo import patients

# Where each orientation is sent, and who answers there.
RECEVEURS = {
    Orientation.SANITAIRE: (
        ("ch-saint-aubin/guichet", "mcastex"),
        ("ch-valmont/SMR neurologique", "mlagarde"),
        ("had-lauze/HAD Nord", "mcastex"),
    ),
    Orientation.GRAND_AGE: (
        ("ehpad-glycines/Hébergement permanent", "oroussel"),
        ("ehpad-beau-soleil/Hébergement", "avalette"),
    ),
    Orientation.TND: (("pco-orbe/Plateforme TND", "alemoine"),),
}
# What is done with the first demande of a dossier; the others stay as they were sent.
SUITES = (
    (Verbe.CONSULTER, Verbe.ACCEPTER, Verbe.CONFIRMER, Verbe.ADMETTRE),
    (Verbe.CONSULTER, Verbe.QUESTIONNER),
    (Verbe.CONSULTER, Verbe.ACCEPTER),
    (),
    (Verbe.CONSULTER, Verbe.REFUSER),
    (Verbe.CONSULTER, Verbe.ETUDIER, Verbe.PATIENTER),
    (Verbe.CONSULTER,),
    (Verbe.CONSULTER, Verbe.QUESTIONNER, Verbe.REPONDRE),
    (Verbe.CONSULTER, Verbe.ACCEPTER, Verbe.CONFIRMER),
    (Verbe.CONSULTER, Verbe.ACCEPTER, Verbe.DECLINER),
    (Verbe.ANNULER,),
)
ASKING = (Verbe.REPONDRE, Verbe.CONFIRMER, Verbe.DECLINER, Verbe.ANNULER)
SELECTED_ONLY = 7  # one in so many is chosen, and not sent yet


@dataclass
class Cas:
    """One dossier on its way; `at` moves on with each step."""

    dossier: Dossier
    asker: Actor
    receivers: dict[str, Actor]
    at: datetime
    pace: timedelta

    def later(self) -> datetime:
        self.at += self.pace
        return self.at


def make(users: dict[str, User], rows: dict[str, object], *, now: datetime) -> None:
    """Of dossiers that are complete and were sent to nobody: a second run adds nothing."""
    keys = [patients.cle(n) for n in range(patients.MANY)]
    waiting = Dossier._base_manager.filter(cle__in=keys, etat="complet", demandes=None).in_bulk(
        field_name="cle"
    )
    for n, cle in enumerate(keys):
        if cle in waiting:
            with transaction.atomic():
                _make(n, waiting[cle], users, rows, now)
    # Of these, some have waited for a week: longer than their coordination wants.
    nombres = {(Orientation.GRAND_AGE, Echeance.SANS_SOLUTION): 5}
    service = Actor.system("echeances")
    demandes.actions.set_delays(rows["haute-lauze"], nombres=nombres, now=now, by=service)
    demandes.actions.follow_delays(now=now, by=service)
    for one in SansSolution.objects.due(now).select_related("dossier").order_by("pk"):
        demandes.actions.fall_without(one.dossier, now=now, by=service)


def _make(n: int, dossier: Dossier, users, rows, now: datetime) -> None:
    auteur = patients.AUTEURS[n % len(patients.AUTEURS)]
    asker = patients.actor(users[auteur.login], auteur, now.date())
    there = RECEVEURS[Orientation(dossier.orientation)]
    receivers = {Lieu.of(rows[key]).key: receveur(users[login], now) for key, login in there}
    days = timedelta(days=1 + n % 12)
    cas = Cas(dossier, asker, receivers, now - days, days / 8)
    # It was written before it was sent.
    Dossier._base_manager.filter(pk=dossier.pk).update(created_at=cas.at - timedelta(days=3))
    known = [Lieu.of(rows[key]) for key, _ in there]
    chosen = known[n % len(known) :] + known[: n % len(known)]
    found = demandes.actions.select(dossier, lieux=chosen[:2], now=cas.at, by=asker)
    if n % SELECTED_ONLY == 0:
        return
    keys = [one.pk for one in found]
    first, *others = demandes.actions.send(dossier, demandes=keys, now=cas.later(), by=asker)
    suite = SUITES[n % len(SUITES)]
    for verbe in suite:
        first = apply(cas, first, verbe)
    if suite[-1:] == (Verbe.REFUSER,) and n % 2:  # by all: whoever regulates is told
        for other in others:
            for verbe in suite:
                other = apply(cas, other, verbe)


def receveur(user: User, now: datetime) -> Actor:
    """At work where he receives."""
    rights = habilitations.rights.of_user(user, on=timezone.localdate(now))
    return Actor(user=user, rights=rights, quality="professionnel", means=Means.MAIL)


def apply(cas: Cas, demande: Demande, verbe: Verbe) -> Demande:
    if verbe == Verbe.PATIENTER and demande.orientation != Orientation.GRAND_AGE:
        return demande
    receiver = next(iter(cas.receivers.values()))
    receiver = cas.receivers.get(demande.lieu_key, receiver)
    if verbe == Verbe.CONSULTER:
        return demandes.actions.read(demande, opens=True, now=cas.later(), by=receiver)
    if demande.niveau == Niveau.GUICHET and verbe not in ASKING:
        unite = destinataires.beside(demande).first()
        known = {"verbe": Verbe.REPARTIR, "cote": Cote.GUICHET, "unite": unite}
        demande = demandes.actions.perform(demande, **known, now=cas.later(), by=receiver)
    asks = verbe in ASKING
    return demandes.actions.perform(
        demande,
        verbe=verbe,
        cote=Cote.DEMANDEUR if asks else Cote.RECEVEUR,
        now=cas.later(),
        by=cas.asker if asks else receiver,
        **_said(cas, demande, verbe),
    )


def _said(cas: Cas, demande: Demande, verbe: Verbe) -> dict:
    day = timezone.localdate(cas.at)
    refus = list(REFUS[Orientation(demande.orientation)])
    said = {
        Verbe.QUESTIONNER: {"texte": "Pouvez-vous préciser l’autonomie pour les transferts\u00a0?"},
        Verbe.REPONDRE: {"texte": "Transferts avec une aide humaine, marche avec déambulateur."},
        Verbe.ACCEPTER: {
            "date_proposee": day + timedelta(days=14),
            "valable_jusqu": day + timedelta(days=17),
        },
        Verbe.REFUSER: {"motif": refus[demande.pk % (len(refus) - 1)]},
        Verbe.DECLINER: {"motif": "date"},
        Verbe.ANNULER: {"motif": "domicile"},
        Verbe.ADMETTRE: {"date_admission": day},
    }
    return said.get(verbe, {})
