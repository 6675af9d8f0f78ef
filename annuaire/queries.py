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
PARTS = {"medecin": MEDECIN, "complet": COMPLET, "shown": "a." + ", a.".join(SHOWN)}
WORD_SIMILARITY = "0.5"  # what pg_trgm takes for near
VAGUE = 3  # letters found further on in hundreds of names: looked for there only if no name begins so

# 1. Surnames that begin so; then, if there is room, those that have it further on (DUPONT in MARTIN-DUPONT);
# then, if there is nobody, the nearest of the place: a few thousand names, all compared along its index.
NAMED = """
WITH debut AS MATERIALIZED (
  SELECT * FROM ({debut}) AS lectures ORDER BY nom_cle, prenom_cle, idnat LIMIT {limit}
), suite AS MATERIALIZED (
  SELECT DISTINCT nom_cle, prenom_cle, idnat FROM annuaire_activite
  WHERE (SELECT count(*) FROM debut) < {room} AND {medecin} AND {lieu} AND idnat <> ALL(%(exclude)s)
    AND {complet} LIKE %(inside)s AND nom ~ '[^A-Za-z]' AND norm_nom(nom) LIKE %(later)s
    AND NOT idnat IN (SELECT idnat FROM debut)
  ORDER BY nom_cle, prenom_cle, idnat LIMIT {limit}
), trouve AS (
  SELECT 1 AS rang, * FROM debut UNION ALL SELECT 2, * FROM suite {proches}
)
SELECT rang > 2, trouve.nom_cle, trouve.prenom_cle, {shown}
FROM trouve JOIN annuaire_activite AS a ON a.idnat = trouve.idnat
WHERE {medecin} ORDER BY rang, trouve.nom_cle, trouve.prenom_cle, trouve.idnat
"""
# One a reading of what was typed: their union, not OR, so that one plan serves all names.
DEBUT = """(
  SELECT DISTINCT nom_cle, prenom_cle, idnat FROM annuaire_activite
  WHERE {medecin} AND {lieu} AND {reading} AND idnat <> ALL(%(exclude)s)
  ORDER BY nom_cle, prenom_cle, idnat LIMIT {limit}
)"""
PROCHES = """UNION ALL (
  SELECT 3, nom_cle, prenom_cle, idnat FROM annuaire_activite
  WHERE NOT EXISTS (SELECT FROM debut) AND NOT EXISTS (SELECT FROM suite)
    AND {medecin} AND {lieu} AND idnat <> ALL(%(exclude)s) AND similarity(nom_cle, %(cle)s) > 0
  GROUP BY nom_cle, prenom_cle, idnat ORDER BY similarity(nom_cle, %(cle)s) DESC LIMIT {nearest}
)"""
# 2. Nearest anywhere: along the trigrams.
NEAR = """
WITH proches AS (
  SELECT DISTINCT idnat, nom_cle, prenom_cle, word_similarity(%(words)s::text, {complet})
  FROM annuaire_activite
  WHERE {medecin} AND {complet} %%> %(words)s AND idnat <> ALL(%(exclude)s) ORDER BY 4 DESC LIMIT {nearest}
)
SELECT true, proches.nom_cle, proches.prenom_cle, {shown}
FROM proches JOIN annuaire_activite AS a ON a.idnat = proches.idnat WHERE {medecin}
"""
BEGIN = """
SELECT norm_nom(%(nom)s), norm_nom(%(commune)s),
  set_config('statement_timeout', %(limit)s, true), set_config('lock_timeout', '1s', true),
  set_config('plan_cache_mode', 'force_generic_plan', true),
  set_config('pg_trgm.word_similarity_threshold', %(similarity)s, true)
"""
BY_NUMBER = "SELECT {shown} FROM annuaire_activite AS a WHERE {medecin} AND idnat = %(idnat)s"


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


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a médecin found by his keys; `near`: he is not called so, but nearly."""

    near: bool
    nom_cle: str
    prenom_cle: str
    shown: tuple

    @property
    def idnat(self) -> str:
        return self.shown[0]

    @property
    def activite(self) -> Activite:
        return Activite(**dict(zip(SHOWN, self.shown, strict=True)))


def begin(nom: str, commune: str, *, seconds: float) -> list[Nom]:
    """First statement of the search's transaction: limits it, and normalises what was typed."""
    known = {"limit": f"{seconds * 1000:.0f}ms", "similarity": WORD_SIMILARITY}
    (row,) = _rows(BEGIN, {"nom": nom, "commune": commune, **known})
    return [Nom(norm.split()) for norm in row[:2]]


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


def named(nom: Nom, lieu: Lieu, *, exclude, limit: int, nearest: int) -> list[Line]:
    """All lines of at most `limit` médecins, in order: this surname, or surname and first name together.

    If nobody, and a place is given, the lines of the `nearest` there.
    """
    readings, known = [_begins("nom_cle", "cle")], {"cle": nom.cle}
    for i, (left, right) in enumerate(nom.splits()):
        for j, (first, second) in enumerate(((left, right), (right, left))):
            readings.append(f"nom_cle = %(a{i}{j})s AND " + _begins("prenom_cle", f"b{i}{j}"))
            known |= {f"a{i}{j}": first, f"b{i}{j}": second}
    known |= {"inside": f"%{nom.cle}% %", "later": f"% {' '.join(nom.words)}%", "exclude": list(exclude)}
    room = limit if lieu.given or len(nom.cle) > VAGUE else 1
    parts = {**PARTS, "lieu": lieu.sql, "limit": limit, "room": room, "nearest": nearest}
    debut = " UNION ".join(DEBUT.format(reading=reading, **parts) for reading in readings)
    proches = PROCHES.format(**parts) if lieu.given else ""
    rows = _rows(NAMED.format(debut=debut, proches=proches, **parts), lieu.known | known)
    return [Line(*row[:3], row[3:]) for row in rows]


def near(nom: Nom, *, exclude, nearest: int) -> list[Line]:
    """All lines of the médecins, anywhere, whose names have the most trigrams in common."""
    known = {"words": " ".join(nom.words), "exclude": list(exclude)}
    return [Line(*row[:3], row[3:]) for row in _rows(NEAR.format(nearest=nearest, **PARTS), known)]


def lines_of(idnat: str) -> list[Line]:
    return [Line(False, "", "", row) for row in _rows(BY_NUMBER.format(**PARTS), {"idnat": idnat})]


def _rows(sql: str, known: dict) -> list[tuple]:
    """Prepared, once a connection: else planning takes four times as long as the rest."""
    raw = connection.connection
    raw.prepare_threshold = 0  # Django says never; its own cursors bind before they send, and do not care
    with connection.wrap_database_errors, Cursor(raw) as cursor:
        return cursor.execute(sql, known).fetchall()
