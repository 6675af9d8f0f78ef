"""Zones as people name them: a list of codes or names, one a line, pasted or in a file; a search (ANN-2)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef

from annuaire.models import Commune, Departement, Epci
from annuaire.reads import communes
from annuaire.reads.couvertures import KINDS as NARROWEST_FIRST
from annuaire.reads.couvertures import Zone
from viatraj.core.saisie.caracteres import plain
from viatraj.core.tableaux.cellules import MAX_SCANNED, TOO_LONG, Cell, Unreadable
from viatraj.core.typography import counted, grouped

MOST = 2_000
LONGEST = 200
TOO_MANY = f"Au plus {grouped(MOST)} lignes à la fois."
UNKNOWN = "aucune commune, aucun EPCI ni département ne correspond"
SEVERAL = "plusieurs zones portent ce nom, donnez le code de la bonne\u00a0: {}"
KINDS = {"commune": "commune", "epci": "EPCI", "departement": "département"}
BOTH_WAYS = "cette zone est à la fois desservie et exclue"
COMMUNE = re.compile(r"\d[\dAB]\d{3}", re.ASCII)
DEPARTEMENT = re.compile(r"\d[\dAB]|9[78]\d", re.ASCII)
EPCI = re.compile(r"\d{9}", re.ASCII)
SAUF = re.compile(r"(?:sauf|hors)\s+", re.IGNORECASE)
SHORT = re.compile(r"\d|\d{4}", re.ASCII)  # of the first nine départements, as spreadsheets leave their codes
TITLES = ("codeinsee", "insee", "codecommune", "codegeographique", "siren", "code", "zone", "commune", "nom")
FOUND, EACH = 20, 8  # of a search: zones, of each kind


class Ligne(NamedTuple):
    numero: int
    dit: str
    exclue: bool


class Faute(NamedTuple):
    """A line that was not understood."""

    numero: int
    dit: str
    pourquoi: str


class Comprises(NamedTuple):
    """What a list means: zones, each once, in the order of its lines; `notes`: what is to be said of it."""

    zones: list[Zone]
    faults: list[Faute]
    notes: list[str]


def understand(text: str, *, departement: str = "") -> Comprises:
    """Five queries. A name that several bear is that of the département, when it is there once."""
    lines = _lines(text)
    if len(lines) > MOST:
        return Comprises([], [Faute(MOST + 1, "", TOO_MANY)], [])
    meant = _by_code(lines) | _by_name([one for one in lines if not _is_code(one.dit)], departement)
    zones: dict[tuple[str, str], Zone] = {}
    faults, doubled, followed = [], 0, set()
    for one in lines:
        kind, code = meant.get(one.dit, ("", UNKNOWN))
        if not kind:
            faults.append(Faute(one.numero, one.dit, code))
            continue
        known = zones.setdefault((kind, code), zone := Zone(kind, code, one.exclue))
        if known.exclue != one.exclue:
            faults.append(Faute(one.numero, one.dit, BOTH_WAYS))
        doubled += known is not zone
        if kind == "commune" and _is_code(one.dit) and one.dit != code:
            followed.add(one.dit)
    return Comprises(list(zones.values()), faults, _notes(doubled, sorted(followed)))


def _notes(doubled: int, followed: list[str]) -> list[str]:
    said = []
    if doubled:
        said.append(f"{counted(doubled, 'ligne')} en double, comptées une fois.")
    if followed:
        said.append(
            f"{counted(len(followed), 'commune réunie')} à une autre, lues comme celle d’aujourd’hui\u00a0: "
            f"{', '.join(followed[:FOUND])}{'…' if len(followed) > FOUND else ''}."
        )
    return said


class Fichier:
    """The rows of a workbook or of a text, as lines to understand: the column of codes, else the first."""

    def __init__(self) -> None:
        self.left_out: list[str] = []
        self.lines: list[str] = []  # one a row, so that faults are told by the row's number
        self.column: int | None = None

    @property
    def is_begun(self) -> bool:
        return self.column is not None

    def knows(self, title: str) -> bool:
        return _title(title) in TITLES or _is_code(title)

    def add(self, number: int, cells: Sequence[Cell]) -> None:
        if number > MAX_SCANNED:
            raise Unreadable(TOO_LONG)
        self.lines += [""] * (number - 1 - len(self.lines))
        if all(cell.is_empty for cell in cells):
            return
        if self.column is None and self._has_titles(cells):
            return
        cell = cells[self.column] if self.column < len(cells) else Cell()  # type: ignore[operator]
        if cell.fault:
            raise Unreadable(f"Ligne {number}\u00a0: {cell.fault}")
        self.lines.append(plain(_as_text(cell.value)))

    def _has_titles(self, cells: Sequence[Cell]) -> bool:
        titles = [_title(str(cell.value or "")) for cell in cells]
        known = [title for title in TITLES if title in titles]
        self.column = titles.index(known[0]) if known else 0
        return bool(known)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def _title(text: str) -> str:
    return re.sub(r"[^a-z]", "", plain(text).casefold().replace("é", "e"))


def _as_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "")


def propose(text: str, *, departement: str = "") -> list[Zone]:
    """What a few words may mean: a name or its beginning, a code, a code postal.

    Those of the département come first; then the widest.
    """
    said = plain(text)[:LONGEST]
    key = _keys({said})[said]
    found = communes.find(said, most=EACH)
    own: set[Zone] = set()
    if departement and key.isalpha():
        near = communes.find(f"{said} ({departement})", most=EACH)
        found = list(dict.fromkeys([*near, *found]))
        own = {Zone("departement", departement), *_with_epci(near)}
    zones = dict.fromkeys(understand(said, departement=departement).zones)
    if key.isalpha():
        wide = Departement.objects.filter(cle__startswith=key).order_by("cle")[:EACH]
        zones |= dict.fromkeys(Zone("departement", one.pk) for one in wide)
        named = {Zone("epci", one.pk): one.is_here for one in _epci_named(key, departement)}
        zones |= dict.fromkeys(named)
        own |= {zone for zone, is_here in named.items() if is_here}
    zones |= dict.fromkeys(_with_epci(found))
    return sorted(zones, key=lambda zone: (zone not in own, -NARROWEST_FIRST.index(zone.kind)))[:FOUND]


def _with_epci(found: Iterable[Commune]) -> list[Zone]:
    every = list(found)
    epci = [Zone("epci", one.epci_id) for one in every if one.epci_id]
    return epci + [Zone("commune", one.pk) for one in every]


def _epci_named(key: str, departement: str):
    """Those of the département first, `is_here`."""
    if len(key) < 3:
        return []
    members = Commune.objects.living().filter(epci=OuterRef("pk"), departement=departement)
    named = Epci.objects.filter(disparu_en=None, cle__contains=key).annotate(is_here=Exists(members))
    return named.order_by("-is_here", "cle")[:EACH]


def _lines(text: str) -> list[Ligne]:
    found = []
    for numero, line in enumerate(text.splitlines(), 1):
        if not (said := plain(line)[:LONGEST]):
            continue
        bare = SAUF.sub("", said, count=1) if SAUF.match(said) else said
        whole = f"0{bare}" if SHORT.fullmatch(bare) else bare.upper()
        found.append(Ligne(numero, whole if _is_code(whole) else bare, bare != said))
    return found


def _is_code(said: str) -> bool:
    return any(pattern.fullmatch(said) for pattern in (COMMUNE, DEPARTEMENT, EPCI))


def _by_code(lines: Iterable[Ligne]) -> dict[str, tuple[str, str]]:
    said = {one.dit for one in lines}
    communes = {one for one in said if COMMUNE.fullmatch(one)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, annuaire_commune_vivante(code) FROM unnest(%s::text[]) code", [sorted(communes)]
        )
        living = {code: now for code, now in cursor.fetchall() if now}
    of_today = set(Commune.objects.living().filter(pk__in=living.values()).values_list("pk", flat=True))
    epci = Epci.objects.filter(pk__in={one for one in said if EPCI.fullmatch(one)}, disparu_en=None)
    departements = Departement.objects.filter(pk__in={one for one in said if DEPARTEMENT.fullmatch(one)})
    return {
        **{code: ("commune", now) for code, now in living.items() if now in of_today},
        **{pk: ("epci", pk) for pk in epci.values_list("pk", flat=True)},
        **{pk: ("departement", pk) for pk in departements.values_list("pk", flat=True)},
    }


def _by_name(lines: list[Ligne], departement: str) -> dict[str, tuple[str, str]]:
    keys = _keys({one.dit for one in lines})
    known: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    wanted = set(keys.values()) - {""}
    for cle, pk, of in (
        Commune.objects.living().filter(cle__in=wanted).values_list("cle", "pk", "departement")
    ):
        known[cle].add(("commune", pk, of))
    for cle, pk in Epci.objects.filter(cle__in=wanted, disparu_en=None).values_list("cle", "pk"):
        known[cle].add(("epci", pk, ""))
    for cle, pk in Departement.objects.filter(cle__in=wanted).values_list("cle", "pk"):
        known[cle].add(("departement", pk, ""))
    return {said: _one(known[key], departement) for said, key in keys.items()}


def _one(found: set[tuple[str, str, str]], departement: str) -> tuple[str, str]:
    if not found:
        return "", UNKNOWN
    here = [one for one in found if one[2] == departement] if len(found) > 1 else list(found)
    if len(here) != 1:
        return "", SEVERAL.format(", ".join(_told(one) for one in sorted(here or found)))
    kind, code, _ = here[0]
    return kind, code


def _told(zone: tuple[str, str, str]) -> str:
    """«commune 21541 (21)»."""
    kind, code, departement = zone
    return f"{KINDS[kind]} {code}" + (f" ({departement})" if departement else "")


def _keys(names: set[str]) -> dict[str, str]:
    """As the search keys of the territory are made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nom, norm_cle(nom) FROM unnest(%s::text[]) nom", [sorted(names)])
        return dict(cursor.fetchall())
