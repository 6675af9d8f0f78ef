"""Rows read to be changed: what waits for them, and what does not."""

import threading

import pytest
from django.utils import timezone

import accounts.actions
import delegations.actions
from accounts.actions import referents
from delegations.actions import propositions
from habilitations.views.reach import places
from tests.concurrency import at_once
from tests.delegations.test_actions import listed
from tests.factories import (
    EtablissementFactory,
    MedecinFactory,
    as_medecin,
    as_professionnel,
    referent_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


def meeting(monkeypatch, module):
    """Both have locked their row before either writes the line that names the other."""
    record, both = module.record, threading.Barrier(2, timeout=30)

    def wait_then_record(*args, **data):
        both.wait()
        return record(*args, **data)

    monkeypatch.setattr(module, "record", wait_then_record)


def test_two_referents_correct_each_other(monkeypatch):
    """COM-4: a line of the journal looks at its author’s key, which a correction of him does not change."""
    here = EtablissementFactory()
    first, second = referent_of(here), referent_of(here)
    meeting(monkeypatch, referents)

    def correct(user, by):
        said = {"nom": user.nom, "prenom": user.prenom, "profession_label": "Cadre", "telephone": ""}
        return accounts.actions.correct(
            user, **said, version=user.version, places=places(user), by=as_professionnel(by)
        )

    done = at_once(lambda: correct(second, first), lambda: correct(first, second))
    assert [user.profession_label for user in done] == ["Cadre", "Cadre"]


def test_two_medecins_delegate_to_each_other(monkeypatch):
    """DEL-3: each one’s row is locked by his own grant while the other’s grant refers to it."""
    first, second = MedecinFactory(), MedecinFactory()
    for medecin in (first, second):
        listed(medecin)
    meeting(monkeypatch, propositions)
    now = timezone.now()
    today = timezone.localdate(now)

    def grant(confrere, by):
        period = {"debut": today, "fin": today, "cle": None, "today": today, "now": now}
        return delegations.actions.grant_confrere(idnat=confrere.login, **period, by=as_medecin(by))

    done = at_once(lambda: grant(second, first), lambda: grant(first, second))
    assert [one.delegataire for one in done] == [second, first]
