"""Two review campaigns of the demonstration: one under way, one closed; idempotent."""

import uuid

from django.db import transaction

import habilitations.actions
from annuaire.models import Lieu
from habilitations import rights, tasks
from habilitations.models import Campagne, Examen
from habilitations.reads import campagnes
from viatraj.core.actor import Actor, Means
from viatraj.core.periods import add_months

CLOSED, UNDER_WAY = "Revue de printemps", "Revue annuelle"


def make(users, rows, *, now):
    known = set(Campagne.objects.values_list("nom", flat=True))
    if CLOSED not in known:
        with transaction.atomic():
            closed = _opened(users["tgarcin"], rows["ch-valmont"], CLOSED, now)
            _decide(closed, users["tgarcin"], now, every=1)
            by = _as(users["tgarcin"], now)
            habilitations.actions.close_campagne(closed, now=now, by=by)
        tasks.proceed_campagne(closed.pk)  # of what is committed; cut off, the worker takes it up
    if UNDER_WAY not in known:
        with transaction.atomic():
            under_way = _opened(users["nelamrani"], rows["ch-saint-aubin"], UNDER_WAY, now)
            _decide(under_way, users["nelamrani"], now, every=3)


def _opened(referent, lieu, nom, now) -> Campagne:
    today = now.date()
    campagne = habilitations.actions.open_campagne(
        lieux=[Lieu.of(lieu)],
        nom=nom,
        profils=[],
        inutilisees=False,
        echeance=add_months(today, 1),
        effet=Campagne.Effet.CLOSURE,
        restes=Campagne.Restes.KEEP,
        nouvelles=Campagne.Nouvelles.ADD,
        message="Merci de vérifier surtout les départs de l’été.",
        cle=uuid.uuid4(),
        today=today,
        by=_as(referent, now),
    )
    tasks.proceed_campagne(campagne.pk)
    campagne.refresh_from_db()
    return campagne


def _decide(campagne, referent, now, *, every):
    """One line in so many of his list is kept, its neighbour stays to be decided."""
    lines = campagnes.list_of(campagne, referent).order_by("pk")
    for examen in lines[::every]:
        habilitations.actions.decide(
            campagne,
            lignes={examen.pk: examen.version},
            decision=Examen.Decision.KEEP,
            today=now.date(),
            now=now,
            by=_as(referent, now),
        )


def _as(user, now) -> Actor:
    held = rights.of_user(user, on=now.date())
    return Actor(user=user, rights=held, quality="référent structure", means=Means.MAIL)
