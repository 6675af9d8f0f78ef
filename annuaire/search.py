"""Finds médecins in the national directory (ANN-5), whatever the case, accents, spaces, one typing error.

Every query is bound to a partial index of Activite, limited, and stopped after two seconds.
"""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.contrib.postgres.search import TrigramWordDistance
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import F, Func, Q, TextField, Value
from psycopg.errors import LockNotAvailable, QueryCanceled

from annuaire.models import Activite, ImportRun, NomComplet
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


@dataclass(frozen=True)
class Nom:
    """What was typed, normalised by PostgreSQL: `words`, and `cle` without spaces."""

    words: list[str]
    cle: str

    def splits(self):
        """«MARTIN JEAN PAUL» → (MARTIN, JEANPAUL), (MARTINJEAN, PAUL)."""
        for i in range(1, len(self.words)):
            yield "".join(self.words[:i]), "".join(self.words[i:])


@dataclass(frozen=True)
class Lieu:
    """Where to look, if anywhere."""

    rule: Q = field(default_factory=Q)
    given: bool = False


def find(nom: str, *, code_postal: str = "", commune: str = "", exclude=()) -> Found:
    """Médecins by name, at most 50, grouped by person; `code_postal` may be its first digits.

    Raises ValidationError (code `nom` or `code_postal`) with the sentence for the person.
    """
    with _quick():
        name, ville = _normalised(readable(nom)), _normalised(readable(commune))
        lieu = _lieu(readable(code_postal).replace(" ", "").upper(), ville)
        if len(name.cle) < (2 if lieu.given else 3):
            raise ValidationError(TOO_SHORT_WITH_PLACE if lieu.given else TOO_SHORT, code="nom")
        medecins = Activite.objects.medecins().filter(lieu.rule).exclude(idnat__in=list(exclude))
        idnats = _beginning(medecins, name)
        if len(idnats) <= LIMIT:
            idnats += _containing(medecins, name, idnats)
        if idnats:
            return Found(_hits(idnats[:LIMIT]), truncated=len(idnats) > LIMIT)
        return Found(_hits(_nearest(medecins, name, lieu)), suggestions=True)


def by_number(idnat: str) -> Hit | None:
    """One médecin of the directory by national number (8+RPPS, 0+ADELI)."""
    return next(iter(_hits([readable(idnat)])), None)


def freshness() -> date | None:
    """The date of the extraction that is searched."""
    return ImportRun.objects.order_by("-id").values_list("extraction_date", flat=True).first()


def readable(typed: str) -> str:
    """Without what PostgreSQL refuses (NUL, lone surrogates), and no longer than a name."""
    return typed[:LONGEST].replace("\0", "").encode(errors="ignore").decode()


# --- What was typed ---------------------------------------------------------------


def _normalised(typed) -> Nom:
    if not typed.strip():
        return Nom([], "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT norm_nom(%s)", [typed])
        words = cursor.fetchone()[0].split()
    return Nom(words, "".join(words))


def _lieu(code_postal: str, ville: Nom) -> Lieu:
    if code_postal:
        starts = CORSICA.get(code_postal, (code_postal,))
        if not all(start.isdecimal() and start.isascii() and 2 <= len(start) <= 5 for start in starts):
            raise ValidationError(BAD_CODE, code="code_postal")
        if len(code_postal) == 5:
            return Lieu(Q(code_postal=code_postal), given=True)
        return Lieu(_any(Q(code_postal__startswith=start) for start in starts), given=True)
    if ville.cle:
        return Lieu(_any(Q(commune_cle__startswith=cle) for cle in _spellings(ville.words)), given=True)
    return Lieu()


def _spellings(words) -> set[str]:
    """«ST ETIENNE» is also «SAINT ETIENNE», and the other way round."""
    swap = {"ST": "SAINT", "SAINT": "ST", "STE": "SAINTE", "SAINTE": "STE"}
    return {"".join(words), "".join(swap.get(word, word) for word in words)}


