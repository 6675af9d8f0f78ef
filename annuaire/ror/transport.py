"""One request to the ROR: token, headers, patience. What it answers is whole, or `Refused`.

Time comes in from outside: `sleep` waits, `clock` counts seconds; tests hand in both.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from io import BytesIO
from typing import IO

import requests
import structlog
from urllib3.exceptions import HTTPError

from annuaire.ror import fhir, strict
from annuaire.ror.acces import Acces
from annuaire.ror.refus import Refused
from annuaire.ror.reponse import Cut, Reponse, origin, pour

log = structlog.get_logger(__name__)
TIMEOUTS = (10, 60)  # seconds: to connect, then between two blocks
FHIR_JSON = "application/fhir+json"
TRIES = 5  # of what answers badly; who says to wait is asked until our time is over
PAUSE, LONGEST_PAUSE = 2, 120  # seconds, doubled each time
EARLY = 30  # seconds before its end, a token is asked anew
TOKEN_SECONDS = 60  # of one that does not say
LONGEST_TOKEN = 16_000
TOO_LONG = "Le ROR fait attendre plus longtemps que ROR_HEURES ne le permet."
LATER = "Le ROR demande d’attendre\u00a0: interrogez-le plus tard."
OURS = "Un certificat (ROR_CERTIFICAT, ROR_CLE, ROR_CA) ne se lit pas, ou le disque est plein."
UNFINISHED = (Cut, requests.RequestException, HTTPError, HTTPException, ConnectionError, TimeoutError)


@dataclass(frozen=True)
class Ask:
    """`ours`: to the ROR itself, with our headers; `form`: what a token is asked with."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    ours: bool = True
    with_token: bool = True
    largest: int = strict.LARGEST
    form: Mapping[str, str] | None = None


