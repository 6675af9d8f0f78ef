"""An undone change, tried as an attacker: whatever the new holder added, in whatever order (COM-10)."""

import random
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import timedelta
from itertools import count

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.utils import timezone

import accounts.actions
import authcps.actions
from accounts import mots_de_passe
from accounts.actions import acces, adresses
from accounts.models import ChangementAdresse, Identite, Session, User
from authcps.doors import WAYS_IN
from authcps.identity import Verified
from authcps.models import Attempt, Code, CodeDevice, CodeSecours, TotpDevice, TrustedBrowser
from tests.accounts.test_adresses_autrui import change, held, link_in, signed_in
from tests.authcps.test_actions import last_code
from tests.authcps.test_secours import KEY, code_at
from tests.concurrency import at_once
from tests.factories import PASSWORD, EtablissementFactory, as_professionnel, referent_of, sign_in
from tests.house.source import public_actions
from viatraj.core.actor import Actor, Means
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
OUTSIDE = Actor.anonymous("192.0.2.66")
NURSE = Verified(
    Means.CPE, "3310099999/CPE0000042", "Rôdeur", "Alix", profession="60", profession_label="IDE"
)
MEDECIN = Verified(Means.CPS, "899100077777", "Rôdeur", "Alix", profession="10", categorie="C")
PHRASES = (f"une phrase bien longue {n}" for n in count(1))
NUMBERS = count(1)


ACTS = []


def act(method):
    """What the product lets the new holder do."""
    ACTS.append(method.__name__)
    return method


