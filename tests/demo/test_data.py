"""The demonstration's structures and their people: each role has its rights; made again, nothing changes."""

import pytest
from django.utils import timezone

import habilitations.rights
from accounts.models import User
from annuaire.models import Etablissement
from courrier.models import Message
from habilitations.models import Habilitation
from journal.models import Entry
from viatraj.core.droits import Droit
from viatraj.demo import data, people, personnel, structures

pytestmark = pytest.mark.django_db


def counts() -> list[int]:
    return [model.objects.count() for model in (User, Etablissement, Habilitation, Entry, Message)]


def test_everybody_has_what_his_role_says_and_once():
    now = timezone.localtime()
    users = {person.login: data._account(person, now) for person in people.PEOPLE}
    for _ in range(2):
        personnel.make(users, structures.make(by=data.BY), now=now, by=data.BY)
        after = counts()
    personnel.make(users, structures.make(by=data.BY), now=now, by=data.BY)
    assert counts() == after
    rights = {
        person.login: habilitations.rights.of_user(users[person.login], on=now.date())
        for person in people.PROFESSIONALS
    }
    assert all(rights.values())
    referents = {login for login, held in rights.items() if held.scopes(Droit.HABILITATION)}
    assert referents == {
        person.login
        for person in people.PROFESSIONALS
        if person.role.startswith("referent") or person.role == "national"
    }
    assert User.objects.get(login=personnel.LOCKED).locked_at
    novice = next(person for person in people.PEOPLE if person.role == "novice")
    assert users[novice.login].is_medecin
    assert users[novice.login].first_strong_at is None  # CON-3 can be tried
    assert Habilitation.objects.values("etablissement").distinct().count() > 5

    assert of_dossiers("haute-lauze") - of_dossiers("pays-orbe") == {"regulateur_ga"}
    assert of_dossiers("pays-orbe") < of_dossiers("haute-lauze")


def of_dossiers(coordination) -> set[str]:
    """Who asks, cares, receives, regulates; a platform is one for the region."""
    held = Habilitation.objects.filter(coordination=structures.make(by=data.BY)[coordination])
    profils = set(held.values_list("profil", flat=True))
    elsewhere = ("pco_", "mdph_", "esms_", "conseiller_prado")  # one MDPH, one CPAM, too
    return {one for one in profils if not one.startswith(elsewhere)} - {"medecin_coordonnateur"}
