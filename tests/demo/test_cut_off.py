"""The demonstration is made while pages are served: cut off at any moment, it is gone on with.

`make test` tries a seeded sample of the moments, `make proofs` all; SEED=… makes others.
"""

import os
import random
from importlib import import_module

import pytest
from django.utils import timezone

from accounts.models import User
from annuaire.models import Etablissement
from authcps.models import CodeDevice
from delegations.models import Delegation
from dossiers.models import Dossier
from habilitations.models import Campagne, DemandeHabilitation, Examen
from viatraj.demo import anciens, autrement, campagnes, data, patients, people, personnel

# In the order of the run: which action dies, at which call.
CUTS = (
    ("authcps.actions.enrol", 3),
    ("accounts.actions.accept_charte", 4),
    ("accounts.actions.note_sign_in", 5),
    ("accounts.actions.note_wrong_password", 3),
    ("habilitations.actions.ask", 1),
    ("dossiers.actions.create", 2),
    ("delegations.actions.accept", 1),
    ("habilitations.actions.close_campagne", 1),
    ("habilitations.tasks.proceed_campagne", 2),
    ("habilitations.actions.decide", 2),
    ("annuaire.actions.enter_ror", 2),
    ("dossiers.actions.edit_volet", 5),
    ("dossiers.actions.name_traitant", 1),
    ("demandes.actions.record_paper", 1),
)
SEED = int(os.environ.get("SEED") or 10)
SAMPLE, WHOLE = 4, len(CUTS)


class Killed(Exception):
    pass


def dying(monkeypatch, name, at):
    """The call so numbered of an action never comes back."""
    module, _, attribute = name.rpartition(".")
    module = import_module(module)
    act, calls = getattr(module, attribute), []

    def called(*args, **kwargs):
        calls.append(name)
        if len(calls) == at:
            raise Killed(name)
        return act(*args, **kwargs)

    monkeypatch.setattr(module, attribute, called)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [SAMPLE, pytest.param(WHOLE, marks=pytest.mark.proofs)])
def test_cut_off_again_and_again_it_ends_whole(monkeypatch, tmp_path, settings, count):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(data, "DIRECTORY_PERSONS", 300)
    monkeypatch.setattr(patients, "MANY", 16)
    monkeypatch.setattr(anciens, "MANY", 8)
    now = timezone.localtime()
    for rank in sorted(random.Random(SEED).sample(range(WHOLE), count)):
        name, at = CUTS[rank]
        with monkeypatch.context() as patch:
            dying(patch, name, at)
            with pytest.raises(Killed, match=name):
                data.make(now=now)
    data.make(now=now)
    for person in people.PEOPLE:
        user = User.objects.get(login=person.login)
        assert user.check_password(people.PASSWORD)
        assert CodeDevice.objects.filter(user=user).exists()
        assert user.acceptations.exists()
    assert User.objects.get(login=personnel.LOCKED).locked_at
    otherwise = len(autrement.DE_LA_CPAM) + len(autrement.SUR_PAPIER)
    assert Dossier.objects.count() == len(data.PATIENTS) + patients.MANY + anciens.MANY + otherwise
    etats = Etablissement.objects.open().values_list("synchronisation", flat=True)
    assert {"active", "erreur", "a_rapprocher", "rapproche"} <= set(etats)
    assert not Dossier.objects.filter(volets=None).exists()
    assert sorted(DemandeHabilitation.objects.values_list("user__login", flat=True)) == [
        "carnaud",
        "lbernard",
    ]
    assert Delegation.objects.filter(kind=Delegation.Kind.ASSISTANT).count() == 2
    assert Delegation.objects.filter(kind=Delegation.Kind.CONFRERE).count() == 1
    assert sorted(Campagne.objects.values_list("nom", flat=True)) == sorted(
        (campagnes.CLOSED, campagnes.UNDER_WAY)
    )
    closed = Examen.objects.filter(campagne__nom=campagnes.CLOSED)
    assert set(closed.values_list("state", flat=True)) <= {Examen.State.DECIDED, Examen.State.TODO}
    assert Examen.objects.filter(campagne__nom=campagnes.UNDER_WAY, state=Examen.State.DECIDED).exists()
