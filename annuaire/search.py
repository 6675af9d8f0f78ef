"""Finds médecins in the national directory (ANN-5), whatever the case, accents, spaces, one typing error.

Every query is bound to a partial index of Activite, limited, and stopped after two seconds.
"""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable, QueryCanceled

from annuaire import queries
from annuaire.models import ImportRun
from annuaire.queries import Lieu, Nom
from annuaire.spelling import distance

SOURCE = "Annuaire Santé, Agence du Numérique en Santé"
LIMIT = 50
NEAREST, SUGGESTIONS = 150, 20
LONGEST = 100
SECONDS = 2
CORSICA = {"2A": ("200", "201"), "2B": ("202", "206")}

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
    """`suggestions`: nobody has this name, these are the nearest («Vouliez-vous dire»)."""

    professionnels: list[Hit] = field(default_factory=list)
    suggestions: bool = False
    truncated: bool = False


def find(nom: str, *, code_postal: str = "", commune: str = "", exclude=()) -> Found:
    """Médecins by name, at most 50, grouped by person; `code_postal` may be its first digits.

    Raises ValidationError (code `nom` or `code_postal`) with the sentence for the person.
    """
    with _limited(readable(nom), readable(commune)) as (name, ville):
        lieu = _lieu(readable(code_postal).replace(" ", "").upper(), ville)
        if len(name.cle) < (2 if lieu.given else 3):
            raise ValidationError(TOO_SHORT_WITH_PLACE if lieu.given else TOO_SHORT, code="nom")
        lines = queries.named(name, lieu, exclude=exclude, limit=LIMIT + 1, nearest=NEAREST)
        if not lines and not lieu.given:
            lines = queries.near(name, exclude=exclude, nearest=NEAREST)
        if lines and not lines[0].near:
            hits = _hits(lines)
            return Found(hits[:LIMIT], truncated=len(hits) > LIMIT)
        return Found(_nearest(name, lines), suggestions=True)


def by_number(idnat: str) -> Hit | None:
    """One médecin of the directory by national number (8+RPPS, 0+ADELI)."""
    connection.ensure_connection()
    return next(iter(_hits(queries.lines_of(readable(idnat)))), None)


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


def _lieu(code_postal: str, ville: Nom) -> Lieu:
    if code_postal:
        starts = CORSICA.get(code_postal, (code_postal,))
        if not all(start.isdecimal() and start.isascii() and 2 <= len(start) <= 5 for start in starts):
            raise ValidationError(BAD_CODE, code="code_postal")
        if len(code_postal) == 5:
            return Lieu("code_postal = %(lieu)s", {"lieu": code_postal})
        return queries.starting("code_postal", starts)
    return queries.starting("commune_cle", _spellings(ville.words)) if ville.cle else Lieu()


def _spellings(words) -> set[str]:
    """«ST ETIENNE» is also «SAINT ETIENNE», and the other way round."""
    swap = {"ST": "SAINT", "SAINT": "ST", "STE": "SAINTE", "SAINTE": "STE"}
    return {"".join(words), "".join(swap.get(word, word) for word in words)}


def _nearest(nom, lines) -> list[Hit]:
    """Trigrams chose among all; letters missing, added, changed or swapped decide among those."""
    errors = {line.idnat: _errors(nom.cle, line.nom_cle, line.prenom_cle) for line in lines}
    likely = [idnat for idnat in errors if errors[idnat] <= max(2, len(nom.cle) // 3)]
    order = {idnat: rank for rank, idnat in enumerate(sorted(likely, key=errors.get)[:SUGGESTIONS])}
    return sorted(_hits(line for line in lines if line.idnat in order), key=lambda hit: order[hit.idnat])


def _errors(typed: str, surname: str, first_name: str) -> int:
    """Of a whole surname, of its beginning, or of surname and first name."""
    forms = {surname, surname[: len(typed)], (surname + first_name)[: len(typed) + 1]}
    return min(distance(typed, form) for form in forms)


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