def _any(rules) -> Q:
    rule = Q(pk__in=[])
    for one in rules:
        rule |= one
    return rule


# --- The three ways to find -----------------------------------------------------------


def _beginning(medecins, nom) -> list[str]:
    """Surname that begins so, or surname and first name typed together, in either order."""
    rule = Q(nom_cle__startswith=nom.cle)
    for left, right in nom.splits():
        rule |= Q(nom_cle=left, prenom_cle__startswith=right) | Q(nom_cle=right, prenom_cle__startswith=left)
    return _in_order(medecins.filter(rule))


def _containing(medecins, nom, found) -> list[str]:
    """DUPONT in MARTIN-DUPONT: a later part of the surname."""
    named = medecins.annotate(
        complet=NomComplet(), nom_norme=Func(F("nom"), function="norm_nom", output_field=TextField())
    )
    rows = named.filter(complet__contains=nom.cle, nom_norme__contains=" " + " ".join(nom.words))
    return [idnat for idnat in _in_order(rows) if idnat not in set(found)]


def _in_order(rows) -> list[str]:
    """Distinct idnats in the order of names, one more than are shown; read along the index."""
    order = ("nom_cle", "prenom_cle", "idnat")
    return [idnat for *_, idnat in rows.order_by(*order).values_list(*order).distinct()[: LIMIT + 1]]


def _nearest(medecins, nom, lieu) -> list[str]:
    """Few, nearest first; trigrams choose among all, letters moved or changed decide among those."""
    if lieu.given:
        away = Value(1.0) - Func(F("nom_cle"), Value(nom.cle), function="similarity")
    else:
        _set(**{"pg_trgm.word_similarity_threshold": "0.5"})
        medecins = medecins.annotate(complet=NomComplet()).filter(
            complet__trigram_word_similar=" ".join(nom.words)
        )
        away = TrigramWordDistance(" ".join(nom.words), "complet")
    rows = medecins.order_by(away).values_list("idnat", "nom_cle", "prenom_cle")[:NEAREST]
    errors = {idnat: _errors(nom.cle, surname, first_name) for idnat, surname, first_name in rows}
    near = [idnat for idnat, count in errors.items() if count <= max(2, len(nom.cle) // 3)]
    return sorted(near, key=errors.get)[:SUGGESTIONS]


def _errors(typed: str, surname: str, first_name: str) -> int:
    """Of a whole surname, of its beginning, or of surname and first name."""
    forms = {surname, surname[: len(typed)], (surname + first_name)[: len(typed) + 1]}
    return min(distance(typed, form) for form in forms)


def _hits(idnats) -> list[Hit]:
    """In the order of `idnats`; all the places of each."""
    lines = defaultdict(list)
    for line in Activite.objects.medecins().filter(idnat__in=idnats).order_by("empreinte"):
        lines[line.idnat].append(line)
    return [_hit(sorted(lines[idnat], key=lambda line: line.rank)) for idnat in idnats if idnat in lines]


def _hit(lines) -> Hit:
    first = lines[0]
    lieux = dict.fromkeys(
        (line.code_postal, line.commune) for line in lines if line.code_postal or line.commune
    )
    return Hit(first.idnat, first.nom, first.prenom, first.specialite, list(lieux))


# --- Never longer than two seconds ----------------------------------------------------


@contextmanager
def _quick():
    nested = connection.in_atomic_block
    try:
        with transaction.atomic():
            _set(statement_timeout=f"{SECONDS}s", lock_timeout="1s", jit="off")
            yield
            if nested:  # else the end of the transaction does it
                _set(statement_timeout="0", lock_timeout="0")
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise ValidationError(TOO_SLOW, code="nom") from error
        if isinstance(error.__cause__, LockNotAvailable):
            raise ValidationError(LOADING, code="nom") from error
        raise


def _set(**settings):
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [word for item in settings.items() for word in item])
