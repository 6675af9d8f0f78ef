"""Valkey dies while people work: pages, sign-in and sign-out go on (a server of ours, really killed)."""

import re
import signal

import pytest
import redis
from django.urls import reverse

from authcps import limits
from tests.authcps.test_actions import last_code
from tests.factories import PASSWORD, MedecinFactory
from tools import servers

pytestmark = pytest.mark.django_db


@pytest.fixture
def valkey(tmp_path, settings):
    server = servers.Valkey(tmp_path / "valkey", log=tmp_path / "valkey.log")
    server.start()
    settings.REDIS_URL = server.url()
    limits._limiter.cache_clear()
    yield server
    server.stop()
    limits._limiter.cache_clear()


def sign_in_by_the_door(client, user):
    client.post("/connexion/medecin/", {"identifiant": user.login, "mot_de_passe": PASSWORD})
    return client.post("/connexion/code/", {"code": last_code()})


def test_pages_sign_in_and_sign_out_work_without_valkey(client, valkey):
    early = MedecinFactory()
    assert sign_in_by_the_door(client, early).url == reverse("medecin")
    assert client.get("/sante/pret").json()["valkey"] == "ok"

    valkey.process.send_signal(signal.SIGKILL)
    valkey.process.wait()
    with pytest.raises(redis.ConnectionError):
        redis.from_url(valkey.url()).ping()

    assert client.get("/mon-compte/").status_code == 200, "the session lives"
    assert client.get("/sante/pret").json() == {"etat": "pret", "base": "ok", "valkey": "injoignable"}
    client.post("/deconnexion/")
    assert client.get("/mon-compte/").status_code == 302, "a sign-out stays one"
    wrong = client.post("/connexion/medecin/", {"identifiant": early.login, "mot_de_passe": "faux"})
    assert wrong.status_code == 422
    assert re.search("La connexion n’a pas abouti", wrong.text)
    assert sign_in_by_the_door(client, MedecinFactory()).url == reverse("medecin")
