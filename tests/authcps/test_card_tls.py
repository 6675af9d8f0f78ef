"""The card host behind a real nginx, by TLS with a client certificate (CPX-1; checks 24 and 26)."""

import os
import re
import socket
import ssl
import subprocess
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.conf import settings as site
from django.utils import timezone

from authcps import actions
from authcps.models import Attempt, Challenge
from tests.authcps.cards import key
from tests.courrier.rig import answers, wait_until
from tests.factories import MedecinFactory
from tests.patience import PATIENCE
from tools import nginx as nginx_program
from tools.servers import free_port
from viatraj.core.actor import Actor
from viatraj.demo.lecteur import igc

SECRET = "the word of the proxy, which a browser does not know"
CARD_CONF = Path(site.BASE_DIR) / "deploy" / "nginx" / "card.conf"
BY = Actor.anonymous("192.0.2.1")
FORGED = "X-Card-Certificate X_Card_Certificate X-Card_Certificate".split()
OTHERS = (
    "X-SSL-Client-Cert X-SSL-Client-S-DN X-SSL-Client-Verify X-Remote-User Remote-User X-Forwarded-User "
    "X-Client-Cert SSL-Client-Cert"
).split()


@pytest.fixture
def card_host(settings):
    settings.CARD_HOST, settings.CARD_PROXY_SECRET = "https://carte.viatraj.example", SECRET
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "carte.viatraj.example"]
    return "carte.viatraj.example"


@pytest.fixture
def leclercq(db):
    return MedecinFactory(login="899100045771", nom="Leclercq", prenom="Christine")


def begins(client) -> str:
    """The main host makes the attempt; the page offers the card host's link: its path and query."""
    client.post("/connexion/carte/", {"porte": "medecin"})
    link = urlsplit(client.get("/connexion/carte/").context["card_host"])
    assert f"{link.scheme}://{link.netloc}" == site.CARD_HOST
    return f"{link.path}?{link.query}"


def handed_on(certificate, secret=SECRET) -> dict:
    """What nginx adds."""
    return {"X-Card-Certificate": quote(igc.pem(certificate).decode()), "X-Card-Proxy-Secret": secret}


def test_from_the_main_host_to_the_card_host_and_back(client, leclercq, igc_world, card_host):
    path = begins(client)
    headers = handed_on(igc_world.certificate())
    back = type(client)().get(path, headers=headers, SERVER_NAME=card_host)
    assert back.status_code == 303
    assert back.url.startswith("http://testserver/connexion/carte/retour/?ticket=")
    assert client.get(back.url).url == "/medecin/"
    assert client.session["means"] == "cps"


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"days": -30}, "expired"),
        ({"usage": igc.SIGNATURE}, "signature_certificate"),
        ({"category": "80"}, "test_card"),
        ({"holder": igc.Holder("3760021832/000000018", pseudonym="EMPLOYE 18")}, "unnamed"),
    ],
)
def test_the_application_checks_again(client, leclercq, igc_world, card_host, known, reason):
    """Even were nginx to let it pass."""
    headers = handed_on(igc_world.certificate(**known))
    back = client.get(begins(client), headers=headers, SERVER_NAME=card_host)
    assert back.url == f"http://testserver/connexion/carte/echec/?motif={reason}"


def test_a_revoked_or_foreign_card_is_refused_again(client, leclercq, igc_world, card_host):
    certificate = igc_world.certificate()
    igc_world.revoke(certificate)
    for one, reason in ((certificate, "revoked"), (igc_world.certificate(by=igc_world.foreign), "foreign")):
        back = client.get(begins(client), headers=handed_on(one), SERVER_NAME=card_host)
        assert back.url.endswith(f"motif={reason}")


@pytest.mark.parametrize("host", ["testserver", "127.0.0.1", "localhost", "carte.viatraj.example"])
@pytest.mark.parametrize("secret", ["", "wrong", None, "é"])
def test_check_26_forged_headers_let_nobody_in(client, leclercq, igc_world, card_host, host, secret):
    """Every name that a proxy may use, on every host, and the secret guessed."""
    path, pem = begins(client), quote(igc.pem(igc_world.certificate()).decode())
    headers = dict.fromkeys([*FORGED, *OTHERS], pem) | {
        "X-Remote-User": leclercq.login,
        "Remote-User": leclercq.login,
    }
    if secret is not None:
        headers |= {"X-Card-Proxy-Secret": secret, "X-SSL-Client-Verify": "SUCCESS"}
    for url in (path, "/connexion/carte/retour/", "/connexion/carte/", "/medecin/", "/"):
        client.get(url, headers=headers, SERVER_NAME=host)
        assert "_auth_user_id" not in client.session, url
    assert client.get(path, headers=headers, SERVER_NAME=host).status_code == 404
    assert not Challenge.objects.exclude(identity=None).exists()


def test_check_26_without_a_secret_the_card_host_is_closed(client, leclercq, igc_world, card_host, settings):
    settings.CARD_PROXY_SECRET = ""
    headers = handed_on(igc_world.certificate(), secret="")
    assert client.get(begins(client), headers=headers, SERVER_NAME=card_host).status_code == 404


