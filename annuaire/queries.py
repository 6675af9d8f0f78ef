"""The search's SQL. Each query is bound to a partial index of Activite by MEDECIN, and limited.

Written out because few round trips and known, prepared plans are the point: a search is a fraction of a
millisecond. All that varies are parameters and the few conditions below, none of them typed by anybody.
"""

from dataclasses import dataclass, field

from django.db import connection
from psycopg import Cursor

from annuaire.models import Activite

MEDECIN = "profession = '10' AND categorie IN ('C', 'M')"  # as the indexes have it
COMPLET = "(nom_cle || ' ' || prenom_cle)"  # as the trigram index has it
SHOWN = ("idnat", "nom", "prenom", "savoir_faire_type", "savoir_faire_label", "code_postal", "commune")
SHOWN += ("profession", "categorie")

# 1. Surnames that begin so; then, if there is room, those that have it further on (DUPONT in MARTIN-DUPONT).
NAMED = """
WITH debut AS MATERIALIZED (
  SELECT DISTINCT nom_cle, prenom_cle, idnat FROM annuaire_activite
  WHERE {medecin} AND {lieu} AND ({nom}) AND idnat <> ALL(%(exclude)s)
  ORDER BY nom_cle, prenom_cle, idnat LIMIT {limit}
), suite AS (
  SELECT DISTINCT nom_cle, prenom_cle, idnat FROM annuaire_activite
  WHERE (SELECT count(*) FROM debut) < {limit} AND {medecin} AND {lieu} AND idnat <> ALL(%(exclude)s)
    AND {complet} LIKE %(inside)s AND norm_nom(nom) LIKE %(later)s AND NOT idnat IN (SELECT idnat FROM debut)
  ORDER BY nom_cle, prenom_cle, idnat LIMIT {limit}
), trouve AS (
  SELECT 1 AS rang, * FROM debut UNION ALL SELECT 2, * FROM suite
)
SELECT {shown} FROM trouve JOIN annuaire_activite AS a ON a.idnat = trouve.idnat
WHERE {medecin} ORDER BY rang, trouve.nom_cle, trouve.prenom_cle, trouve.idnat
"""
# 2. Nearest in a place: a few thousand names at most, all compared along the place's index.
NEAR_THERE = """
SELECT DISTINCT idnat, nom_cle, prenom_cle, similarity(nom_cle, %(cle)s) FROM annuaire_activite
WHERE {medecin} AND {lieu} AND idnat <> ALL(%(exclude)s) ORDER BY 4 DESC LIMIT {limit}
"""
# 3. Nearest anywhere: along the trigrams.
NEAR = """
SELECT DISTINCT idnat, nom_cle, prenom_cle, word_similarity(%(words)s::text, {complet}) FROM annuaire_activite
WHERE {medecin} AND {complet} %%> %(words)s AND idnat <> ALL(%(exclude)s) ORDER BY 4 DESC LIMIT {limit}
"""
BEGIN = """
SELECT norm_nom(%(nom)s), norm_nom(%(commune)s),
  set_config('statement_timeout', %(limit)s, true), set_config('lock_timeout', '1s', true),
  set_config('plan_cache_mode', 'force_generic_plan', true)
"""
BY_NUMBER = "SELECT {shown} FROM annuaire_activite AS a WHERE {medecin} AND idnat = ANY(%(idnats)s)"


@dataclass(frozen=True)
class Nom:
    """A name normalised by PostgreSQL: its words, and `cle` without spaces. Holds only A–Z and 0–9."""

    words: list[str]

    @property
    def cle(self) -> str:
        return "".join(self.words)

    def splits(self):
        """«MARTIN JEAN PAUL» → (MARTIN, JEANPAUL), (MARTINJEAN, PAUL)."""
        for i in range(1, len(self.words)):
            yield "".join(self.words[:i]), "".join(self.words[i:])


@dataclass(frozen=True)
class Lieu:
    """A place: SQL over code_postal or commune_cle, and its parameters."""

    sql: str = "true"
    known: dict = field(default_factory=dict)

    @property
    def given(self) -> bool:
        return bool(self.known)


def begin(nom: str, commune: str, *, seconds: float) -> list[Nom]:
    """First statement of the search's transaction: limits it, and normalises what was typed."""
    limit = f"{seconds * 1000:.0f}ms"
    ((*norms, _, _, _),) = _rows(BEGIN, {"nom": nom, "commune": commune, "limit": limit})
    return [Nom(norm.split()) for norm in norms]


def unlimited():
    """Where the search was part of a longer transaction, the rest of it has no limit."""
    _rows("SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)", {})


def starting(column: str, starts) -> Lieu:
    """`column` begins with one of `starts` (digits, or keys)."""
    known = {f"lieu{i}": start for i, start in enumerate(sorted(starts))}
    return Lieu("(" + " OR ".join(_begins(column, name) for name in known) + ")", known)


def _begins(column: str, name: str) -> str:
    """As LIKE does, along an index and cheaper to plan; «~» sorts after all letters (collation C)."""
    return f"{column} BETWEEN %({name})s::text AND %({name})s || '~'"


def named(nom: Nom, lieu: Lieu, *, exclude, limit: int) -> list[Activite]:
    """All lines of at most `limit` médecins, in order: this surname, or surname and first name together."""
    conditions, known = [_begins("nom_cle", "cle")], {"cle": nom.cle}
    for i, (left, right) in enumerate(nom.splits()):
        for j, (first, second) in enumerate(((left, right), (right, left))):
            conditions.append(f"nom_cle = %(a{i}{j})s AND " + _begins("prenom_cle", f"b{i}{j}"))
            known |= {f"a{i}{j}": first, f"b{i}{j}": second}
    if conditions[1:]:
        _rows(
            "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)", {}
        )  # OR needs to know its words
    known |= {"inside": f"%{nom.cle}% %", "later": f"% {' '.join(nom.words)}%"}
    rows = _filled(NAMED, lieu, nom=" OR ".join(conditions), known=known, exclude=exclude, limit=limit)
    return [_line(row) for row in rows]


def near(nom: Nom, lieu: Lieu, *, exclude, limit: int) -> list[tuple[str, str, str]]:
    """(idnat, nom_cle, prenom_cle) of those whose names have the most trigrams in common."""
    if not lieu.given:
        _rows("SELECT set_config('pg_trgm.word_similarity_threshold', '0.5', true)", {})
    known = {"cle": nom.cle, "words": " ".join(nom.words)}
    rows = _filled(NEAR_THERE if lieu.given else NEAR, lieu, known=known, exclude=exclude, limit=limit)
    return [row[:3] for row in rows]


def lines_of(idnats) -> list[Activite]:
    return [_line(row) for row in _filled(BY_NUMBER, Lieu(), known={"idnats": list(idnats)})]


def _filled(sql: str, lieu: Lieu, *, known, nom="", exclude=(), limit=0):
    shown = "a." + ", a.".join(SHOWN)
    parts = {"medecin": MEDECIN, "complet": COMPLET, "shown": shown, "limit": limit}
    return _rows(
        sql.format(lieu=lieu.sql, nom=nom, **parts), {**lieu.known, **known, "exclude": list(exclude)}
    )


def _rows(sql: str, known: dict) -> list[tuple]:
    """Prepared, once a connection: else planning takes four times as long as the rest."""
    raw = connection.connection
    raw.prepare_threshold = 0  # Django says never; its own cursors bind before they send, and do not care
    with connection.wrap_database_errors, Cursor(raw) as cursor:
        return cursor.execute(sql, known).fetchall()


def _line(row) -> Activite:
    return Activite(**dict(zip(SHOWN, row, strict=True)))
