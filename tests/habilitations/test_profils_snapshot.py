"""A change of a profile shows in a review, here, and in the journal at deployment (HAB-2, HAB-3).

To accept one: `SNAPSHOT.write_text(snapshot())` in a Django shell, and read the difference that git shows.
"""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from habilitations import actions, profils
from habilitations.models import VersionProfil
from journal.models import Entry
from tests.factories import UserFactory, as_professionnel
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine
from viatraj.core.policies import Denied

SNAPSHOT = Path(__file__).with_name("profils.json")
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
DEPLOYMENT = Actor.system("deploiement")


def snapshot() -> str:
    described = {code: profils.described(profil) for code, profil in sorted(profils.PROFILS.items())}
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def test_no_profile_changes_unseen():
    assert SNAPSHOT.read_text() == snapshot()


@pytest.mark.django_db
class TestDeployment:
    def test_the_first_one_notes_all_the_second_nothing(self):
        assert len(actions.note_profils(now=NOW, by=DEPLOYMENT)) == len(profils.PROFILS)
        assert actions.note_profils(now=NOW, by=DEPLOYMENT) == []
        assert Entry.objects.filter(event="profil.changed").count() == len(profils.PROFILS)

    def test_a_change_is_journalled_with_both_versions(self, monkeypatch):
        actions.note_profils(now=NOW, by=DEPLOYMENT)
        before = profils.described(profils.REGULATEUR)
        changed = profils.Profil(
            "regulateur",
            "Régulateur",
            Domaine.SANITAIRE,
            profils.REGULATEUR.niveaux,
            "",
            profils.REGULATEUR_GA.groupes,
        )
        monkeypatch.setitem(profils.PROFILS, "regulateur", changed)
        (version,) = actions.note_profils(now=NOW, by=DEPLOYMENT)
        entry = Entry.objects.about(version).get()
        assert (version.version, entry.data["before"], entry.data["after"]) == (
            2,
            before,
            profils.described(changed),
        )
        assert entry.sentence.endswith(" a mis en service la version 2 du profil Régulateur")

    def test_a_withdrawn_one_too_and_its_return(self, monkeypatch):
        actions.note_profils(now=NOW, by=DEPLOYMENT)
        gone = profils.PROFILS["regulateur"]
        monkeypatch.delitem(profils.PROFILS, "regulateur")
        (version,) = actions.note_profils(now=NOW, by=DEPLOYMENT)
        assert (version.code, version.version, version.definition) == ("regulateur", 2, {})
        assert actions.note_profils(now=NOW, by=DEPLOYMENT) == []
        monkeypatch.setitem(profils.PROFILS, "regulateur", gone)
        assert [one.version for one in actions.note_profils(now=NOW, by=DEPLOYMENT)] == [3]

    def test_the_command_says_what_it_notes(self):
        said = StringIO()
        call_command("note_profils", stdout=said)
        assert said.getvalue().count("version 1") == len(profils.PROFILS)
        assert VersionProfil.objects.count() == len(profils.PROFILS)

    def test_nobody_does_it_by_a_page(self):
        with pytest.raises(Denied):
            actions.note_profils(now=NOW, by=as_professionnel(UserFactory()))
