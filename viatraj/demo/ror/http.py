"""What of HTTP the server does, and does wrong when it is told to."""

import gzip
import json
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from viatraj.demo.ror.depot import region_of

FHIR = "application/fhir+json;charset=utf-8"
WANTED = (
    "Ror-Profil-Utilisateur-Code",
    "Ror-Profil-Utilisateur-System",
    "Ror-Role-Metier-Code",
    "Ror-Role-Metier-System",
)
HOUR, TWO_HOURS = 3_600, 7_200
SMALLEST_GZIP = 1_000


@cache
def bomb() -> bytes:
    return gzip.compress(b" " * (64 << 20), 9)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def ror(self):
        """The server itself, or the one for which another host keeps files."""
        return getattr(self.server, "ror", self.server)

    def log_message(self, format, *args):  # noqa: A002, the library's name
        """Nothing: a request is told by `asked`."""

    def date_time_string(self, timestamp=None):
        return format_datetime(datetime.fromtimestamp(self.ror.clock(), UTC), usegmt=True)

    # --- Ways ----------------------------------------------------------------------------------
    def do_POST(self):
        path, said = self._begin()
        ror = self.ror
        if not ror.token_url.endswith(path):
            return self._outcome(404, "inconnu")
        proved = said.get("client_secret") == ["simulateur"] or "cert" in ror.asked[-1][2]
        known = said.get("grant_type") == ["client_credentials"] and said.get("client_id") == ["viatraj"]
        if ror.panne == "secret" or not proved or not known:
            return self._json(401, {"error": "invalid_client"})
        return self._json(200, {"ok": True} if ror.panne == "jeton_illisible" else ror.new_token())

    def do_DELETE(self):
        _, said = self._begin()
        if self._refused():
            return None
        self.ror.jobs.pop((said.get("_jobId") or [""])[0], None)
        return self._answer(202)

    def do_GET(self):
        path, said = self._begin()
        if path.startswith("/fichiers/"):
            return self._file(path)
        if self._refused() or self._wrong():
            return None
        if path == "/fhir/$export":
            return self._export(said)
        if path == "/fhir/$export-poll-status":
            return self._look(said)
        if path == "/fhir" and "_getpages" in said:
            return self._page(said["_getpages"][0], int(said["_at"][0]))
        if path == "/fhir/HealthcareService":
            return self._search(said)
        return self._outcome(404, "inconnu")

    def _begin(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        shown = getattr(self.connection, "getpeercert", dict)()  # by TLS, and only who shows one
        self.ror.asked.append(
            (self.command, self.path, {**self.headers, **({"cert": shown} if shown else {})})
        )
        return parts.path, parse_qs(parts.query or body)

    def _refused(self) -> bool:
        """Without its token or its headers, nothing is answered."""
        ror = self.ror
        wrong_once = ror.panne == "401" and len(ror.asked) > 3 and ror.is_first()
        if (
            wrong_once
            or ror.panne == "401_toujours"
            or not ror.accepts(self.headers.get("Authorization", ""))
        ):
            self._outcome(401, "jeton refusé")
            return True
        missing = [name for name in WANTED if not self.headers.get(name)]
        if missing:
            self._outcome(400, f"en-têtes absents\u00a0: {', '.join(missing)}")
        return bool(missing)

    def _wrong(self) -> bool:
        """Faults that come before any answer."""
        ror, panne = self.ror, self.ror.panne
        ror.began = ror.clock() if ror.began is None else ror.began
        in_the_hour = ror.clock() < ror.began + HOUR
        if panne in ("429", "429_date", "429_muet", "503") and in_the_hour:
            said = {"429_date": self._date(ror.began + HOUR), "429_muet": ""}.get(panne, "600")
            self._outcome(int(panne[:3]), "trop de requêtes", **({"Retry-After": said} if said else {}))
        elif panne == "500_toujours" or (panne == "500" and ror.is_first(2)):
            self._outcome(500, "une erreur interne")
        elif panne == "redirection":
            self._answer(302, headers={"Location": f"{ror.ailleurs}{self.path}"})
        else:
            return False
        return True

    def _search(self, said):
        ror = self.ror
        try:
            number = ror.search(said)
        except (ValueError, LookupError) as error:
            return self._outcome(400, str(error))
        return self._page(number, 0)

    def _page(self, number: str, at: int):
        ror = self.ror
        if number not in ror.searches:
            return self._outcome(410, "cette recherche n’est plus gardée")
        body = ror.page(number, at)
        if ror.panne == "demesure":
            return self._answer(200, bomb(), headers={"Content-Encoding": "gzip"}, packed=True)
        if ror.panne == "abime" and at:
            body = body[: len(body) // 2] + b'}{"' + body[len(body) // 2 :]
        cut = ror.panne == "coupe_toujours" or (ror.panne == "coupe" and at and ror.is_first())
        return self._answer(200, body, cut=cut)

    # --- Exports -------------------------------------------------------------------------------
    def _export(self, said):
        ror = self.ror
        number = ror.begin_export(region_of(said))
        root = ror.ailleurs if ror.panne == "export_suivi_ailleurs" else ror.root
        place = {"Content-Location": f"{root}/fhir/$export-poll-status?_jobId={number}"}
        return self._answer(202, headers={} if ror.panne == "export_sans_suivi" else place)

    def _look(self, said):
        ror, number = self.ror, (said.get("_jobId") or [""])[0]
        job = ror.jobs.get(number)
        if job is None or ror.panne == "export_perdu":
            return self._outcome(404, "cet export n’est pas connu")
        if ror.is_ready(job):
            return self._json(200, ror.manifest(number))
        slow = ror.panne in ("export_lent", "export_sans_fin")
        wait = self._date(ror.clock() + HOUR) if ror.panne == "export_date" else str(TWO_HOURS if slow else 1)
        return self._answer(202, headers={"Retry-After": wait, "X-Progress": "en cours"})

    def _file(self, path: str):
        """Of its own host with a token; elsewhere with none."""
        ror = self.ror
        _, _, number, name = path.split("/")
        if ror.panne != "fichier_ailleurs" and self._refused():
            return None
        if number not in ror.jobs or ror.panne == "fichier_disparu":
            return self._outcome(410, "ce fichier n’est plus gardé")
        body = ror.file(number, name)
        if ror.panne == "fichier_abime":
            body = body[: len(body) // 2] + body[len(body) // 2 + 40 :]
        expires = -HOUR if ror.panne == "fichier_expire" else 24 * HOUR
        lines = ror.panne.startswith("ndjson")
        return self._answer(
            200,
            body,
            cut=ror.panne == "fichier_coupe",
            kind="application/fhir+ndjson" if lines else FHIR,
            bounded=ror.panne != "ndjson_coupe",
            headers={"Expires": self._date(ror.clock() + expires)},
        )

    # --- Answers -------------------------------------------------------------------------------
    def _date(self, seconds: float) -> str:
        return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)

    def _outcome(self, status: int, words: str, **headers):
        said = {"severity": "error", "code": "processing", "diagnostics": words}
        body = json.dumps({"resourceType": "OperationOutcome", "issue": [said]}).encode()
        return self._answer(status, body, headers=headers)

    def _json(self, status: int, said: dict):
        return self._answer(status, json.dumps(said).encode(), kind="application/json")

    def _answer(self, status, body=b"", *, kind=FHIR, headers=None, cut=False, packed=False, bounded=True):
        if (
            bounded
            and not packed
            and len(body) > SMALLEST_GZIP
            and "gzip" in self.headers.get("Accept-Encoding", "")
        ):
            body, headers = gzip.compress(body, 1), {**(headers or {}), "Content-Encoding": "gzip"}
        self.send_response_only(status)
        if self.ror.panne != "sans_date":
            self.send_header("Date", self.date_time_string())
        size = {"Content-Length": len(body)} if bounded else {"Connection": "close"}
        for name, value in {"Content-Type": kind, **size, **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if cut:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(body)
