"""A campaign opened and filled by the product's own actions."""

import uuid
from datetime import timedelta

from django.utils import timezone

from annuaire.models import Lieu
from habilitations import actions
from habilitations.models import Campagne, Examen, Rapport
from tests.factories import as_professionnel
from viatraj.core.actor import Actor

BY = Actor.system("campagnes")


def opened(by, *lieux, today=None, filled=True, **said) -> Campagne:
    """By a référent's account, over structures; a month to decide unless said."""
    today = today or timezone.localdate()
    known = {
        "nom": "Revue annuelle",
        "profils": [],
        "inutilisees": False,
        "echeance": today + timedelta(days=30),
        "effet": "now",
        "restes": "keep",
        "nouvelles": "add",
        "message": "",
        "cle": uuid.uuid4(),
    }
    lieux = [one if isinstance(one, Lieu) else Lieu.of(one) for one in lieux]
    campagne = actions.open_campagne(
        lieux=lieux, today=today, by=as_professionnel(by, on=today), **(known | said)
    )
    return fill(campagne, today=today) if filled else campagne


def fill(campagne, *, today=None) -> Campagne:
    today = today or timezone.localdate()
    while campagne.state == Campagne.State.PREPARING:
        campagne = actions.fill_slice(campagne, today=today, now=timezone.now(), by=BY)
    return campagne


def line_of(campagne, habilitation) -> Examen:
    return Examen.objects.get(campagne=campagne, habilitation=habilitation)


def decide(examen, user, decision="keep", **said):
    """As `user`, on the line as it stands."""
    fresh = Examen.objects.get(pk=examen.pk)
    today = said.pop("today", None) or timezone.localdate()
    version = said.pop("version", fresh.version)
    return actions.decide(
        fresh.campagne,
        lignes={fresh.pk: version},
        decision=decision,
        today=today,
        now=timezone.now(),
        by=as_professionnel(user, on=today),
        **said,
    )


def follow(campagne, *, today=None):
    return actions.follow_campagne(campagne, today=today or timezone.localdate(), by=BY)


def closed(by, *lieux, **said) -> Campagne:
    """Whose report stands, as if its journal had been sealed since."""
    campagne, now = opened(by, *lieux, **said), timezone.now()
    actions.close_campagne(campagne, now=now, by=as_professionnel(by))
    while actions.settle_slice(campagne, today=timezone.localdate(now), now=now, by=BY):
        pass
    files = {"classeur": b"classeur", "pdf": b"pdf", "classeur_sha256": "0" * 64, "pdf_sha256": "0" * 64}
    Rapport.objects.filter(campagne=campagne).update(sceau=1, **files)
    return Campagne.objects.get(pk=campagne.pk)
