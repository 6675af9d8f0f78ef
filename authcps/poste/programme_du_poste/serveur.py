"""HTTP on the loopback: a page that asks the code porteur. No other site can read it or post to it.

A site can only send the browser here. It cannot read the answer (no CORS header), nor frame it, nor post a
code: the form's token is random, made for one demand, and only shown on this page.
"""

import secrets
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from programme_du_poste import pages
from programme_du_poste.carte import CardFault, WrongPin
from programme_du_poste.demande import Demande, Refused

LIFETIME, MOST_WAITING, LONGEST = 180, 50, 8_000
FILES = {"/poste.css": "text/css", "/envoi.js": "text/javascript"}


@dataclass
class Waiting:
    """Demands that wait for their code, by token; dropped after three minutes, or when answered."""

    demands: dict[str, tuple[float, Demande]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, demande) -> str:
        token = secrets.token_urlsafe(32)
        with self.lock:
            limit = time.monotonic() - LIFETIME
            living = {key: one for key, one in self.demands.items() if one[0] > limit}
            self.demands = dict(list(living.items())[-MOST_WAITING:])
            self.demands[token] = (time.monotonic(), demande)
        return token

    def take(self, token) -> Demande:
        with self.lock:
            since, demande = self.demands.pop(token, (0.0, None))
        if demande is None or time.monotonic() - since > LIFETIME:
            raise Refused("Cette page a expiré. Recommencez depuis la page de connexion.")
        return demande


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, configuration, reader):
        self.configuration, self.reader, self.waiting = configuration, reader, Waiting()
        super().__init__(("127.0.0.1", configuration.port), Handler)

    @property
    def hosts(self) -> set[str]:
        return {f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost")}


class Handler(BaseHTTPRequestHandler):
    protocol_version, server_version, sys_version = "HTTP/1.1", "programme-du-poste", ""
    timeout = 20

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path in FILES and self._is_for_us():
            self._answer(pages.file(path[1:]), kind=FILES[path])
        elif path == "/":
            self._page(lambda: self._ask(dict(parse_qsl(query[:LONGEST]))))
        else:
            self._answer(pages.refusal("Cette page n’existe pas."), status=HTTPStatus.NOT_FOUND)

    def do_POST(self):
        size = self.headers.get("Content-Length", "")
        is_size = size.isascii() and size.isdecimal() and len(size) < 6
        if self.path.partition("?")[0] != "/signer" or not is_size or int(size) > LONGEST:
            self.close_connection = True
            self._answer(pages.refusal("Cette page n’existe pas."), status=HTTPStatus.NOT_FOUND)
            return
        typed = dict(parse_qsl(self.rfile.read(int(size)).decode("utf-8", "replace")))
        self._page(lambda: self._sign(typed))

    def _page(self, make):
        try:
            if not self._is_for_us():
                raise Refused("Cette page ne s’ouvre que depuis cet ordinateur.")
            text, target = make()
            self._answer(text, form_target=target)
        except Refused as refusal:
            self._answer(pages.refusal(str(refusal)), status=HTTPStatus.FORBIDDEN)

    def _is_for_us(self) -> bool:
        """By our own name (no DNS rebinding), and not posted by another site."""
        own = {f"http://{host}" for host in self.server.hosts}
        posted_here = self.command != "POST" or self.headers.get("Origin", "") in own
        return self.headers.get("Host", "") in self.server.hosts and posted_here

    def _ask(self, given):
        demande = Demande.of(given, self.server.configuration.sites)
        return self._form(demande)

    def _form(self, demande, **shown):
        cards = self.server.reader.cards()
        if not cards:
            return pages.no_card(demande), ""
        return pages.ask_pin(demande, self.server.waiting.keep(demande), cards, **shown), ""

    def _sign(self, typed):
        demande, serial = self.server.waiting.take(typed.get("jeton", "")), typed.get("carte", "")
        pin = typed.get("code", "")
        if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
            return self._form(demande, fault="Le code porteur compte 4 chiffres.", chosen=serial)
        try:
            signed = self.server.reader.sign(serial, pin, demande.message())
        except WrongPin as wrong:
            return self._form(demande, fault=str(wrong), chosen=serial)
        except CardFault as fault:
            return pages.failure(demande, str(fault), "blocked" if fault.blocked else "unreadable"), ""
        return pages.send(demande, signed), demande.origine

    def _answer(self, text, *, status=HTTPStatus.OK, kind="text/html", form_target=""):
        raw = text.encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(raw)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": _policy(form_target),
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        """Nothing: an address holds a challenge, a body a code."""


def _policy(form_target) -> str:
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {form_target}".strip()
    )
