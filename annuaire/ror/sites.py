"""The resources of one run put together, an établissement at a time, by what they refer to (ANN-7).

Pure. Of each resource only what it refers to and a digest are kept: the raw ones lie in PostgreSQL.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from sys import intern
from typing import Any

from annuaire.ror import fhir
from annuaire.ror.fhir import HealthcareService, Location, Organization, Refused
from annuaire.ror.fhir.formes import nomenclature_of, reference
from annuaire.ror.memoire import Recue, Souvenir
from annuaire.ror.refus import Json

FINESS = re.compile(r"\d[\dAB]\d{7}", re.ASCII)
OFFRE, LIEU, SITE = "offre", "lieu", "EG"
DEEPEST = 20
ABOUT = ("meta", "text")  # of a resource, and no part of what it says
NOTHING = "{} renvoie à {}, que le relevé ne contient pas."
CYCLE = "{} se contient elle-même."
NO_SITE = "{} ne dépend d’aucun établissement."
TWICE = "L’offre {} figure dans deux établissements\u00a0: {}."


@dataclass(slots=True)
class Connue:
    """What is kept of a resource. `rang`: its place among the raw ones; `refus`: why it may not be used.

    `jours`: from which on it says something else, though its text stays: it closes, it opens again.
    """

    rang: int
    genre: str = ""
    au_dessus: str | None = None
    lieux: tuple[str, ...] = ()
    cle: str = ""  # FINESS number of an établissement, identifier of an offer
    region: str = ""
    maj: datetime | None = None
    empreinte: bytes = b""
    jours: tuple[str, ...] = ()
    refus: str = ""

    def said_on(self, today: str) -> bytes:
        """The digest of what it says that day."""
        passed = sum(day <= today for day in self.jours)
        return self.empreinte + b"+" * passed

    def dit(self, name: str, codes: list[tuple[str, str]]) -> str:
        """What a memory keeps of it, by its name; of nothing that is kept, the name alone."""
        if not self.genre:
            return json.dumps([name])
        maj, digest = self.maj and self.maj.isoformat(), self.empreinte.hex()
        refers = (self.genre, self.au_dessus, self.lieux, self.cle, self.region)
        return json.dumps([name, *refers, maj, digest, self.jours, codes])

    @classmethod
    def of(cls, said: list, rang: int) -> "Connue":
        genre, above, places, cle, region, maj, digest, jours = said
        moment = datetime.fromisoformat(maj)
        known = (intern(genre), above and intern(above), tuple(places), cle, intern(region), moment)
        return cls(rang, *known, bytes.fromhex(digest), tuple(jours))


@dataclass(slots=True)
class Groupe:
    """An établissement with all that belongs to it. `offres`: digest and last change, by identifier.

    `ailleurs`: offers that were its own and that this run names in another one.
    """

    finess: str
    region: str
    empreinte: str
    rangs: set[int] = field(default_factory=set)
    offres: dict[str, tuple[str, datetime | None]] = field(default_factory=dict)
    raisons: list[str] = field(default_factory=list)
    ailleurs: list[str] = field(default_factory=list)


class Index:
    """`codes`: how often each was met; `perdues`: what is refused and belongs to no établissement.

    `salt`: what a digest depends on besides the resource. `dit`: of the last one, what a memory keeps.
    """

    def __init__(self, salt: str = "", *, today: date | None = None):
        self.salt, self.today, self.dit = salt.encode(), str(today or ""), ""
        self.connues: dict[str, Connue] = {}
        self.codes: Counter[tuple[str, str]] = Counter()
        self.comptes: Counter[str] = Counter()
        self.perdues: list[str] = []
        self.sites: dict[str, Groupe] = {}
        self.places: dict[str, set[str]] = defaultdict(set)

    def add(self, said: Recue, *, rang: int) -> bool:
        """False when nothing of it is kept: people, and of one that comes twice the older one."""
        self.dit = ""
        if isinstance(said, Souvenir):
            name, *rest = json.loads(said.dit)
            self.comptes[name.partition("/")[0]] += 1
            codes = rest.pop() if rest else []
            return bool(rest) and self._keep(name, Connue.of(rest, rang), map(tuple, codes))
        genre, name = str(said.get("resourceType")), f"{said.get('resourceType')}/{said.get('id')}"
        self.comptes[genre] += 1
        try:
            lue = fhir.read(said)
        except Refused as error:
            return self._refused(said, name, rang, error)
        if not isinstance(lue, Organization | HealthcareService | Location):
            self.dit = Connue(rang).dit(name, [])
            return False
        one, codes = self._of(lue, said, rang), list(_codes(said))
        self.dit = one.dit(name, codes)
        return self._keep(name, one, codes)

    def _keep(self, name: str, one: Connue, codes: Iterable[tuple[str, str]]) -> bool:
        known = self.connues.get(name)
        if known and known.maj and one.maj < known.maj:
            return False
        self.connues[name] = one
        self.codes.update(codes)
        return True

    def _refused(self, said: Json, name: str, rang: int, error: Refused) -> bool:
        """It exists all the same: its établissement, if one can say which, is not believed in this run."""
        if not error.ressource:
            self.perdues.append(str(error))
            return False
        genre = {"HealthcareService": OFFRE, "Location": LIEU}.get(str(said.get("resourceType")), "")
        one = Connue(rang, genre, refus=str(error))
        try:
            one.au_dessus = reference(said, "providedBy") or reference(said, "partOf")
        except Refused:
            one.au_dessus = None
        if genre or one.au_dessus or str(said.get("resourceType")) == "Organization":
            self.connues[name] = one
        return False

    def _of(self, lue: fhir.Read, said: Json, rang: int) -> Connue:
        bare = {name: value for name, value in said.items() if name not in ABOUT}
        told = json.dumps(bare, sort_keys=True)
        digest = hashlib.md5(self.salt + told.encode(), usedforsecurity=False)
        one = Connue(rang, LIEU, maj=lue.maj, empreinte=digest.digest(), region=lue.region or "")
        if isinstance(lue, Organization):
            one.genre, one.au_dessus, one.cle = lue.niveau, lue.part_of, lue.finess or ""
            one.jours = _days(lue.periode and lue.periode.fin)
        elif isinstance(lue, HealthcareService):
            one.genre, one.au_dessus, one.cle = OFFRE, lue.organisation, lue.cle
            one.lieux, one.jours = lue.lieux or (), _days(*(lue.fermeture or ()))
        return one

    def groupes(self) -> list[Groupe]:
        """All établissements, by FINESS number."""
        for name, one in self.connues.items():
            if one.genre == SITE:
                self._site(name, one)
        for name, one in self.connues.items():
            if one.genre == OFFRE:
                self._offre(name, one)
            elif one.refus and one.genre != LIEU:
                self._blame(one.au_dessus, one.refus)
        self._once_each()
        return sorted(self.sites.values(), key=lambda one: one.finess)

    def _once_each(self) -> None:
        for cle, at in self.places.items():
            if len(at) > 1:
                told = TWICE.format(cle, ", ".join(sorted(self.sites[one].finess for one in at)))
                for one in at:
                    self.sites[one].raisons.append(told)

    def _site(self, name: str, one: Connue) -> None:
        if not FINESS.fullmatch(one.cle):
            self.perdues.append(f"{name}\u00a0: elle n’a pas de numéro FINESS.")
            return
        groupe = Groupe(one.cle, one.region, "", {one.rang})
        entite = self.connues.get(one.au_dessus or "")
        if one.au_dessus and entite is None:
            groupe.raisons.append(NOTHING.format(name, one.au_dessus))
        elif entite is not None and self._contains_itself(name):
            groupe.raisons.append(CYCLE.format(name))
        elif entite is not None:
            groupe.rangs.add(entite.rang)
            if entite.refus:
                groupe.raisons.append(entite.refus)
        groupe.empreinte = _digest([one.said_on(self.today), entite.empreinte if entite else b""])
        self.sites[name] = groupe

    def _offre(self, name: str, one: Connue) -> None:
        """In its établissement, with its places; what is wrong with it is wrong with that."""
        try:
            above, rangs = self._climb(name)
        except Refused as error:
            self._blame(one.au_dessus, one.refus or str(error))
            return
        groupe = self.sites.get(above)
        if groupe is None:
            self.perdues.append(f"{name}\u00a0: son établissement est refusé.")
            return
        digests = [one.said_on(self.today)]
        for place in one.lieux:
            found = self.connues.get(place)
            if found is None:
                groupe.raisons.append(NOTHING.format(name, place))
            elif found.refus:
                groupe.raisons.append(found.refus)
            else:
                digests.append(found.empreinte)
                rangs.add(found.rang)
        groupe.rangs |= {one.rang, *rangs}
        if one.refus:
            groupe.raisons.append(one.refus)
        else:
            self.places[one.cle].add(above)
            groupe.offres[one.cle] = (_digest(digests), one.maj)

    def _climb(self, name: str) -> tuple[str, set[int]]:
        """The établissement above, and what stands between."""
        seen, rangs, here = {name}, set(), name
        while True:
            above = self.connues[here].au_dessus
            if above is None:
                raise Refused(NO_SITE.format(name))
            if above in seen or len(seen) > DEEPEST:
                raise Refused(CYCLE.format(above))
            if above not in self.connues:
                raise Refused(NOTHING.format(here, above))
            if self.connues[above].genre == SITE:
                return above, rangs
            rangs.add(self.connues[above].rang)
            seen.add(above)
            here = above

    def _contains_itself(self, name: str) -> bool:
        above, seen = self.connues[name].au_dessus, {name}
        while above in self.connues and above not in seen:
            seen.add(above)
            above = self.connues[above].au_dessus
        return above in seen

    def _blame(self, name: str | None, told: str) -> None:
        """As near as one can say whose fault it is, else nobody's: then no absence is believed."""
        if name in self.sites:
            self.sites[name].raisons.append(told)
        else:
            self.perdues.append(told)


def _days(*days: date | None) -> tuple[str, ...]:
    return tuple(one.isoformat() for one in days if one)


def _digest(parts: Iterable[bytes]) -> str:
    return hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest()


def _codes(said: Any) -> Iterator[tuple[str, str]]:
    """All codes of nomenclatures, wherever they stand."""
    if isinstance(said, list):
        for one in said:
            yield from _codes(one)
    elif isinstance(said, dict):
        system, code = said.get("system"), said.get("code")
        if isinstance(system, str) and isinstance(code, str) and (named := nomenclature_of(system)):
            yield named, code
        for one in said.values():
            if isinstance(one, dict | list):
                yield from _codes(one)