class Thief:
    """The new address is his; he knows the password, and plays one act after the other."""

    def __init__(self, referent):
        self.referent, self.password, self.links = referent, PASSWORD, []
        self.user = signed_in(mobile="+33639980001", mobile_verified_at=timezone.now())
        authcps.actions.enrol(self.user, channel="sms", target=self.user.mobile, by=OUTSIDE)
        authcps.actions.enrol(self.user, channel="mail", target=self.user.email, by=OUTSIDE)
        held(self.user, referent.lieu)
        self.before = seen(self.user)
        self.owner_s = change(self.user, referent.by, email=self.address())
        self.confirm(self.owner_s, self.owner_s.target)

    def address(self) -> str:
        return f"voleur{next(NUMBERS)}@ailleurs.example"

    @property
    def fresh(self) -> User:
        return User.objects.get(pk=self.user.pk)

    @property
    def by(self) -> Actor:
        return Actor(user=self.fresh, means=Means.MAIL)

    def proof(self) -> dict:
        return {"ancien": self.password, "now": timezone.now(), "by": self.by}

    def confirm(self, asked, target, key="change-link"):
        digest = ChangementAdresse.digest_of(link_in(key, target).split("/")[-2])
        row = ChangementAdresse.objects.select_related("user").get(digest=digest)
        authcps.actions.confirm_reception(row, now=timezone.now(), by=OUTSIDE)

    def ask(self, kind, target):
        return accounts.actions.ask_change(self.fresh, kind=kind, target=target, **self.proof())

    @act
    def another_address(self):
        target = self.address()
        self.confirm(self.ask("mail", target), target)

    @act
    def another_mobile(self):
        target = f"+3363998{next(NUMBERS):04d}"
        self.confirm(self.ask("mobile", target), target)

    @act
    def codes_by_sms(self):
        authcps.actions.choose_reception(self.fresh, reception="sms", by=self.by)

    @act
    def a_pending_change(self):
        target = self.address()
        self.ask("mail", target)
        self.links.append(target)

    @act
    def a_second_change_by_a_referent(self):
        """Its link to cancel comes to the thief. Refused once a card is paired."""
        former, target = self.fresh.email, self.address()
        with suppress(Denied):
            asked = change(self.user, self.referent.by, email=target)
            self.confirm(asked, target)
            self.links.append(("cancel", former))

    @act
    def a_first_link_asked_again(self):
        accounts.actions.ask_first_address(self.fresh, now=timezone.now(), by=Actor.system("test"))

    @act
    def pairs_a_card(self):
        self.pairs(replace(NURSE, idnat=f"3310099999/CPE{next(NUMBERS):07d}"))

    @act
    def pairs_a_medecin_s_card(self):
        self.pairs(replace(MEDECIN, idnat=f"8991{next(NUMBERS):08d}"))

    def pairs(self, verified):
        """A médecin's account refuses another class of card: the thief knows."""
        if self.fresh.is_medecin and not verified.is_medecin:
            return
        attempt = self.attempt(identity=asdict(verified), means=verified.means, other_name=True)
        authcps.actions.pair(attempt, now=timezone.now(), by=OUTSIDE)

    @act
    def comes_by_card(self):
        """Which may refresh names and profession."""
        self.user.identites.exclude(idnat__startswith="8").update(
            nom=self.fresh.nom, prenom=self.fresh.prenom
        )
        identite = self.user.identites.filter(ended_at=None).order_by("pk").first()
        if identite:
            number = identite.idnat
            verified = replace(MEDECIN if number[0] == "8" else NURSE, idnat=number, nom="Rôdeur-Neuf")
            attempt = Attempt.objects.create(door="medecin", ends=timezone.now() + timedelta(minutes=30))
            known = {"verified": verified, "now": timezone.now(), "by": OUTSIDE}
            authcps.actions.recognise(attempt, user=self.fresh, **known)
            read = replace(verified, serial="1", not_after="2030-01-01T00:00:00+00:00")
            authcps.actions.note_card(read, user=self.fresh, now=timezone.now(), by=self.by)

    @act
    def an_application(self):
        now = timezone.now()
        TotpDevice.objects.filter(user=self.user).update(last_step=-1)
        authcps.actions.add_totp(self.fresh, key=KEY, code=code_at(now), **self.proof())
        authcps.actions.choose_reception(self.fresh, reception="totp", by=self.by)

    @act
    def recovery_codes(self):
        authcps.actions.make_recovery(self.fresh, **self.proof())

    @act
    def a_trusted_browser(self):
        device = CodeDevice.objects.get(user=self.user, channel="mail", confirmed=True)
        authcps.actions.trust(device, token=f"t{next(NUMBERS)}", now=timezone.now(), by=OUTSIDE)

    @act
    def a_session(self):
        sign_in(Client(), self.fresh)

    def attempt(self, **known):
        ends = timezone.now() + timedelta(minutes=30)
        return Attempt.objects.create(door="professionnel", user=self.fresh, ends=ends, **known)

    @act
    def a_code_under_way(self):
        """The password is given, the code is in his mailbox."""
        Code.objects.filter(user=self.user).update(sent_at=timezone.now() - timedelta(hours=2))
        authcps.actions.send_code(self.attempt(), channel="mail", now=timezone.now(), by=OUTSIDE)

    @act
    def a_pairing_under_way(self):
        self.attempt(identity=asdict(NURSE), means=NURSE.means)

    @act
    def another_password(self):
        chosen = next(PHRASES)
        known = {"mot_de_passe": chosen, "keep": "", **self.proof()}
        accounts.actions.change_password(self.fresh, **known)
        self.password = chosen

    @act
    def a_password_by_link(self):
        chosen, token = next(PHRASES), mots_de_passe.LINKS.make_token(self.fresh)
        known = {"token": token, "mot_de_passe": chosen, "now": timezone.now(), "by": OUTSIDE}
        accounts.actions.reset_password(self.fresh, **known)
        self.password = chosen

    @act
    def a_link_kept_for_later(self):
        self.links.append(("password", mots_de_passe.LINKS.make_token(self.fresh)))

    @act
    def other_words(self):
        said = {"telephone": "+33199000099", "adresse": "ailleurs"}
        accounts.actions.update_contact(self.fresh, version=self.fresh.version, by=self.by, **said)


def seen(user) -> dict:
    """What an account is, as far as getting in goes."""
    row = User.objects.filter(pk=user.pk).values(*acces.COLUMNS).get()
    devices = CodeDevice.objects.filter(user=user, confirmed=True).values_list("channel", "target")
    return {
        **row,
        "identites": list(user.identites.filter(ended_at=None).values_list("idnat", flat=True)),
        "receptions": sorted(devices),
        "totp": TotpDevice.objects.filter(user=user).count(),
        "secours": CodeSecours.objects.filter(user=user).count(),
        "trusted": TrustedBrowser.objects.filter(user=user).count(),
        "sessions": Session.objects.filter(user=user).count(),
    }