def test_check_26_the_right_headers_are_nothing_on_the_main_host(client, leclercq, igc_world, card_host):
    headers = handed_on(igc_world.certificate())
    assert client.get(begins(client), headers=headers, SERVER_NAME="testserver").status_code == 404


@pytest.mark.parametrize("query", ["", "?defi=", "?defi=1", "?defi=7a3c0b5e-8f7e-4c57-9d6e-0d7d1a1f8f10"])
def test_a_challenge_that_is_none(client, db, igc_world, card_host, query):
    back = client.get(
        f"/connexion/carte/tls/{query}", headers=handed_on(igc_world.certificate()), SERVER_NAME=card_host
    )
    assert "/connexion/carte/echec/?motif=" in back.url


# --- Behind a real nginx -------------------------------------------------------------------------
HTTP = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1; {user}
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream web {{ server {upstream}; }}
  {card}
  {main}
}}
"""


@pytest.fixture
def nginx(igc_world, live_server, settings, public_folder):
    """deploy/nginx/card.conf and the headers of nginx.conf, on the loopback; gives (card host, main host)."""
    if not nginx_program.find():
        pytest.skip("nginx est introuvable.")
    port, plain = free_port(), free_port()
    settings.CARD_HOST, settings.CARD_PROXY_SECRET = f"https://localhost:{port}", SECRET
    _files(public_folder, igc_world)
    known = {
        "folder": public_folder,
        "upstream": urlsplit(live_server.url).netloc,
        "user": "" if os.geteuid() else "user root;",
    }
    (public_folder / "nginx.conf").write_text(
        HTTP.format(card=_card_conf(public_folder, port), main=_main_conf(plain), **known)
    )
    with (public_folder / "start.log").open("wb") as log:
        program = subprocess.Popen(
            [nginx_program.find(), "-p", public_folder, "-c", "nginx.conf"], stderr=log
        )
    try:
        _wait_for(port, program, public_folder)
        yield settings.CARD_HOST, f"http://localhost:{plain}"
    finally:
        program.terminate()
        program.wait(PATIENCE)


def _files(folder, world):
    revoked, signing = world.certificate(), world.certificate(usage=igc.SIGNATURE)
    world.revoke(revoked)
    certificates = {
        "good": world.certificate(),
        "revoked": revoked,
        "expired": world.certificate(days=-30),
        "foreign": world.certificate(by=world.foreign),
        "signing": signing,
        "unnamed": world.certificate(holder=igc.Holder("3760021832/000000018", pseudonym="EMPLOYE 18")),
    }
    for name, one in certificates.items():
        (folder / f"{name}.pem").write_bytes(igc.pem(one) + igc.key_pem(key(0)))
    _server_files(folder, world)
    for name, one in (("authorities", "ca"), ("lists", "crl")):
        parts = sorted((world.folder / one).iterdir())
        (folder / f"{name}.pem").write_bytes(b"".join(part.read_bytes() for part in parts))
    (folder / "secret.conf").write_text(f'proxy_set_header X-Card-Proxy-Secret "{SECRET}";\n')


def _server_files(folder, world):
    """The card host's own certificate, by an authority that the tests trust."""
    by = igc.authority("AC SERVEURS ESSAI", now=world.now)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(igc.Holder("localhost").subject())
        .issuer_name(by.certificate.subject)
        .public_key(key(1).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(world.now - timedelta(days=1))
        .not_valid_after(world.now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(by.key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(igc.pem(certificate))
    (folder / "privkey.pem").write_bytes(igc.key_pem(key(1)))
    (folder / "trusted.pem").write_bytes(igc.pem(by.certificate))


def test_both_files_as_they_are_shipped_pass_nginx_s_own_check(igc_world, public_folder):
    """`nginx -t`: but for places, ports and the upstream's name, which only compose's network resolves."""
    if not nginx_program.find():
        pytest.skip("nginx est introuvable.")
    _files(public_folder, igc_world)
    for source in (CARD_CONF.with_name("nginx.conf"), CARD_CONF):
        text = source.read_text().replace("/etc/nginx/sites/*.conf", "card.conf")
        text = re.sub(r"/etc/nginx/\w+/", f"{public_folder}/", text)
        text = re.sub(r"listen \d+", lambda _: f"listen 127.0.0.1:{free_port()}", text)
        text = text.replace("server web:8000", "server 127.0.0.1:9")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path {public_folder}/{kind};" for kind in kinds)
        text = text.replace("http {", f"http {{ {places}")
        (public_folder / source.name).write_text(text)
    words = [
        nginx_program.find(),
        "-t",
        "-p",
        public_folder,
        "-c",
        "nginx.conf",
        "-g",
        f"pid {public_folder}/pid;",
    ]
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert "[warn]" not in said.stderr


def _card_conf(folder, port):
    """The file as it is shipped, but for its places."""
    text = CARD_CONF.read_text()
    for before, after in (
        ("/etc/nginx/card/", f"{folder}/"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("server_name carte.viatraj.example;", "server_name localhost;"),
        ("https://viatraj.example/", "http://testserver/"),
    ):
        assert before in text
        text = text.replace(before, after)
    return text


def _main_conf(port):
    """What nginx.conf removes from a browser's request."""
    lines = (CARD_CONF.parent / "nginx.conf").read_text().splitlines()
    removed = "\n".join(line for line in lines if "proxy_set_header X-" in line or "Remote-User" in line)
    return (
        f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://web; "
        f"proxy_set_header Host $http_host;\n{removed}\n}} }}"
    )


def _wait_for(port, program, folder):
    wait_until(lambda: answers(port) or program.poll() is not None)
    if program.poll() is not None:
        pytest.fail((folder / "start.log").read_text() + _read(folder / "error.log"))


def _read(path):
    return path.read_text() if path.exists() else ""


def begun(origin) -> Challenge:
    now = timezone.now()
    attempt = actions.begin(door=Attempt.Door.MEDECIN, next_path="", now=now, by=BY)
    return actions.challenge(attempt, origin=origin, now=now, by=BY)


def presents(host, folder, name, challenge, **headers):
    return requests.get(
        f"{host}/connexion/carte/tls/?defi={challenge.pk}",
        cert=str(folder / f"{name}.pem") if name else None,
        verify=str(folder / "trusted.pem"),
        allow_redirects=False,
        headers=headers,
        timeout=PATIENCE,
    )


@pytest.mark.django_db(transaction=True)
def test_nginx_lets_a_card_in_and_says_why_not(nginx, public_folder):
    host, _ = nginx
    for name, expected in {
        "good": "http://testserver/connexion/carte/retour/?ticket=",
        "": "http://testserver/connexion/carte/echec/?motif=no_card",
        "revoked": "http://testserver/connexion/carte/echec/?motif=revoked",
        "expired": "http://testserver/connexion/carte/echec/?motif=expired",
        "foreign": "http://testserver/connexion/carte/echec/?motif=foreign",
        "signing": "http://testserver/connexion/carte/echec/?motif=signature_certificate",
        "unnamed": "http://localhost/connexion/carte/echec/?motif=unnamed",
    }.items():
        challenge = begun("http://testserver" if name != "unnamed" else "http://localhost")
        answer = presents(host, public_folder, name, challenge)
        assert answer.status_code == 303, name
        assert answer.headers["Location"].startswith(expected), name
        challenge.refresh_from_db()
        assert (challenge.identity is not None) == (name == "good"), name


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_nginx_speaks_the_tls_that_a_cps3_needs(nginx, public_folder, version):
    host, _ = nginx
    context = ssl.create_default_context(cafile=str(public_folder / "trusted.pem"))
    context.check_hostname, context.minimum_version, context.maximum_version = False, version, version
    context.load_cert_chain(public_folder / "good.pem")
    with (
        socket.create_connection(("127.0.0.1", urlsplit(host).port)) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as spoken,
    ):
        path = f"/connexion/carte/tls/?defi={begun('http://testserver').pk}"
        spoken.sendall(f"GET {path} HTTP/1.0\r\nHost: {urlsplit(host).netloc}\r\n\r\n".encode())
        assert b"/connexion/carte/retour/?ticket=" in spoken.recv(4096)


@pytest.mark.django_db(transaction=True)
def test_check_26_forged_headers_through_nginx(nginx, public_folder, igc_world, live_server):
    """On the card host without a card, on the main host, and straight at the application's port."""
    card_host, main_host = nginx
    forged = dict.fromkeys(FORGED, quote(igc.pem(igc_world.certificate()).decode()))
    forged |= {"X-Card-Proxy-Secret": "guessed", "X_Card_Proxy_Secret": SECRET}
    challenge = begun("http://testserver")
    assert "motif=no_card" in presents(card_host, public_folder, "", challenge, **forged).headers["Location"]
    for address in (main_host, live_server.url):
        for name in (urlsplit(address).netloc, urlsplit(card_host).netloc):
            answer = requests.get(
                f"{address}/connexion/carte/tls/?defi={challenge.pk}",
                headers={**forged, "Host": name},
                allow_redirects=False,
                timeout=PATIENCE,
            )
            assert answer.status_code == 404, (address, name)
    challenge.refresh_from_db()
    assert (challenge.used_at, challenge.identity) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_check_26_a_card_cannot_speak_for_another_through_nginx(nginx, public_folder, igc_world):
    """Its own certificate replaces whatever the browser says."""
    host, _ = nginx
    other = igc_world.certificate("899100099999")
    challenge = begun("http://testserver")
    forged = dict.fromkeys(FORGED, quote(igc.pem(other).decode()))
    assert "ticket=" in presents(host, public_folder, "good", challenge, **forged).headers["Location"]
    challenge.refresh_from_db()
    assert challenge.identity["idnat"] == "899100045771"


@pytest.mark.django_db(transaction=True)
def test_the_card_host_serves_nothing_else(nginx, public_folder):
    host, _ = nginx
    for path in ("/", "/medecin/", "/connexion/carte/", "/static/css/base.css"):
        answer = requests.get(
            host + path,
            cert=str(public_folder / "good.pem"),
            verify=str(public_folder / "trusted.pem"),
            timeout=PATIENCE,
        )
        assert answer.status_code == 404