class Transport:
    def __init__(self, acces: Acces, *, sleep: Callable[[float], None], clock: Callable[[], float]):
        self.acces, self._sleep, self.clock = acces, sleep, clock
        self.home = origin(acces.url)
        self.session = requests.Session()
        self.token, self.renew_at, self.until, self.left = "", 0.0, float("inf"), float("inf")

    def begin(self, *, patience: float = float("inf")) -> None:
        """A synchronisation’s time runs from here; of it, `patience` seconds may be spent waiting."""
        self.until, self.left = self.clock() + self.acces.heures * 3600, patience

    def get(self, url: str, **headers: str) -> Reponse:
        """Of the ROR itself; an error is told in its own words."""
        if origin(url) != self.home:
            raise Refused("Le ROR envoie vers un autre hôte que le sien.")
        body = BytesIO()
        answer = self._asked(Ask(url, headers={"Accept": FHIR_JSON, **headers}), body)
        return Reponse(answer.status, answer.headers, body.getvalue())

    def fetch(self, url: str, into: IO[bytes], *, with_token: bool, largest: int) -> Reponse:
        """A file, wherever it is; neither token nor headers of ours leave the ROR’s own host."""
        there = origin(url)
        if self.home[0] == "https" and there[0] != "https":
            raise Refused("Le ROR donne un fichier hors de https.")
        ours = there == self.home
        ask = Ask(url, headers={"Accept": "*/*"}, ours=ours, with_token=ours and with_token, largest=largest)
        return self._asked(ask, into)

    def forget(self, url: str) -> None:
        """Tells the ROR that nobody waits for this export; whether it hears changes nothing."""
        try:
            self._once(Ask(url, "DELETE"), BytesIO())
        except (Refused, *UNFINISHED):
            log.info("ror.export_kept")

    def wait(self, seconds: float) -> None:
        if self.clock() + seconds > self.until:
            raise Refused(TOO_LONG, passing=True, after=seconds)
        if seconds > self.left:
            raise Refused(LATER, passing=True, after=seconds)
        self.left -= seconds
        self._sleep(seconds)

    def _asked(self, ask: Ask, into: IO[bytes]) -> Reponse:
        patience, renewed = Patience(self.wait), False
        while True:
            answer = self._tried(ask, into, patience)
            if answer is None:
                continue
            if answer.status in (200, 202):
                return answer
            if answer.status == 429 or (answer.status == 503 and answer.wait is not None):
                patience.wait_as_said(answer.wait)
            elif answer.status >= 500:
                patience.lose(refusal(ask, answer, into))
            elif answer.status == 401 and ask.ours and ask.with_token and not renewed:
                renewed, self.token = True, ""
            else:
                raise refusal(ask, answer, into)

    def _tried(self, ask: Ask, into: IO[bytes], patience: "Patience") -> Reponse | None:
        """None when there was no answer, or no end of it, and it may be asked again."""
        into.seek(0)
        into.truncate()
        try:
            return self._once(ask, into)
        except requests.exceptions.SSLError as error:
            raise Refused("Le certificat du ROR, ou le nôtre, n’est pas accepté.") from error
        except UNFINISHED as error:
            patience.lose(Refused("Le ROR ne répond pas, ou pas jusqu’au bout.", passing=True), error)
            return None
        except OSError as error:
            raise Refused(OURS) from error

    def _once(self, ask: Ask, into: IO[bytes]) -> Reponse:
        for_a_token = ask.form is not None
        answer = self.session.request(
            ask.method,
            ask.url,
            data=ask.form,
            headers={"Accept-Encoding": "gzip", **ask.headers, **(self.acces.headers if ask.ours else {})},
            auth=Bearer(self._bearer() if ask.ours and ask.with_token else ""),
            timeout=TIMEOUTS,
            allow_redirects=False,
            stream=True,
            verify=self.acces.autorites or True,
            cert=(self.acces.certificat, self.acces.cle) if for_a_token and self.acces.certificat else None,
        )
        with closing(answer):
            pour(answer, into, largest=ask.largest, clock=self.clock)
        return Reponse(answer.status_code, answer.headers)

    def _bearer(self) -> str:
        if not self.token or self.clock() >= self.renew_at:
            self._renew()
        return self.token

    def _renew(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": self.acces.client_id}
        if self.acces.secret:
            form["client_secret"] = self.acces.secret
        body, asked = BytesIO(), self.clock()
        json = {"Accept": "application/json"}
        self._asked(Ask(self.acces.token_url, "POST", json, ours=False, with_token=False, form=form), body)
        said = strict.loads(body.getvalue())
        token, seconds = said.get("access_token"), said.get("expires_in")
        if not isinstance(token, str) or not _is_visible(token) or not 0 < len(token) <= LONGEST_TOKEN:
            raise Refused("Le serveur de jetons du ROR ne donne pas de jeton.")
        if not isinstance(seconds, int) or not 1 < seconds < 10**7:
            seconds = TOKEN_SECONDS
        self.token, self.renew_at = token, asked + seconds - min(EARLY, seconds / 2)


class Patience:
    """What goes wrong is tried again a few times; who says to wait, until our time is over."""

    def __init__(self, wait: Callable[[float], None]):
        self.wait, self.lost, self.waits = wait, 0, 0

    def lose(self, refused: Refused, cause: Exception | None = None) -> None:
        self.lost += 1
        if self.lost >= TRIES:
            raise refused from cause
        self.wait(pause(self.lost))

    def wait_as_said(self, seconds: float | None) -> None:
        self.waits += 1
        self.wait(pause(self.waits) if seconds is None else max(1.0, seconds))


class Bearer(requests.auth.AuthBase):
    """Says the token, or that there is none: `requests` would look for one in a file of the account."""

    def __init__(self, token: str):
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def pause(count: int) -> float:
    return min(LONGEST_PAUSE, PAUSE * 2.0 ** (count - 1))


def refusal(ask: Ask, answer: Reponse, into: IO[bytes]) -> Refused:
    """Why it was not answered, with what the server says of it when it says it as FHIR does."""
    if ask.form is not None and answer.status in (400, 401, 403):
        return Refused("Le serveur de jetons du ROR refuse nos identifiants ou notre certificat.")
    if answer.status in (401, 403):
        return Refused("Le ROR refuse notre accès\u00a0: jeton, profil ou rôle.")
    if answer.status in (404, 410):
        return Refused("Le ROR n’a plus ce que nous lui demandons.", lost=True)
    if 300 <= answer.status < 400:
        return Refused("Le ROR renvoie ailleurs\u00a0: son adresse a changé.")
    into.seek(0)
    said = outcome(into.read())
    told = f"\u00a0: {said}" if said else ""
    return Refused(f"Le ROR répond {answer.status}{told}.", passing=answer.status >= 500)


def outcome(raw: bytes) -> str:
    """The sentences of an OperationOutcome; empty when it is none."""
    try:
        said = fhir.read(strict.loads(raw))
    except Refused:
        return ""
    return " ".join(said.graves)[:300].rstrip(".") if isinstance(said, fhir.OperationOutcome) else ""


def _is_visible(token: str) -> bool:
    return token.isascii() and token.isprintable() and " " not in token