def leftovers(thief) -> list[str]:
    """What is not as it was, or still lets the thief in."""
    user, now = thief.fresh, timezone.now()
    after = seen(user)
    found = [f"{name}: {after[name]!r}" for name, value in thief.before.items() if after[name] != value]
    found += ["password"] if user.has_usable_password() else []
    found += ["known password"] if check_password(thief.password, user.password) else []
    if Attempt.objects.filter(user=user, ends__gt=now).exists():
        found.append("attempt")
    if Code.objects.filter(user=user, used_at=None, ends__gt=now).exists():
        found.append("code")
    open_changes = user.changements.filter(cancelled_at=None)
    if open_changes.filter(confirmed_at=None, ends__gt=now).exists():
        found.append("pending change")
    if open_changes.filter(cancel_ends__gt=now).exists():
        found.append("a right to cancel")
    for one in thief.links:
        if one[0] == "password" and mots_de_passe.is_good_link(user, one[1]):
            found.append("link of a new password")
    return found


class Referent:
    def __init__(self):
        self.lieu = EtablissementFactory()
        self.by = as_professionnel(referent_of(self.lieu))


@pytest.fixture(autouse=True)
def no_limit(monkeypatch):
    """The five changes an hour are not what stops him here."""
    monkeypatch.setattr(adresses, "AN_HOUR", 1000)


@pytest.fixture
def referent():
    return Referent()


def orders():
    """A row and its reverse hold every pair in both orders; then seeded shuffles, and each act alone."""
    dice = random.Random(20261128)
    one = dice.sample(ACTS, len(ACTS))
    yield from (one, one[::-1])
    yield from (dice.sample(ACTS, len(ACTS)) for _ in range(4))
    yield from ([act] for act in ACTS)


def play(thief, acts):
    for act in acts:
        getattr(thief, act)()


def cancel(thief):
    row = ChangementAdresse.objects.select_related("user").get(pk=thief.owner_s.pk)
    return accounts.actions.cancel_change(row, now=timezone.now(), by=OUTSIDE)


@pytest.mark.parametrize(
    "acts", list(orders()), ids=lambda acts: acts[0] if len(acts) == 1 else f"{acts[0]}…"
)
def test_whatever_was_added_in_whatever_order_is_ended(referent, acts):
    thief = Thief(referent)
    play(thief, acts)
    cancelled = cancel(thief)
    assert leftovers(thief) == []
    assert cancelled.outcome["served"]
    assert "adresse e-mail" in cancelled.outcome["restored"]


@pytest.mark.parametrize("missing", range(len(acces.every())), ids=lambda n: acces.every()[n].said[0])
def test_each_line_of_the_list_is_needed(referent, monkeypatch, missing):
    """Without one of them the attacker keeps something: what the test above sees is there to be seen."""
    lists = list(acces.every())
    lists[missing] = replace(lists[missing], end=lambda *_: 0)
    monkeypatch.setattr(acces, "every", lambda: tuple(lists))
    thief = Thief(referent)
    play(thief, [*sorted(ACTS), "a_trusted_browser", "a_session"])
    cancel(thief)
    assert leftovers(thief)


def test_what_was_there_before_stays(referent):
    """Only what is newer than the request: the owner's own application, codes and trust remain."""
    user = signed_in()
    held(user, referent.lieu)
    by, now = Actor(user=user, means=Means.MAIL), timezone.now()
    proof = {"ancien": PASSWORD, "now": now, "by": by}
    authcps.actions.add_totp(user, key=KEY, code=code_at(now), **proof)
    authcps.actions.make_recovery(user, **proof)
    TotpDevice.objects.update(created_at=now - timedelta(hours=1))
    CodeSecours.objects.update(made_at=now - timedelta(hours=1))
    asked = change(user, referent.by)
    row = ChangementAdresse.objects.select_related("user").get(pk=asked.pk)
    authcps.actions.confirm_reception(row, now=timezone.now(), by=OUTSIDE)
    accounts.actions.cancel_change(row, now=timezone.now(), by=OUTSIDE)
    assert TotpDevice.objects.filter(user=user).exists()
    assert CodeSecours.objects.filter(user=user).count() == CodeSecours.COUNT


def test_by_the_link_of_a_change_that_another_one_replaced(referent):
    """Asked twice, confirmed the second time: the first letter's link undoes that too, and says so."""
    user = signed_in()
    held(user, referent.lieu)
    first = change(user, referent.by, email="une@ailleurs.example")
    second = change(user, referent.by, email="deux@ailleurs.example")
    row = ChangementAdresse.objects.select_related("user").get(pk=second.pk)
    authcps.actions.confirm_reception(row, now=timezone.now(), by=OUTSIDE)
    cancelled = accounts.actions.cancel_change(first, now=timezone.now(), by=OUTSIDE)
    assert cancelled.outcome["served"]
    assert User.objects.get(pk=user.pk).email == user.email


