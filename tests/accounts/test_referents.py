"""Somebody else's account: opened, corrected, given another address, by a référent (COM-3, COM-4)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import actions, mots_de_passe, policies
from accounts.identifiants import login_base
from accounts.models import User
from courrier import secrets
from courrier.models import Message
from habilitations.models import Habilitation
from tests.concurrency import at_once
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied, can
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def etablissement():
    return EtablissementFactory()


@pytest.fixture
def by(etablissement):
    return as_professionnel(referent_of(etablissement))


def open_account(by, **fields):
    known = {
        "nom": "D’Almeida",
        "prenom": "Anaïs",
        "email": "anais.dalmeida@ch.example",
        "profession_label": "Infirmière",
        "telephone": "",
        "cle": uuid4(),
    }
    return actions.register(**(known | fields), now=timezone.now(), by=by)


def link_in(letter: str, to: str) -> str:
    message = Message.objects.filter(to=to, key__startswith=letter).latest("pk")
    return re.search(r"https?://[^/]+(/\S+)", secrets.unseal(bytes(message.secret_body))[0])[1]


@pytest.mark.parametrize(
    ("prenom", "nom", "login"),
    [
        ("Anaïs", "D’Almeida", "adalmeida"),
        ("Élodie", "Le Goff", "elegoff"),
        ("Œdipe", "N'Diaye-Faure", "ondiayefaure"),
        ("Нина", "Moreau", "moreau"),
        ("Li", "北京", "uli"),
        ("X", "de la Très-Longue-Maison-des-Champs", "xdelatreslonguemaisondeschamp"),
    ],
)
def test_a_login_is_pnom(prenom, nom, login):
    assert login_base(prenom, nom)[:29] == login


def test_namesakes_are_counted(by):
    """COM-3: `pnom`, then a counter."""
    logins = [open_account(by, email=f"a{n}@ch.example").login for n in range(3)]
    assert logins == ["adalmeida", "adalmeida2", "adalmeida3"]
    UserFactory(login="adalmeidax")
    assert open_account(by, email="a4@ch.example").login == "adalmeida4"


def test_a_double_click_is_one_account(by):
    cle = uuid4()
    assert open_account(by, cle=cle) == open_account(by, cle=cle)
    assert Message.objects.filter(to="anais.dalmeida@ch.example").count() == 1


def test_an_address_is_personal(by):
    """COM-4, whatever the case; that of a disabled account may serve again."""
    UserFactory(email="anais.dalmeida@ch.example", disabled_at=timezone.now())
    open_account(by)
    with pytest.raises(ValidationError) as refused:
        open_account(by, email="Anais.DAlmeida@ch.example")
    assert refused.value.error_dict["__all__"][0].code == "email"
    assert User.objects.filter(nom="D’Almeida").count() == 1


def test_who_may_open_accounts(etablissement):
    referent = as_professionnel(referent_of(etablissement))
    prescripteur = as_professionnel(HabilitationFactory(lieu=etablissement).user)
    over = as_professionnel(
        HabilitationFactory(lieu=etablissement, profil="referent_structure", over=True).user
    )
    exploitation = Actor.system("exploitation")  # `create_referent`
    assert can(policies.register, referent)
    assert can(policies.register, exploitation)
    for other in (prescripteur, over, Actor.anonymous("127.0.0.1")):
        assert not can(policies.register, other)


def test_the_holder_chooses_his_password_by_a_link_of_7_days(by, client, time_machine):
    """COM-3: single use; the address is proved by it; a référent never sets a password."""
    user = open_account(by)
    assert not user.has_usable_password()
    path = link_in("welcome", user.email)
    chosen = {"mot_de_passe": "une phrase bien longue", "mot_de_passe_bis": "une phrase bien longue"}
    start = timezone.now()
    time_machine.move_to(start + timedelta(days=7, minutes=1), tick=False)
    assert client.get(path).status_code == 404
    time_machine.move_to(start + timedelta(days=6, hours=23), tick=False)
    assert client.get(path).status_code == 200
    assert client.post(path, chosen).status_code == 302
    user.refresh_from_db()
    assert user.check_password(chosen["mot_de_passe"])
    assert user.email_verified_at
    assert client.get(path).status_code == 404


def test_the_first_link_is_no_ordinary_one(by):
    user = open_account(by)
    token = mots_de_passe.FIRST_LINKS.make_token(user)
    assert not mots_de_passe.LINKS.check_token(user, token)
    assert not mots_de_passe.is_good_link(user, f"{token}x")
    assert not mots_de_passe.is_good_link(user, "²-x")


def places(user):
    return [one.place for one in Habilitation.objects.of(user)]


def test_the_link_again_until_a_password_is_chosen(by, etablissement):
    user = open_account(by)
    other = as_professionnel(referent_of(etablissement))
    with pytest.raises(Denied):
        actions.welcome_again(user, now=timezone.now(), by=other)
    HabilitationFactory(user=user, lieu=etablissement)
    later = timezone.now() + timedelta(hours=1)
    actions.welcome_again(user, now=later, by=by)
    assert Message.objects.filter(key__startswith="welcome").count() == 2
    holder = HabilitationFactory(lieu=etablissement).user
    with pytest.raises(ValidationError):
        actions.welcome_again(holder, now=later, by=by)


def test_truth_table_of_correcting(by, etablissement):
    """COM-8: of the place. The address: tests/accounts/test_adresses_autrui.py."""
    here, elsewhere = HabilitationFactory(lieu=etablissement).user, HabilitationFactory().user
    medecin = MedecinFactory()
    disabled = UserFactory(disabled_at=timezone.now())
    for user in (medecin, disabled):
        HabilitationFactory(user=user, lieu=etablissement)
    table = {here: "yy", medecin: "yn", disabled: "nn", elsewhere: "nn", by.user: "nn"}  # correct, rename
    found = {
        user: "".join(
            "y" if can(policy, by, user, places(user)) else "n"
            for policy in (policies.correct, policies.rename)
        )
        for user in table
    }
    assert found == table


def correct(user, by, **fields):
    known = {
        name: getattr(user, name) for name in ("nom", "prenom", "profession_label", "telephone", "version")
    }
    return actions.correct(user, **(known | fields), now=timezone.now(), by=by)


def test_corrected_and_stale(by, etablissement):
    user = HabilitationFactory(lieu=etablissement).user
    correct(user, by, nom="Nouveau")
    assert User.objects.get(pk=user.pk).nom == "Nouveau"
    assert Habilitation.objects.get(user=user).nom_tri.startswith("NOUVEAU")
    with pytest.raises(Stale):
        correct(user, by, nom="Ancien")


@pytest.mark.django_db(transaction=True)
def test_two_referents_open_the_same_name_at_once(etablissement):
    """Eight at the same time: eight logins."""
    actors = [as_professionnel(referent_of(etablissement)) for _ in range(8)]
    opened = at_once(*[lambda n=n: open_account(actors[n], email=f"a{n}@ch.example").login for n in range(8)])
    assert len(set(opened)) == 8
