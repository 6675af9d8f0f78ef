"""Searches of offers, page by page: what a search has is compared with what it says it has.

The ROR stops at 10,000 results: a longer one is asked in pieces, by region, then by what FINESS begins with.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from annuaire.ror import fhir, strict
from annuaire.ror.fhir.formes import integer, text, thing, things
from annuaire.ror.refus import Json, Refused
from annuaire.ror.reponse import Reponse, absolute
from annuaire.ror.transport import Transport
from viatraj.core.reading import reads

MOST_IN_VAIN = 5  # pages of one search that bring no new offer
REGION = "https://mos.esante.gouv.fr/NOS/TRE_R30-RegionOM/FHIR/TRE-R30-RegionOM"
REGIONS = tuple("01 02 03 04 05 06 07 08 11 24 27 28 32 44 52 53 75 76 84 93 94".split())  # TRE_R30
DIGITS = "0123456789"
NUMBER = 9  # characters of a FINESS number, of which the second may be a letter
INCLUDED = (
    ("_include", "HealthcareService:organization"),
    ("_include:iterate", "Organization:partof"),
    ("_include", "HealthcareService:location"),
    ("_revinclude", "PractitionerRole:service"),
    ("_include", "PractitionerRole:practitioner"),
)


@dataclass(frozen=True)
class Criteres:
    """`since`: what has changed from then on, itself or an organization above it. `finess`: how it begins."""

    region: str = ""
    since: datetime | None = None
    finess: str = ""

    def query(self, count: int) -> str:
        filters = []
        if self.since:
            at = self.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            filters.append(f"(_lastUpdated ge {at} or organization._lastUpdated:above ge {at})")
        if self.finess:
            filters.append(f"organization.identifier:above sw {self.finess}")
        pairs = [("_filter", " and ".join(filters))] if filters else []
        pairs += [("_tag", f"{REGION}|{self.region}")] if self.region else []
        return urlencode([*pairs, ("_count", str(count)), *INCLUDED])

    def pieces(self) -> Iterator["Criteres"]:
        """Narrower ones, which together have all of it."""
        if not self.region:
            yield from (replace(self, region=one) for one in REGIONS)
        elif len(self.finess) < NUMBER:
            letters = "AB" if len(self.finess) == 1 else ""
            yield from (replace(self, finess=self.finess + one) for one in DIGITS + letters)


@dataclass(frozen=True)
class Page:
    total: int
    found: list[Json]
    beside: list[Json]
    following: str


class Recherche:
    """`seen` is told each first answer: its date is the server’s clock."""

    def __init__(self, transport: Transport, *, seen: Callable[[Reponse], None]):
        self.transport, self.seen = transport, seen
        self.base = f"{transport.acces.url}/HealthcareService"

    def resources(self, criteres: Criteres) -> Iterator[Json]:
        """Offers and what they refer to; `Refused` at the end when there are fewer than was said."""
        yield from self._piece(criteres, set())

    def _piece(self, criteres: Criteres, found: set[str]) -> Iterator[Json]:
        """`found`: ids of offers, of all pieces together."""
        url = f"{self.base}?{criteres.query(self.transport.acces.par_page)}"
        answer = self.transport.get(url)
        self.seen(answer)
        page, mine = page_of(answer.body, url), set()
        if page.total >= self.transport.acces.plafond:
            for piece in criteres.pieces():
                yield from self._piece(piece, mine)
        else:
            yield from self._pages(page, url, mine)
        if len(mine) < page.total:
            raise Refused(
                f"Le ROR annonce {page.total} offres et n’en donne que {len(mine)}\u00a0: rien n’est pris.",
                passing=True,
            )
        found |= mine

    def _pages(self, page: Page, url: str, found: set[str]) -> Iterator[Json]:
        asked, in_vain = {url}, 0
        while True:
            before = len(found)
            found.update(text(one, "id") or "" for one in page.found)
            in_vain += len(found) == before
            yield from page.found
            yield from page.beside
            if not page.following:
                return
            if page.following in asked:
                raise Refused("Le ROR tourne en rond dans ses pages.")
            if in_vain > MOST_IN_VAIN:
                raise Refused("Le ROR n’en finit pas de donner des pages.")
            asked.add(page.following)
            page = page_of(self.transport.get(page.following).body, page.following)


@reads(Refused, lambda: Refused("Le ROR répond autre chose qu’un résultat de recherche."))
def page_of(raw: bytes, url: str) -> Page:
    """What was asked at this address."""
    bundle = strict.loads(raw)
    if text(bundle, "resourceType") != "Bundle" or text(bundle, "type") != "searchset":
        raise Refused("Le ROR répond autre chose qu’un résultat de recherche.")
    total = integer(bundle, "total")
    if total is None or total < 0:
        raise Refused("Le ROR ne dit pas combien d’offres il a trouvées.")
    found: list[Json] = []
    beside: list[Json] = []
    for entry in things(bundle, "entry") or ():
        resource = thing(entry, "resource")
        if resource is None:
            raise Refused("Le ROR donne une entrée sans ressource.")
        if text(resource, "resourceType") == "OperationOutcome":
            check(resource)
        elif is_match(entry, resource):
            found.append(resource)
        else:
            beside.append(resource)
    return Page(total, found, beside, _following(bundle, url))


def is_match(entry: Json, resource: Json) -> bool:
    """An offer that was sought, not one that came along with it."""
    mode = text(thing(entry, "search") or {}, "mode") or "match"
    return mode == "match" and text(resource, "resourceType") == "HealthcareService"


def check(resource: Json) -> None:
    """What a server says of what it has left out: an error refuses the whole."""
    said = fhir.read(resource)
    if isinstance(said, fhir.OperationOutcome) and said.graves:
        raise Refused(f"Le ROR dit\u00a0: {said.graves[0].rstrip('.')}.", passing=True)


def _following(bundle: Json, url: str) -> str:
    links = [text(one, "url") for one in things(bundle, "link") or () if text(one, "relation") == "next"]
    if len(links) > 1:
        raise Refused("Le ROR donne deux pages suivantes.")
    return absolute(links[0], url) if links and links[0] else ""