BEFORE = ["another_mobile", "a_second_change_by_a_referent", "another_address", "pairs_a_card"]


class TestByPages:
    """The whole way, by HTTP: two orders."""

    @pytest.mark.parametrize("acts", [BEFORE, BEFORE[::-1]], ids=["one way", "the other"])
    def test_only_the_owner_has_access_and_the_page_says_what_was_done(self, referent, client, acts):
        thief = Thief(referent)
        browser = sign_in(Client(), thief.fresh)
        waiting = Client()
        typed = {"identifiant": thief.user.login, "mot_de_passe": PASSWORD}
        play(thief, acts)
        assert waiting.post("/connexion/professionnel/", typed).url == "/connexion/code/"
        code = last_code()
        play(thief, ["a_link_kept_for_later", "recovery_codes"])
        path = link_in("change-cancellable", thief.before["email"])
        assert "redevient ce qu’il était" in client.get(path).text
        told = client.post(path).text
        assert "de nouveau envoyés à" in told
        assert "Une carte ou Pro Santé Connect" in told
        assert client.post(path).text.count("Une carte ou Pro Santé Connect") == 1, "the same, once more"
        assert leftovers(thief) == []
        assert browser.get("/mon-compte/").status_code == 302
        assert waiting.post("/connexion/code/", {"code": code}).status_code == 302
        assert not Session.objects.filter(user=thief.user).exists()
        for link in thief.links:
            if link[0] == "cancel":
                assert client.post(link_in("change-cancellable", link[1])).status_code == 404
        new = link_in("change-cancelled", thief.before["email"])
        chosen = {"mot_de_passe": "tout autre chose ici", "mot_de_passe_bis": "tout autre chose ici"}
        assert client.post(new, chosen).status_code == 302
        typed = {"identifiant": thief.user.login, "mot_de_passe": "tout autre chose ici"}
        client.post("/connexion/professionnel/", typed)
        assert client.post("/connexion/code/", {"code": last_code()}).url == "/professionnel/"


@pytest.mark.django_db(transaction=True)
def test_at_the_same_time_as_the_thief_s_own_acts():
    """Whichever comes first: nothing that he adds at that moment stays."""
    thief = Thief(Referent())
    proof, now = thief.proof(), timezone.now()
    attempt = thief.attempt(identity=asdict(NURSE), means=NURSE.means, other_name=True)
    user, code = thief.fresh, code_at(now)
    mine = ("mail", thief.address())
    at_once(
        lambda: cancel(thief),
        lambda: authcps.actions.pair(attempt, now=now, by=OUTSIDE),
        lambda: authcps.actions.add_totp(user, key=KEY, code=code, **proof),
        lambda: authcps.actions.make_recovery(user, **proof),
        lambda: accounts.actions.ask_change(user, kind=mine[0], target=mine[1], **proof),
    )
    assert leftovers(thief) == []


