"""The steps of a sign-in by Pro Santé Connect: our button, «Connectez-vous», the way back."""

from urllib.parse import parse_qs, urlsplit

from accounts.models import Session
from authcps import psc

START, BACK = "/connexion/psc/", "/connexion/psc/retour/"
LECLERCQ, NEWCOMER, TWO_EXERCICES = "899100045771", "899100050110", "899100050128"
CPE, ROLE_99, REVOKED = "3990001234/CPE0000042", "899100050136", "899100050144"
REALM = "/demo/psc/auth/realms/esante-wallet"


def path_of(url) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def leave(client, *, door="medecin", **more) -> str:
    """Presses the door's button; where PSC asks who one is."""
    answer = client.post(START, {"porte": door, "suite": "", **more})
    assert answer.status_code == 302, answer.text
    return answer.url


def choose(client, url, idnat=LECLERCQ, **more) -> str:
    """Answers at «Connectez-vous»; the address that leads back to us."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    answer = client.post("/demo/psc/auth/", {**asked, "idnat": idnat, **more})
    assert answer.status_code == 302, answer.text
    assert answer.url.startswith(psc._our("authcps:psc_return"))
    return path_of(answer.url)


def come_back(client, idnat=LECLERCQ, *, door="medecin", **more):
    return client.get(choose(client, leave(client, door=door), idnat, **more))


def user_of(client):
    row = Session.objects.filter(session_key=client.session.session_key).first()
    return row.user if row else None
