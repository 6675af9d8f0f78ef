"""TRC-5: what a real nginx writes under our file: no token of a path or a query, whatever becomes of it."""

import os
import re
import socket
import subprocess
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.urls import URLPattern, get_resolver

from tests.authcps.test_card_tls import CARD_CONF, _files, _wait_for
from tests.patience import PATIENCE
from tools import nginx
from tools.servers import free_port

TOKEN = "kJ3x_Temoin-9Qw7Zt2LmB5vXc8Nr4Hy6Pd1Fs0Ga3Ue"
NAME = "Marchandeau-Temoin"
MAIN = CARD_CONF.with_name("nginx.conf")
ROUTES = ("mot-de-passe/nouveau/{}/", "mon-compte/verifier/{}/", "delegations/invitation/{}/")


class Nginx:
    def __init__(self, folder, upstream):
        self.folder, self.port, self.plain = folder, free_port(), free_port()
        text = MAIN.read_text()
        user = "" if os.geteuid() else "user root;"
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        for before, after in (
            ("worker_processes auto;", f"daemon off; pid {folder}/nginx.pid; worker_processes 1; {user}"),
            ("http {", f"http {{ {temporary}"),
            ("/dev/stdout", f"{folder}/access.log"),
            ("/dev/stderr", f"{folder}/error.log"),
            ("/etc/nginx/sites/*.conf", f"{folder}/none/*.conf"),
            ("/etc/nginx/tls/", f"{folder}/"),
            ("listen 80 ", f"listen 127.0.0.1:{self.plain} "),
            ("listen 443 ", f"listen 127.0.0.1:{self.port} "),
            ("web:8000", upstream),
            ("proxy_set_header Host $host;", "proxy_set_header Host localhost;"),
        ):
            assert before in text, before
            text = text.replace(before, after)
        (folder / "nginx.conf").write_text(text)

    def __enter__(self):
        with (self.folder / "start.log").open("wb") as log:
            words = [nginx.find(), "-p", self.folder, "-c", "nginx.conf", "-e", f"{self.folder}/error.log"]
            self.program = subprocess.Popen(words, stdout=log, stderr=log)
        _wait_for(self.port, self.program, self.folder)
        return self

    def __exit__(self, *error):
        self.program.terminate()
        self.program.wait(PATIENCE)

    def ask(self, path, **known):
        url = f"https://localhost:{self.port}/{path}"
        trusted = self.folder / "trusted.pem"
        return requests.get(url, verify=trusted, allow_redirects=False, timeout=PATIENCE, **known)

    def said(self):
        return "".join(log.read_text() for log in self.folder.glob("*.log"))


@pytest.fixture
def folder(igc_world, public_folder):
    if not nginx.find():
        pytest.skip("nginx est introuvable.")
    _files(public_folder, igc_world)
    return public_folder


def test_tokens_and_searched_names_stay_out_of_nginx_s_logs(folder, live_server, db):
    with Nginx(folder, urlsplit(live_server.url).netloc) as proxy:
        for route in ROUTES:
            assert proxy.ask(route.format(TOKEN)).status_code < 500
        proxy.ask(f"medecin/delegations/confrere/?nom={NAME}", headers={"Referer": f"https://x/{TOKEN}"})
        proxy.ask(f"{NAME}/{TOKEN}")  # no page of ours
        proxy.ask(f"mot-de-passe/nouveau{TOKEN}/suite/")  # a link cut by a mail program
        requests.get(f"http://localhost:{proxy.plain}/mot-de-passe/nouveau/{TOKEN}/", allow_redirects=False)
        answer = proxy.ask("sante/vif")
        assert answer.status_code == 200
        with socket.create_connection(("localhost", proxy.plain)) as link:
            link.sendall(f"GET /x/{TOKEN} {NAME}/1.1\r\n\r\n".encode())
            link.recv(100)
            link.close()
        with socket.create_connection(("localhost", proxy.plain)) as link:
            link.sendall(f"{NAME.upper()} /{TOKEN} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            link.recv(100)
        said = proxy.said()
    assert TOKEN not in said
    assert NAME.lower() not in said.lower()
    assert " GET /mot-de-passe/nouveau/* " in said
    assert " GET /medecin/delegations/confrere/ " in said
    assert re.search(rf" GET /sante/vif 200 .* {answer.headers['X-Request-ID']}\n", said)


def test_tokens_stay_out_also_when_nginx_itself_answers(folder):
    with Nginx(folder, "127.0.0.1:9") as proxy:
        for route in ROUTES:
            assert proxy.ask(route.format(TOKEN)).status_code == 502
        large = proxy.ask(ROUTES[0].format(TOKEN), data=b"x" * 13_000_000)
        assert (large.status_code, large.encoding) == (413, "utf-8")
        assert "Ce fichier dépasse la taille permise." in large.text
        said = proxy.said()
    assert TOKEN not in said
    assert len(re.findall(r" 502 ", said)) >= len(ROUTES)


def test_the_largest_file_gets_in_with_the_fields_around_it():
    """Its refusal is the application's, in a sentence; nginx's stands just above (PIECE_MAX_BYTES)."""
    (most,) = re.findall(r"client_max_body_size (\d+)m;", MAIN.read_text())
    assert 1 << 20 <= (int(most) << 20) - settings.PIECE_MAX_BYTES <= 2 << 20


TOLD = re.compile(r"(?:/(?:[a-z][a-z-]{0,29}|[0-9]{1,14}))*/?")


def test_every_address_of_ours_is_told_whole_but_for_texts_in_it():
    """The map lets pass what looks like our words: a new route must look so too, and its texts must not."""
    assert f"^(?<all>{TOLD.pattern})$" in MAIN.read_text()
    # The last two have names that others chose: the former service, and robots.
    others = ("demo/", "gestion/", "GrandAge/", "robots.txt")
    routes = [route for route in _routes(get_resolver().url_patterns) if not route.startswith(others)]
    assert len(routes) > 60
    for route in routes:
        plain = re.sub(r"<int:\w+>|\(\?P<\w+>[^)]+\)", "89912345", re.sub(r"[$^]", "", route))
        plain = re.sub(r"<slug:\w+>", "mot", plain)
        assert TOLD.fullmatch("/" + re.sub(r"<\w+:\w+>", "42", plain)), route
        assert not TOLD.fullmatch("/" + re.sub(r"<str:\w+>", TOKEN, plain)) or "<str:" not in route, route


def _routes(patterns, before=""):
    for one in patterns:
        route = before + str(one.pattern)
        yield from [route] if isinstance(one, URLPattern) else _routes(one.url_patterns, route)
