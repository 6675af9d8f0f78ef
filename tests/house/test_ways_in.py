"""Every way in is in one table; a walk of the map with all proofs in hand finds no other (ASVS 6.1.3)."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.utils import timezone

from authcps import actions, psc
from authcps.doors import WAYS_IN
from authcps.identity import Verified
from authcps.models import Attempt, Challenge, Code
from authcps.views.psc import EXERCICES
from tests.authcps.test_secours import code_at, recovery_codes, with_application
from tests.delegations.factories import NADIA, invite
from tests.factories import PASSWORD, next_idnat
from tests.house.plan import Browser, our_routes
from viatraj.core.actor import Actor, Means

BY = Actor.anonymous("192.0.2.9")
CODE, TICKET, COOKIE = "123456", "un ticket", "un navigateur"


@pytest.fixture
def proofs(world):
    """What opens: a right password, a trusted browser, a right code of each kind."""
    user, now = world.owner, timezone.now()
    with_application(user)
    device = actions.enrol(user, channel="mail", target=user.email, by=BY)
    actions.trust(device, token=COOKIE, now=now, by=BY)
    known = {"identifiant": user.login, "mot_de_passe": PASSWORD, "exercice": "0"}
    return {
        "authcps:totp": {"code": code_at(now)},
        "authcps:recovery": {"code": recovery_codes(user)[0]},
        "authcps:code": {"code": CODE},
        "authcps:medecin": known,
        "authcps:professionnel": known,
        "authcps:psc_exercice": known,
        "authcps:pair": known,
    }


def states(world):
    """Browsers as near to a session as one can be without one."""
    owner = Verified(Means.CPS, world.owner.login, "NOM", "Prénom", profession="10", categorie="C")
    newcomer = Verified(Means.CPS, next_idnat(), "DURANDEAU", "Anaïs", profession="10", categorie="C")
    trusted = Browser("anonymous")
    trusted.client.cookies[settings.TRUST_COOKIE_NAME] = COOKIE
    yield trusted
    password = _begun(user=world.owner)
    _code(password, world.owner.codedevice_set.get())
    yield _holding(password)
    yield _holding(_begun(identity=asdict(newcomer), means=newcomer.means))
    invite(world.owner)
    invited = Verified(Means.CPA, "3990001234/CPA0000042", NADIA["nom"], NADIA["prenom"])
    yield _holding(_begun(identity=asdict(invited), means=invited.means))
    read = _begun()
    Challenge.objects.create(
        attempt=read,
        nonce=Challenge.draw(),
        origin="http://testserver",
        issued_at=timezone.now(),
        used_at=timezone.now(),
        identity=asdict(owner),
        ticket_hash=Challenge.hash_of(TICKET),
    )
    yield _holding(read)
    choosing = _begun()
    yield _holding(choosing, **{EXERCICES: {"attempt": str(choosing.pk), "people": [asdict(owner)]}})


def _begun(**known) -> Attempt:
    return Attempt.objects.create(door="medecin", ends=timezone.now() + timedelta(minutes=30), **known)


def _code(attempt, device):
    now = timezone.now()
    Code.objects.create(
        attempt=attempt,
        user=attempt.user,
        device=device,
        digest=Code.digest_of(attempt.user_id, CODE),
        sent_at=now,
        ends=now + timedelta(minutes=10),
    )


def _holding(attempt, **more) -> Browser:
    browser = Browser("signing")
    session = browser.client.session
    session.update({"attempt": str(attempt.pk), **more})
    session.save()
    browser.client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return browser


def test_check_01_no_other_view_opens_a_session(world, proofs, monkeypatch):
    verified = Verified(Means.PSC, world.owner.login, "NOM", "Prénom", profession="10", categorie="C")
    monkeypatch.setattr(psc, "attempt_of", lambda request: request.session.get("attempt", ""))
    monkeypatch.setattr(psc, "identify", lambda request: ("jeton", [verified]))
    monkeypatch.setattr(psc, "authorization", lambda again: {"url": "https://psc.example/", "state": "x"})
    monkeypatch.setattr(psc, "keep", lambda *_: None)
    found = set()
    public = [route for route in our_routes() if not route.login_required]
    for browser in states(world):
        for route in public:
            body = {**world.body(route), **proofs.get(route.name, {})}
            for method, sent in (("GET", {"ticket": TICKET, "state": "x"}), ("POST", body)):
                answer = browser.ask(method, world.url(route), sent)
                if answer.wsgi_request.session.get(SESSION_KEY):
                    found.add(route.name)
    assert found == {way.url_name for way in WAYS_IN if way.open}


def test_check_01_django_s_login_is_called_by_the_doors_alone():
    """The walk finds a view; this finds a call that no proof in our hands would reach."""
    import ast

    from tests.house.source import modules

    callers = [
        module.path
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("django.contrib.auth", "django.contrib")
        if {"login", "auth"} & {name.name for name in node.names}
    ]
    assert callers == ["authcps/doors.py"]
