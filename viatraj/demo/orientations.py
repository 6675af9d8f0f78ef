"""Decisions of the invented MDPH, and what its ESMS have answered, by the product's own actions; once."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

import demandes.actions
import habilitations.rights
from accounts.models import User
from demandes.handicap.statuts import Statut, StatutUnite
from demandes.models import Decision, Notification
from viatraj.core.actor import Actor, Means

SPACE = uuid.UUID("8f0f2c1e-7d52-4f0a-9b1e-2b6f3d7c5a10")
IME, SESSAD = "48", "57"
SOURCE, VALLON = "ime-source", "ime-vallon"
GESTIONNAIRES = {SOURCE: "vsalles", VALLON: "icastaing"}


@dataclass(frozen=True)
class Cas:
    """`valid`: days from today to the end of the decision; `suites`: what each ESMS has answered."""

    nom: str
    prenom: str
    sexe: str
    age: int
    categorie: str
    valid: int
    suites: dict[str, tuple[tuple[str, str], ...]]
    dans: str = ""


CAS = (
    Cas("Marchandeau", "Léo", "M", 9, IME, 700, {SOURCE: (), VALLON: ()}),
    Cas("Courbaisse", "Anaïs", "F", 12, IME, 45, {SOURCE: (("41", "150"), ("42", ""))}),
    Cas("D’Alméras", "Côme", "M", 15, IME, 320, {SOURCE: (("45", "122"),), VALLON: (("72", ""),)}),
    Cas("Iñarra", "Élise", "F", 8, IME, 10, {SOURCE: (("72", ""),), VALLON: (("43", ""),)}),
    Cas("Łukasik", "Gaël", "M", 11, SESSAD, 500, {SOURCE: (("41", "151"),)}),
    Cas("Tournesac", "Zoé", "F", 17, IME, 80, {SOURCE: (("43", ""), ("47", ""), ("51", "93"))}),
    Cas("Pélissou", "Noé", "M", 10, IME, 400, {SOURCE: (("47", ""),)}, dans="Internat"),
    Cas("Ngô", "Thérèse", "F", 13, IME, 250, {VALLON: (("45", "114"), ("46", "114"))}),
    Cas("Beaufilet", "Anatole", "M", 14, IME, 200, {SOURCE: (("49", "109"),)}),
)


def make(users: dict[str, User], rows: dict, *, now: datetime) -> None:
    known = set(Decision.objects.values_list("cle", flat=True))
    for n, one in enumerate(CAS):
        cle = uuid.uuid5(SPACE, str(n))
        if cle not in known:
            with transaction.atomic():
                _make(n, one, cle, users, rows, now)


def _make(n: int, one: Cas, cle: uuid.UUID, users, rows, now: datetime) -> None:
    """Entered some weeks ago, answered since then, one thing a day."""
    mdph, at = _as(users["afargues"], now), now - timedelta(days=20 + n)
    today = timezone.localdate(now)
    decision = demandes.actions.record_decision(
        mdph=rows["pays-orbe"],
        cle=cle,
        numero=f"{today.year}-{100 + n}",
        nom=one.nom,
        prenom=one.prenom,
        sexe=one.sexe,
        date_naissance=date(today.year - one.age, 1 + n, 11 + n),
        categorie=one.categorie,
        debut=today - timedelta(days=30),
        fin=today + timedelta(days=one.valid),
        now=at,
        by=mdph,
    )
    etablissements = [rows[key] for key in one.suites]
    sent = demandes.actions.notify(decision, etablissements=etablissements, now=at, by=mdph)
    for row in sent:
        key = next(key for key in one.suites if rows[key].pk == row.etablissement_id)
        _answer(row, one, one.suites[key], _as(users[GESTIONNAIRES[key]], now), mdph, rows, at)


def _answer(row: Notification, one: Cas, suites, esms: Actor, mdph: Actor, rows, at: datetime) -> None:
    if suites:
        row = demandes.actions.read_notification(row, opens=True, now=at, by=esms)
    for statut, motif in suites:
        at += timedelta(days=1)
        by = mdph if statut in (Statut.ENTERINEE, Statut.ANNULEE) else esms
        said = {"statut": statut, "motif": motif, "date": timezone.localdate(at), "now": at}
        row = demandes.actions.change_statut(row, **said, by=by)
    if one.dans:
        said = {"statut": StatutUnite.PRIS_EN_CHARGE, "mode": "46", "date": timezone.localdate(at), "now": at}
        unite = rows[f"{SOURCE}/{one.dans}"]
        demandes.actions.change_unite(row, unite=unite, **said, by=esms)


def _as(user: User, now: datetime) -> Actor:
    rights = habilitations.rights.of_user(user, on=now.date())
    return Actor(user=user, rights=rights, quality="professionnel", means=Means.MAIL)