# The list itself: whatever is added to the product has to say on which side it stands.
NO_WAY_IN = {
    "AcceptationCharte": "what was read and accepted",
    "Connexion": "what happened, a row a day",
    "Essai": "looks at codes, counted by the caps",
}
SAID_ELSEWHERE = {
    "id": "never changes",
    "login": "never changes",
    "is_staff": "set by the exploitation alone",
    "password": "ended by the list",
    "password_changed_at": "the age of a password that is ended",
    "wrong_passwords_at": "emptied with the password",
    "last_sign_in_at": "what happened",
    "last_sign_in_means": "what happened",
    "locked_at": "closes a door, opens none",
    "disabled_at": "closes all doors; by référents",
    "created_at": "what happened",
    "created_by": "what happened",
    "creation_key": "of the form that made it",
    "version": "goes forward",
}
OPENED_BY = {
    Means.CPS: Identite,
    Means.CPE: Identite,
    Means.CPA: Identite,
    Means.PSC: Identite,
    Means.MAIL: CodeDevice,
    Means.SMS: CodeDevice,
    Means.TOTP: TotpDevice,
    Means.RECOVERY: CodeSecours,
    Means.TRUSTED: TrustedBrowser,
}
PLAYED = {  # by the acts of the thief
    "accounts:ask_change",
    "accounts:ask_first_address",
    "accounts:cancel_change",
    "accounts:change_email",
    "accounts:change_password",
    "accounts:confirm_change",
    "accounts:reset_password",
    "accounts:update_contact",
    "authcps:add_totp",
    "authcps:choose_reception",
    "authcps:confirm_reception",
    "authcps:enrol",
    "authcps:make_recovery",
    "authcps:note_card",
    "authcps:pair",
    "authcps:recognise",
    "authcps:send_code",
    "authcps:trust",
}
ADDS_NOTHING = {
    "accounts:accept_charte": "a text",
    "accounts:agree": "the holder's own, before the change",
    "accounts:as_it_is": "reads",
    "accounts:ask_new_password": "its link is played as kept for later",
    "accounts:choose_password": "by the exploitation",
    "accounts:correct": "by a référent: names, put back with the columns",
    "accounts:create": "another account",
    "accounts:open_support": "another account",
    "accounts:close": "closes",
    "accounts:disable": "closes",
    "accounts:enable": "by a référent",
    "accounts:end_other_sessions": "closes",
    "accounts:end_since": "the walk",
    "accounts:every": "the list",
    "accounts:known_by_link": "writes nothing",
    "accounts:lift_lock": "of the password, which is ended",
    "accounts:locked_as_proved": "writes nothing",
    "accounts:new_change": "a part of what is played",
    "accounts:note_consultation": "what support looked at",
    "accounts:note_sign_in": "what happened",
    "accounts:note_support_search": "what support looked for",
    "accounts:note_wrong_password": "closes",
    "accounts:prove": "writes nothing that opens",
    "accounts:purge_sessions": "closes",
    "accounts:put_back": "a part of the walk",
    "accounts:refuse_kept": "writes nothing",
    "accounts:register": "another account",
    "accounts:send_link": "a part of what is played",
    "accounts:unlock": "of the password, which is ended",
    "accounts:warn_of_expiry": "a letter",
    "accounts:welcome_again": "a letter to the address, whose link dies with the password",
    "authcps:answer": "a card read for an attempt",
    "authcps:begin": "an attempt of nobody yet",
    "authcps:challenge": "of an attempt",
    "authcps:claim": "of an attempt",
    "authcps:finish": "ends an attempt",
    "authcps:identify": "an attempt: played",
    "authcps:known_as": "writes nothing",
    "authcps:open_account": "another account",
    "authcps:open_assistant": "another account",
    "authcps:present": "of an attempt",
    "authcps:purge": "closes",
    "authcps:redeem": "a session, a trust: played",
    "authcps:redeem_recovery": "a session: played",
    "authcps:redeem_totp": "a session: played",
    "authcps:refuse": "closes",
    "authcps:remove": "closes",
    "authcps:remove_totp": "closes",
    "authcps:show_other_name": "an attempt: played",
    "authcps:sign_out": "closes",
    "authcps:skip_code": "a session: played",
    "authcps:unpair": "closes",
    "authcps:verify": "an attempt of nobody yet",
}


def test_every_table_that_hangs_on_an_account_is_on_the_list():
    """A new model of `accounts` or `authcps` is a way in, or says why it is none."""
    listed = {model for one in acces.every() for model in one.models}
    ours = {model for app in ("accounts", "authcps") for model in apps.get_app_config(app).get_models()}
    assert {model.__name__ for model in ours - listed} == NO_WAY_IN.keys()
    assert listed <= ours


def test_every_column_of_an_account_is_kept_or_says_why_not():
    columns = {field.name for field in User._meta.local_fields}
    assert columns - set(acces.COLUMNS) == SAID_ELSEWHERE.keys()
    assert columns >= set(acces.COLUMNS) >= set(acces.TOLD)


def test_every_means_of_signing_in_is_ended_by_the_list():
    listed = {model for one in acces.every() for model in one.models}
    assert {means for way in WAYS_IN for means in way.means} == OPENED_BY.keys()
    assert set(OPENED_BY.values()) <= listed


def test_every_act_on_an_account_is_played_or_adds_nothing():
    ours = {
        f"{module.app}:{one.name}"
        for module, one in public_actions()
        if module.app in ("accounts", "authcps")
    }
    assert ours == PLAYED | ADDS_NOTHING.keys()


def test_other_apps_hold_nothing_that_opens_an_account():
    """Elsewhere hang rights, words and traces; authcps alone opens sessions."""
    assert {way.url_name.split(":")[0] for way in WAYS_IN} == {"authcps", "first_assistant"}
    assert settings.SESSION_ENGINE == "accounts.sessions"
