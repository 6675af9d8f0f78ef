"""An account of the national support, by an operator's command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import actions
from accounts.models import User
from courrier.models import Message
from journal.models import Entry
from tests.factories import UserFactory
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
PERSON = ("--nom", "Maurel", "--prenom", "Chloé", "--email", "chloe.maurel@support.example")


def create(*words) -> str:
    said = StringIO()
    call_command("create_support", *words, stdout=said)
    return said.getvalue()


def test_a_new_account_is_opened_and_invited_once():
    for _ in range(2):
        assert create(*PERSON) == "cmaurel\u00a0: support national.\n"
    user = User.objects.get(email="chloe.maurel@support.example")
    assert (user.is_staff, user.is_superuser if hasattr(user, "is_superuser") else False) == (True, False)
    assert Message.objects.filter(to=user.email).count() == 1
    assert Entry.objects.filter(event="compte.entrusted", system="exploitation").count() == 1


def test_an_account_that_exists():
    user = UserFactory(login="cmaurel")
    for _ in range(2):
        create("--identifiant", "CMAUREL")
    user.refresh_from_db()
    assert user.is_staff
    assert Entry.objects.filter(event="compte.entrusted").count() == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Donnez --identifiant"),
        (("--nom", "Maurel", "--email", "chloe.maurel@support.example"), "il manque prenom"),
        (("--identifiant", "personne"), "Aucun compte n’a l’identifiant"),
        ((*PERSON[:4], "--email", "pris@cabinet.example"), "adresse"),
        (("--identifiant", "parti"), "désactivé"),
        ((*PERSON[:4], "--email", "pas une adresse"), "adresse"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(words, sentence):
    UserFactory(email="pris@cabinet.example")
    UserFactory(login="parti", disabled_at=timezone.now())
    with pytest.raises(CommandError, match=sentence) as error:
        create(*words)
    assert "\n" not in str(error.value)
    assert not User.objects.filter(is_staff=True).exists()
    assert not Entry.objects.exists()


def test_only_the_exploitation_does_it():
    user = UserFactory()
    with pytest.raises(Denied):
        actions.open_support(user=user, person={}, now=timezone.now(), by=Actor(user=user))
