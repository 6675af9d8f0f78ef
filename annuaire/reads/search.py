"""Finds médecins in the national directory (ANN-5), whatever the case, accents, spaces or one typing error.

Every query uses a partial index of Activite, has a LIMIT, and is stopped after two seconds. How close names
are found: docs/adr/0028.
"""

import re
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable, QueryCanceled

from accounts.identifiants import spellings
from annuaire import places
from annuaire.models import ImportRun
from annuaire.reads import nearby, queries, villes
from annuaire.reads.queries import Lieu, Nom

SOURCE = "Annuaire Santé, Agence du Numérique en Santé"
LIMIT = 50
ELSEWHERE = 20
LONGEST = 100
SECONDS = 2
TITLES = ("DR", "DOCTEUR", "PR", "PROFESSEUR", "MME", "MADAME", "MONSIEUR")
NUMERO = re.compile(r"(?:rpps|adeli|n°)?[\s.:]*(\d[\dAB](?:[\s.]?\d){7,10})", re.IGNORECASE)

TOO_SHORT_WITH_PLACE = "Saisissez au moins deux lettres du nom."
TOO_SHORT = "Saisissez au moins trois lettres du nom, ou deux avec un code postal ou une commune."
TOO_SLOW = "La recherche est trop large\u202f: précisez le nom, ou ajoutez un code postal."
LOADING = "L’annuaire national est en cours de chargement. Réessayez dans quelques minutes."
BAD_CODE = "Saisissez un code postal, ou au moins ses deux premiers chiffres."


@dataclass(frozen=True)
class Hit:
    """A médecin; `lieux` are (code postal, commune)."""

    idnat: str
    nom: str
    prenom: str
    specialite: str
    lieux: list[tuple[str, str]]

    @property
    def numero(self) -> str:
        """RPPS or ADELI, without the digit of its kind."""
        return self.idnat[1:]


@dataclass(frozen=True)
class Found:
    """`suggestions`: nobody has this name, these have the nearest; `noms` are the nearest surnames, in order.

    `ailleurs` have the name, but not at the place: asked only when nobody there has it. `nom`, `lieu`,
    `numero`: what was searched, as it was understood.
    """

    professionnels: list[Hit] = field(default_factory=list)
    suggestions: bool = False
    truncated: bool = False
    noms: list[nearby.Proposition] = field(default_factory=list)
    ailleurs: list[Hit] = field(default_factory=list)
    nom: str = ""
    lieu: str = ""
    numero: str = ""


def find(nom: str, *, code_postal: str = "", commune: str = "", exclude=()) -> Found:
    """Médecins by name, at most 50, grouped by person; by national number too.

    `code_postal` may be its first figures; either may hold both, as in «31000 Toulouse». Raises
    ValidationError (code `nom` or `code_postal`) with the sentence for the person.
    """
    nom, lieu = readable(nom), readable(f"{code_postal} {commune}").strip()
    if number := NUMERO.fullmatch(nom.strip()):
        return _numbered(number[1], exclude)
    with _limited(nom, lieu) as (name, words):
        return _named(*_understood(name, lieu, words), exclude)


def check(nom: str, *, code_postal: str = "") -> None:
    """Raises what `find` would when this says too little, without looking for anybody."""
    nom, lieu = readable(nom), readable(code_postal).strip()
    if not NUMERO.fullmatch(nom.strip()):
        with _limited(nom, lieu) as (name, words):
            _understood(name, lieu, words)


def _understood(name: Nom, typed: str, words: Nom) -> tuple[Nom, Lieu]:
    name, lieu = _untitled(name), villes.find(_place(typed, words))
    if len(name.cle) < (2 if lieu.given else 3):
        raise ValidationError(TOO_SHORT_WITH_PLACE if lieu.given else TOO_SHORT, code="nom")
    return name, lieu


def _named(name: Nom, lieu: Lieu, exclude) -> Found:
    said = {"nom": " ".join(name.words), "lieu": lieu.label}
    lines = queries.named(name, lieu, exclude=exclude, limit=LIMIT + 1)
    if lieu.given and any(line.nom_cle == name.cle for line in lines):
        near = nearby.Near()
    else:
        near = nearby.find(name, lieu, exclude=exclude, named=lines)
    if lines:
        hits = _hits(lines)
        return Found(hits[:LIMIT], truncated=len(hits) > LIMIT, noms=near.noms, **said)
    elsewhere = queries.named(name, Lieu(), exclude=exclude, limit=ELSEWHERE) if lieu.given else []
    if lieu.given and not elsewhere and not near.lines:
        near = nearby.Near(nearby.find(name, Lieu(), exclude=exclude).noms)
    nearest = _hits(near.lines)[:LIMIT]
    return Found(nearest, suggestions=True, noms=near.noms, ailleurs=_hits(elsewhere), **said)


def by_number(idnat: str) -> Hit | None:
    """One médecin of the directory by national number (8+RPPS, 0+ADELI)."""
    connection.ensure_connection()
    return next(iter(_hits(queries.lines_of([readable(idnat)]))), None)


def freshness() -> date | None:
    """The date of the extraction that is searched."""
    return ImportRun.objects.order_by("-id").values_list("extraction_date", flat=True).first()


def readable(typed: str) -> str:
    """Without what PostgreSQL refuses (NUL, lone surrogates), and no longer than a name."""
    return typed[:LONGEST].replace("\0", "").encode(errors="ignore").decode()


@contextmanager
def _limited(*typed):
    """A transaction that PostgreSQL stops after two seconds; yields what was typed, normalised."""
    nested = connection.in_atomic_block
    try:
        with transaction.atomic():
            yield queries.begin(*typed, seconds=SECONDS)
            if nested:
                queries.unlimited()
    except OperationalError as error:
        sentence = {QueryCanceled: TOO_SLOW, LockNotAvailable: LOADING}.get(type(error.__cause__))
        if sentence is None:
            raise
        raise ValidationError(sentence, code="nom") from error


def _numbered(typed: str, exclude) -> Found:
    connection.ensure_connection()
    hits = _hits(queries.lines_of(set(spellings(typed)) - set(exclude)))
    return Found(hits, nom=typed, numero=typed)


def _untitled(name: Nom) -> Nom:
    """«Dr Leclerc», «Mme le Dr Leclerc» are searched as «Leclerc»; «Dr» alone as it stands."""
    words = name.words
    while len(words) > 1 and words[words[0] == "LE"] in TITLES:
        words = words[1:]
    return Nom(words)


def _place(typed: str, words: Nom) -> places.Place:
    try:
        if typed and not words.cle:
            raise ValueError(typed)
        return places.read(words.words)
    except ValueError as error:
        raise ValidationError(BAD_CODE, code="code_postal") from error


def _hits(lines) -> list[Hit]:
    """One a person, in the order of the lines."""
    persons = defaultdict(list)
    for line in lines:
        persons[line.idnat].append(line.activite)
    return [_hit(sorted(one, key=lambda line: line.rank)) for one in persons.values()]


def _hit(lines) -> Hit:
    first = lines[0]
    lieux = dict.fromkeys(
        (line.code_postal, line.commune) for line in lines if line.code_postal or line.commune
    )
    return Hit(first.idnat, first.nom, first.prenom, first.specialite, list(lieux))
