"""The server: tokens, searches page by page, `$export`; what each fault does to them.

`clock` gives seconds since 1970, so that an hour of refusals lasts no hour in a test.
"""

import json
import re
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext
from threading import Thread

from viatraj.demo.ror import pannes
from viatraj.demo.ror.depot import Connue, Depot, region_of
from viatraj.demo.ror.http import Handler

CLIENT, SECRET = "viatraj", "simulateur"
A_FILE = 1_000  # resources of one file of an export
SINCE = re.compile(r"\(_lastUpdated ge (\S+) or organization\._lastUpdated:above ge \1\)")
BEGINS = re.compile(r"organization\.identifier:above sw ([0-9AB]{1,9})")


@dataclass
class Search:
    """`order`: which slice each page shows."""

    offres: list[Connue]
    a_page: int
    order: list[int]
    beside: bool


@dataclass
class Job:
    """Made ready by a thread, while who waits looks again."""

    region: str
    moment: float
    work: Thread
    looked: int = 0
    slices: list[list[Connue]] = field(default_factory=list)


class Ror(ThreadingHTTPServer):
    """Begin it with `serve_forever`; `url` and `token_url` say where it is, `asked` what it was asked."""

    daemon_threads = True

    def __init__(
        self,
        folder: Path | str,
        *,
        port: int = 0,
        panne: str = "",
        clock: Callable[[], float] = time.time,
        ceiling: int = 10_000,
        a_page: int = 200,
        tls: SSLContext | None = None,
    ):
        pannes.known(panne)  # before a port is taken
        super().__init__(("127.0.0.1", port), Handler)
        self.scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.elsewhere, self.depot = Elsewhere(self), Depot(Path(folder))
        self.panne = panne
        self.clock = lambda: clock() + pannes.HORLOGE.get(self.panne, 0)
        self.ceiling, self.a_page = ceiling, a_page
        self.tokens: dict[str, list[float]] = {}  # until when, and how many requests more
        self.searches: dict[str, Search] = {}
        self.jobs: dict[str, Job] = {}
        self.spent: Counter[str] = Counter()
        self.asked: deque[tuple[str, str, dict[str, str]]] = deque(maxlen=10_000)
        self.began: float | None = None

    @contextmanager
    def running(self) -> Iterator["Ror"]:
        """Served by threads, for tests; the fault may be changed meanwhile."""
        servers = (self, self.elsewhere)
        for server in servers:
            Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield self
        finally:
            for server in servers:
                server.shutdown()
                server.server_close()

    @property
    def panne(self) -> str:
        return self._panne

    @panne.setter
    def panne(self, panne: str) -> None:
        """From now on: what it answers, what its folder says, what time it is there."""
        self._panne = pannes.known(panne)
        self.depot.change(panne)

    @property
    def ailleurs(self) -> str:
        return f"http://127.0.0.1:{self.elsewhere.server_port}"

    @property
    def root(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"{self.root}/fhir"

    @property
    def token_url(self) -> str:
        return f"{self.root}/auth/realms/ror/protocol/openid-connect/token"

    def is_first(self, times: int = 1) -> bool:
        """The first times that this fault could happen."""
        self.spent[self.panne] += 1
        return self.spent[self.panne] <= times

    # --- Tokens --------------------------------------------------------------------------------
    def new_token(self) -> dict:
        token = secrets.token_urlsafe(24)
        self.tokens[token] = [self.clock() + 300, 3 if self.panne == "jeton_bref" else 10**9]
        return {"access_token": token, "expires_in": 300, "token_type": "Bearer", "scope": "ror"}

    def accepts(self, authorization: str) -> bool:
        known = self.tokens.get(authorization.removeprefix("Bearer "))
        if not authorization.startswith("Bearer ") or known is None:
            return False
        known[1] -= 1
        return self.clock() < known[0] and known[1] >= 0

    # --- Searches ------------------------------------------------------------------------------
    def search(self, asked: dict[str, list[str]]) -> str:
        """The number of a search that was begun."""
        filtered = (asked.get("_filter") or [""])[0]
        since, begins = SINCE.search(filtered), BEGINS.search(filtered)
        if filtered and SINCE.sub("", BEGINS.sub("", filtered)).strip() not in ("", "and"):
            raise ValueError(f"_filter non pris en charge\u00a0: {filtered[:100]}")
        offres = self.depot.fresh().offres(
            region=region_of(asked),
            since=datetime.fromisoformat(since[1]) if since else None,
            finess=begins[1] if begins else "",
        )
        a_page = min(self.a_page, int((asked.get("_count") or [self.a_page])[0]))
        ceiling = a_page if self.panne == "plafond" else self.ceiling
        pages = max(1, -(-min(len(offres), ceiling) // a_page))
        number = secrets.token_hex(8)
        self.searches[number] = Search(offres, a_page, self._order(pages), "_include" in asked)
        return number

    def _order(self, pages: int) -> list[int]:
        order = list(range(pages))
        if self.panne == "desordre":
            return order[::-1]
        if self.panne == "page_double" and pages > 1:
            order[1] = 0
        return [0, *order] if self.panne == "page_repetee" else order

    def page(self, number: str, at: int) -> bytes:
        search = self.searches[number]
        here = search.order[min(at, len(search.order) - 1)] * search.a_page
        offres = search.offres[here : here + search.a_page]
        score = b', "score": NaN' if self.panne == "nan" and at else b""
        entries = [entry(one, b'{"mode": "match"%s}' % score) for one in offres]
        if search.beside:
            entries += [entry(one, b'{"mode": "include"}') for one in self.depot.beside(offres)]
        if self.panne == "avertissement":
            said = {"severity": "error", "code": "processing", "diagnostics": "une partie de l’index manque"}
            outcome = {"resourceType": "OperationOutcome", "issue": [said]}
            entries.append(b'{"resource": %s}' % json.dumps(outcome).encode())
        total = b"" if self.panne == "sans_total" else b'"total": %d, ' % len(search.offres)
        links = json.dumps(self._links(number, at, len(search.order))).encode()
        head = b'{"resourceType": "Bundle", "type": "searchset", %s"link": %s' % (total, links)
        return head + (b', "entry": [' + b", ".join(entries) + b"]}" if entries else b"}")

    def _links(self, number: str, at: int, pages: int) -> list[dict]:
        here = f"{self.url}?_getpages={number}&_at="
        following = f"{here}{at + 1}" if at + 1 < pages else ""
        if following and self.panne == "autre_hote":
            following = following.replace(self.root, self.ailleurs)
        elif at and self.panne == "boucle":
            following = f"{here}1"
        elif self.panne == "boucle_neuve":
            following = f"{here}{at + 1}"
        links = [{"relation": "self", "url": f"{here}{at}"}]
        return [*links, {"relation": "next", "url": following}] if following else links

    # --- Exports -------------------------------------------------------------------------------
    def begin_export(self, region: str) -> str:
        number = secrets.token_hex(8)
        job = Job(region, self.clock(), Thread(target=lambda: self._prepare(job), daemon=True))
        self.jobs[number] = job
        job.work.start()
        return number

    def _prepare(self, job: Job) -> None:
        offres = self.depot.fresh().offres(region=job.region)
        everything = [*offres, *self.depot.beside(offres)]
        job.slices = [everything[at : at + A_FILE] for at in range(0, len(everything), A_FILE)]

    def is_ready(self, job: Job) -> bool:
        job.looked += 1
        job.work.join(5)
        if self.panne == "export_sans_fin" or job.work.is_alive():
            return False
        return job.looked > (2 if self.panne in ("export_lent", "export_date") else 1)

    def manifest(self, number: str) -> dict:
        job = self.jobs[number]
        root = self.ailleurs if self.panne == "fichier_ailleurs" else self.root
        more = 1 if self.panne == "fichier_court" else 0
        files = [
            {"type": "HealthcareService", "url": f"{root}/fichiers/{number}/{n}"}
            | ({} if self.panne == "ndjson_coupe" else {"count": len(part) + more})
            for n, part in enumerate(job.slices)
        ]
        if self.panne == "export_vide":
            files = []
        elif self.panne == "fichier_double":
            files += files[:1]
        wrong = [{"type": "OperationOutcome", "url": f"{root}/fichiers/{number}/erreur"}]
        return {
            "transactionTime": datetime.fromtimestamp(job.moment).astimezone().isoformat(),
            "request": f"{self.url}/$export",
            "requiresAccessToken": self.panne != "fichier_ailleurs",
            "output": files,
            "error": wrong if self.panne == "export_erreur" else [],
        }

    def file(self, number: str, name: str) -> bytes:
        if name == "erreur":
            said = {"severity": "error", "code": "exception", "diagnostics": "la région n’est pas complète"}
            parts = [json.dumps({"resourceType": "OperationOutcome", "issue": [said]}).encode()]
        else:
            parts = [one.text() for one in self.jobs[number].slices[int(name)]]
        if self.panne == "ndjson_coupe":
            parts = parts[: len(parts) // 2]
        if self.panne.startswith("ndjson"):
            return b"\n".join(parts) + b"\n"
        entries = b",\n".join(b'{"resource": %s}' % one for one in parts)
        return b'{"resourceType": "Bundle", "type": "collection", "entry": [%s]}' % entries


class Elsewhere(ThreadingHTTPServer):
    """Another host, which keeps files for the ROR and should see nothing of ours."""

    daemon_threads = True

    def __init__(self, ror: Ror):
        super().__init__(("127.0.0.1", 0), Handler)
        self.ror = ror


def entry(one: Connue, search: bytes) -> bytes:
    return b'{"resource": %s, "search": %s}' % (one.text(), search)
