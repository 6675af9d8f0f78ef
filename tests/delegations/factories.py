"""Délégations to assistants, as the tests make them: invited by a médecin, answered by Nadia Ferhat."""

import re
import uuid
from datetime import timedelta
from html import unescape

from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Identite
from delegations import actions
from delegations.rights import PRESETS
from tests.factories import UserFactory, as_medecin
from viatraj.core.actor import Actor

INDEX, ADD, RECEIVED = "/medecin/delegations/", "/medecin/delegations/assistant/", "/delegations/recues/"
SECRETARIAT, MEDICAL, READING = (preset.lent for preset in PRESETS)
NADIA = {"nom": "Ferhat", "prenom": "Nadia", "email": "nadia.ferhat@cabinet.example"}


def invite(medecin, *, droits=SECRETARIAT, by=None, **known):
    today = timezone.localdate()
    asked = {**NADIA, "debut": today, "fin": today + timedelta(days=90), "cle": uuid.uuid4(), **known}
    return actions.grant_assistant(
        droits=frozenset(droits), today=today, now=timezone.now(), by=by or as_medecin(medecin), **asked
    )


def nadia(*, card=None, **known):
    """Her account, made by her card; `card`: the name that it says, when it is not the account's."""
    user = UserFactory(**{**NADIA, "nom": "FERHAT", "first_strong_at": timezone.now(), **known})
    nom, prenom = card or (user.nom, user.prenom)
    said = {"kind": Identite.Kind.STRUCTURE, "nom": nom, "prenom": prenom}
    Identite.objects.create(user=user, idnat=f"599999999900019/CPA{user.pk:07d}", **said)
    return user


def accept(delegation, user):
    actions.accept(delegation, now=timezone.now(), by=Actor(user=user))
    delegation.refresh_from_db()


def words(answer) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(answer.text)))


def typed(**known) -> dict:
    today = timezone.localdate()
    return {**NADIA, "modele": "secretariat", "debut": today, "fin": today + timedelta(days=90), **known}


def modify(delegation, *, droits=SECRETARIAT, by=None, identity=None, **known):
    delegation.refresh_from_db()
    asked = {"debut": delegation.debut, "fin": delegation.fin, "version": delegation.version, **known}
    actions.modify_assistant(
        delegation,
        droits=frozenset(droits),
        identity=identity,
        today=timezone.localdate(),
        now=timezone.now(),
        by=by or as_medecin(delegation.delegant),
        **asked,
    )
    delegation.refresh_from_db()
