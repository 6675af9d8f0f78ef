"""Somebody else's address, changed by a référent: who may, and how it goes (COM-10, docs/adr/0020)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

import authcps.actions
from accounts import actions, attaches, mots_de_passe, policies
from accounts.models import ChangementAdresse, Identite, User
from authcps.models import CodeDevice
from courrier import secrets
from courrier.models import Message
from journal.models import Entry
from tests.factories import (
    PASSWORD,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
NEW = "neuve@ch.example"


@pytest.fixture
def etablissement():
    return EtablissementFactory()


@pytest.fixture
def by(etablissement):
    return as_professionnel(referent_of(etablissement))


def signed_in(**known) -> User:
    return UserFactory(last_sign_in_at=timezone.now() - timedelta(days=2), **known)


def held(user, lieu, *, days=40, given=None, **known):
    """A habilitation begun `days` ago, and given then unless `given` says otherwise."""
    now = timezone.now()
    return HabilitationFactory(
        user=user,
        lieu=lieu,
        debut=timezone.localdate(now) - timedelta(days=days),
        granted_at=now - timedelta(days=days if given is None else given),
        **known,
    )


def letter(key: str, to: str) -> str:
    message = Message.objects.filter(to=to, key__startswith=key).latest("pk")
    return secrets.unseal(bytes(message.secret_body))[0] if message.secret else message.text


def link_in(key: str, to: str) -> str:
    return re.search(r"https?://[^/]+(/\S+)", letter(key, to))[1]


def voie(by, user) -> str:
    """How it goes, or «-»."""
    try:
        held = attaches.of(user, now=timezone.now())
        return policies.change_email(by, user, held.places, held.settled).value
    except Denied:
        return "-"


def change(user, by, email=NEW, motif=""):
    user.refresh_from_db()
    return actions.change_email(
        user,
        email=email,
        motif=motif,
        version=user.version,
        now=timezone.now(),
        by=by,
    )


def test_truth_table_of_changing_an_address(etablissement):
    """Who asks × how long the account has been in his perimeter; the near misses beside."""
    unite = UniteFactory(etablissement=etablissement)
    asking = {
        "structure": as_professionnel(referent_of(etablissement)),
        "unite": as_professionnel(referent_of(unite)),
        "coordination": as_professionnel(referent_of(etablissement.coordination)),
        "elsewhere": as_professionnel(referent_of(EtablissementFactory())),
        "prescripteur": as_professionnel(HabilitationFactory(lieu=etablissement).user),
    }
    near = EtablissementFactory(coordination=etablissement.coordination)
    people = {name: signed_in() for name in EXPECTED}
    for name in ("no address, 29 days", "no address, 30 days"):
        people[name].email = ""
    people["never signed in, today"].last_sign_in_at = None
    people["never signed in, also next door"].last_sign_in_at = None
    people["support"].is_staff = True
    people["disabled"].disabled_at = timezone.now()
    people["once by card"].first_strong_at = timezone.now()
    people["card paired"].identites.create(idnat="3990000001/CPE0000001", kind="structure", nom="N")
    people["medecin"] = MedecinFactory(last_sign_in_at=timezone.now())
    for user in people.values():
        user.save()
    for name, user in people.items():
        lieu = unite if name.startswith("unit") else etablissement
        held(
            user,
            lieu,
            days=0 if name == "never signed in, today" else 29 if "29 days" in name else 30,
            given=1 if "given yesterday" in name else None,
            **({"fin": timezone.localdate()} if "last day" in name else {}),
            **({"revoked_at": timezone.now()} if "taken away" in name else {}),
        )
        if "next door" in name:
            held(user, near)
        if "far away" in name:
            held(user, EtablissementFactory())
        if "taken away" in name:
            held(user, etablissement, days=3, profil="equipe_soignante")
    found = {name: " ".join(voie(by, user) for by in asking.values()) for name, user in people.items()}
    assert found == EXPECTED


# référent structure, référent unité, coordination, référent of another structure, prescripteur
EXPECTED = {
    "30 days": "habituelle - habituelle - -",
    "30 days, last day": "habituelle - habituelle - -",
    "29 days": "accord - coordination - -",
    "30 days, given yesterday": "accord - coordination - -",
    "30 days, taken away": "accord - coordination - -",
    "unit, 30 days": "habituelle habituelle habituelle - -",
    "unit, 29 days": "accord accord coordination - -",
    "no address, 29 days": "- - coordination - -",
    "no address, 30 days": "- - coordination - -",
    "30 days, also next door": "- - habituelle - -",
    "30 days, also far away": "- - - - -",
    "never signed in, today": "libre - libre - -",
    "never signed in, also next door": "- - libre - -",
    "support": "- - - - -",
    "disabled": "- - - - -",
    "once by card": "- - - - -",
    "card paired": "- - - - -",
    "medecin": "- - - - -",
}


def test_a_referent_cannot_seize_an_account_by_giving_it_a_habilitation(by, etablissement):
    """COM-10: the account held nothing; its holder is asked, and nothing leaves for the new address."""
    user = signed_in()
    HabilitationFactory(user=user, lieu=etablissement)
    asked = change(user, by)
    assert asked.awaits_agreement
    assert not Message.objects.filter(to=NEW).exists()
    with pytest.raises(Denied):
        actions.confirm_change(asked, now=timezone.now(), by=by)
    asked.confirmed_at = timezone.now()
    with pytest.raises(ValidationError, match="attend l’accord"):
        asked.full_clean()


class TestAgreement:
    @pytest.fixture
    def asked(self, by, etablissement):
        user = signed_in()
        held(user, etablissement, days=3)
        return change(user, by)

    def test_the_holder_agrees_then_the_link_leaves(self, asked, client):
        path = link_in("change-cancellable", asked.user.email)
        assert "Acceptez-vous" in client.get(path).text
        assert not Message.objects.filter(to=NEW).exists(), "looking accepts nothing"
        for _ in range(2):
            assert "Votre accord est enregistré" in client.post(path, {"accepter": "oui"}).text
        assert Message.objects.filter(to=NEW).count() == 1
        assert Entry.objects.get(event="adresse.agreed").user == asked.user
        assert client.post(link_in("change-link", NEW)).status_code == 200
        assert User.objects.get(pk=asked.user.pk).email == NEW

    def test_the_holder_refuses(self, asked, client):
        path = link_in("change-cancellable", asked.user.email)
        assert "annulé" in client.post(path).text
        with pytest.raises(Denied):
            actions.agree(asked, now=timezone.now(), by=as_professionnel(asked.user))
        assert not Message.objects.filter(to=NEW).exists()

    def test_not_after_48_hours(self, asked, client, time_machine):
        path = link_in("change-cancellable", asked.user.email)
        time_machine.move_to(timezone.now() + timedelta(hours=48, minutes=1))
        assert client.post(path, {"accepter": "oui"}).status_code == 404

    def test_what_he_agreed_to_he_may_still_cancel(self, asked, client):
        path = link_in("change-cancellable", asked.user.email)
        client.post(path, {"accepter": "oui"})
        client.post(link_in("change-link", NEW))
        assert "remis dans l’état" in client.post(path).text
        assert User.objects.get(pk=asked.user.pk).email == asked.user.email

    def test_the_sheet_says_what_it_waits_for(self, asked, by, client):
        sign_in(client, by.user)
        assert "accord de cette personne" in client.get(f"/administration/comptes/{asked.user_id}/").text


class TestCoordination:
    def test_says_why_and_the_holder_reads_it(self, etablissement, client):
        user, by = signed_in(), as_professionnel(referent_of(etablissement.coordination))
        held(user, etablissement, days=3)
        with pytest.raises(ValidationError) as refused:
            change(user, by)
        assert "motif" in refused.value.error_dict
        sign_in(client, by.user)
        path = f"/administration/comptes/{user.pk}/adresse-e-mail/"
        sent = {"email": NEW, "version": 1}
        refused = client.post(path, sent | {"motif": " "})
        assert refused.status_code == 422
        assert "Indiquez pourquoi" in refused.text
        assert NEW in refused.text
        assert client.post(path, sent | {"motif": "Messagerie fermée par l’hôpital."}).status_code == 302
        assert "Messagerie fermée par l’hôpital." in letter("change-cancellable", user.email)
        assert "Messagerie fermée" in client.get(link_in("change-cancellable", user.email)).text
        line = Entry.objects.get(event="adresse.corrected")
        assert (line.data["voie"], line.data["motif"]) == ("coordination", "Messagerie fermée par l’hôpital.")


class TestNeverUsed:
    """A mistyped address does not cost a month."""

    @pytest.fixture
    def user(self, by, etablissement):
        user = UserFactory(email="mistype@ailleurs.example", email_verified_at=None, password=None)
        user.set_unusable_password()
        user.password_changed_at = None
        user.save()
        HabilitationFactory(user=user, lieu=etablissement)
        return user

    def test_at_once_with_a_new_first_link(self, user, by, client):
        actions.welcome_again(user, now=timezone.now(), by=by)
        former = link_in("welcome", user.email)
        assert client.get(former).status_code == 200
        assert change(user, by) is None
        user.refresh_from_db()
        assert (user.email, user.email_verified_at) == (NEW, None)
        assert client.get(former).status_code == 404, "the stranger's link is dead"
        assert client.get(link_in("welcome", NEW)).status_code == 200
        assert not ChangementAdresse.objects.exists()

    def test_codes_and_password_of_the_stranger_end_with_the_correction(self, user, by, client):
        """He followed the first link, has a password and asked for a code."""
        token = mots_de_passe.FIRST_LINKS.make_token(user)
        known = {"token": token, "mot_de_passe": "une phrase bien longue", "now": timezone.now()}
        actions.reset_password(user, **known, by=by)
        typed = {"identifiant": user.login, "mot_de_passe": "une phrase bien longue"}
        client.post("/connexion/professionnel/", typed)
        assert "J’ai reçu mon code" in client.get("/connexion/code/").text
        change(user, by)
        user.refresh_from_db()
        assert not user.has_usable_password()
        assert client.get("/connexion/code/").status_code == 302
        assert not CodeDevice.objects.filter(user=user, confirmed=True).exists()

    def test_no_longer_once_somebody_has_signed_in(self, user, by):
        User.objects.filter(pk=user.pk).update(last_sign_in_at=timezone.now())
        assert change(user, by).awaits_agreement

    def test_the_address_of_somebody_else_is_refused(self, user, by):
        other = UserFactory()
        with pytest.raises(ValidationError, match="autre compte"):
            change(user, by, email=other.email.upper())


@pytest.fixture
def changed(by, etablissement):
    """A change asked for by a référent of long; the codes go to the former address."""
    user = signed_in()
    held(user, etablissement)
    authcps.actions.enrol(user, channel="mail", target=user.email, by=by)
    return change(user, by)


def state(user):
    return User.objects.get(pk=user.pk).email, CodeDevice.objects.get(user=user).target


def test_nothing_changes_before_the_new_address_is_proved(changed, client):
    """Decisions: the second factor stays on the old one until then."""
    user = changed.user
    assert state(user) == (user.email, user.email)
    assert client.post(link_in("change-link", NEW)).status_code == 200
    assert state(user) == (NEW, NEW)


def test_the_former_address_cancels_before(changed, client):
    """What had not served undoes nothing else, and the page says so; the second click says the same."""
    user, confirm = changed.user, link_in("change-link", NEW)
    path = link_in("change-cancellable", user.email)
    assert "pas encore confirmée" in client.get(path).text
    for _ in range(2):
        assert "elle n’a pas servi" in client.post(path).text
    assert client.post(confirm).status_code == 404
    assert state(user) == (user.email, user.email)
    assert User.objects.get(pk=user.pk).has_usable_password()
    assert Entry.objects.filter(event="adresse.cancelled").count() == 1
    assert not Message.objects.filter(key__startswith="change-cancelled").exists()


def test_the_hours_run_from_the_confirmation(changed, client, time_machine):
    """Confirmed at the last minute, it may still be cancelled for 48 hours, by either letter."""
    start = timezone.now()
    asked = link_in("change-cancellable", changed.user.email)
    time_machine.move_to(start + timedelta(hours=47, minutes=59), tick=False)
    client.post(link_in("change-link", NEW))
    assert link_in("change-done", changed.user.email) == asked
    assert "/annuler/" not in letter("change-done", NEW), "the new address does not undo it"
    time_machine.move_to(start + timedelta(hours=95, minutes=58), tick=False)
    assert client.get(asked).status_code == 200
    time_machine.move_to(start + timedelta(hours=96), tick=False)
    assert client.post(asked).status_code == 404
    assert state(changed.user)[0] == NEW


@pytest.mark.parametrize("token", ["1", "1:x", "x", "²:x", f"{2**70}:x"])
def test_a_link_that_is_none(client, token):
    assert client.post(f"/mon-compte/annuler/{token}/").status_code == 404


def test_of_another_change_no_link_can_be_made(changed, client):
    good = link_in("change-cancellable", changed.user.email)
    other = re.sub(r"/\d+:", "/999999:", good)
    assert other != good
    assert client.post(other).status_code == 404


def test_an_address_taken_before_its_link_was_followed(changed, client):
    """Said to whoever reads that mailbox, and to nobody before (COM-4)."""
    UserFactory(email=NEW)
    answer = client.post(link_in("change-link", NEW))
    assert answer.status_code == 409
    assert "déjà celle d’un autre compte" in answer.text
    assert state(changed.user)[0] == changed.user.email


class TestKeptForItsFormerHolder:
    """While he may still cancel, nobody else gets the address: it can be given back to him."""

    def gets(self, email, by, etablissement):
        """The doors by which an account gets an address."""
        other, now = signed_in(), timezone.now()
        held(other, etablissement)
        change(other, by, email="autre@ch.example")
        ChangementAdresse.objects.filter(user=other).update(target=email)
        waiting = ChangementAdresse.objects.select_related("user").get(user=other)
        fresh = signed_in()
        held(fresh, etablissement)
        person = {"nom": "Nom", "prenom": "Prénom", "email": email}
        register = {**person, "profession_label": "", "telephone": "", "cle": uuid4()}
        yield lambda: actions.register(**register, now=now, by=by)
        yield lambda: actions.create(login=f"x{fresh.pk}", **person, now=now, by=Actor.system("test"))
        yield lambda: change(fresh, by, email=email)
        yield lambda: actions.confirm_change(waiting, now=now, by=by)

    @pytest.mark.parametrize("door", range(4), ids=["register", "create", "change", "confirm"])
    def test_for_48_hours(self, changed, by, etablissement, client, door, time_machine):
        former = changed.user.email
        client.post(link_in("change-link", NEW))
        with pytest.raises(ValidationError, match="peut la reprendre"):
            [*self.gets(former.upper(), by, etablissement)][door]()
        assert client.post(link_in("change-cancellable", former)).status_code == 200
        assert User.objects.get(pk=changed.user.pk).email == former

    def test_others_may_have_it_once_he_can_no_longer_cancel(
        self, changed, by, etablissement, client, time_machine
    ):
        client.post(link_in("change-link", NEW))
        time_machine.move_to(timezone.now() + timedelta(hours=48, minutes=1))
        assert next(self.gets(changed.user.email, by, etablissement))().email == changed.user.email

    def test_its_former_holder_may_take_it_again(self, changed, by, client):
        client.post(link_in("change-link", NEW))
        user = User.objects.get(pk=changed.user.pk)
        known = {"kind": "mail", "ancien": PASSWORD, "now": timezone.now(), "by": as_professionnel(user)}
        asked = actions.ask_change(user, target=changed.user.email, **known)
        actions.confirm_change(asked, now=timezone.now(), by=by)
        assert User.objects.get(pk=user.pk).email == changed.user.email


def test_a_former_address_that_was_taken_meanwhile(changed, client):
    """By an account enabled again: the owner's is closed to all, and is told so."""
    client.post(link_in("change-link", NEW))
    thief = sign_in(Client(), changed.user)
    UserFactory(email=changed.user.email)
    page = client.post(link_in("change-cancellable", changed.user.email))
    assert page.status_code == 200
    assert "celle d’un autre compte" in page.text
    assert thief.get("/mon-compte/").status_code == 302
    user = User.objects.get(pk=changed.user.pk)
    assert (user.email, user.has_usable_password()) == ("", False)
    assert not CodeDevice.objects.filter(user=user, confirmed=True).exists()
    assert voie(as_professionnel(User.objects.get(pk=changed.asked_by_id)), user) == "-", "not again"
    assert "rouvrir" in letter("change-cancelled", changed.user.email)


def test_a_disabled_account_is_put_back_too(changed, client):
    client.post(link_in("change-link", NEW))
    User.objects.filter(pk=changed.user.pk).update(disabled_at=timezone.now())
    assert client.post(link_in("change-cancellable", changed.user.email)).status_code == 200
    assert User.objects.get(pk=changed.user.pk).email == changed.user.email


def test_who_may_not_is_told_why_on_the_sheet(by, etablissement, client):
    user = signed_in()
    held(user, etablissement)
    Identite.objects.create(user=user, idnat="3990000001/CPE0000001", kind="structure", nom="N")
    sign_in(client, by.user)
    text = client.get(f"/administration/comptes/{user.pk}/").text
    assert "elle seule modifie son adresse" in text
    assert f"/administration/comptes/{user.pk}/adresse-e-mail/" not in text
