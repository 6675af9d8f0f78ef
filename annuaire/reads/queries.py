"""The search's SQL.

Each query over Activite repeats MEDECIN, so that a partial index serves, and has a LIMIT.

Written out because few round trips and known, prepared plans are the point: a search is a few milliseconds.
All that varies are parameters and the few conditions below, none of them typed by anybody.
"""

from dataclasses import dataclass, field

from annuaire.models import Activite
from viatraj.core import prepared

MEDECIN = "profession = '10' AND categorie IN ('C', 'M')"  # as the indexes have it
SHOWN = ("idnat", "nom", "prenom", "savoir_faire_type", "savoir_faire_label", "code_postal", "commune")
SHOWN += ("profession", "categorie")
PARTS = {"medecin": MEDECIN, "shown": "a." + ", a.".join(SHOWN)}
VAGUE = 3  # letters that hundreds of names have further on: looked for there only if no name begins so
MOST_WORDS = 6  # of a name that is read as surname and first name
EACH = 5  # médecins of one near surname

# 1. Surnames that begin so; then, if there is room, those that have it further on (DUPONT in MARTIN-DUPONT)
# or whose parts were typed the other way round.
NAMED = """
WITH debut AS MATERIALIZED (
  SELECT * FROM ({debut}) AS lectures ORDER BY nom_cle, prenom_cle, idnat LIMIT {limit}
), suite AS MATERIALIZED (
  SELECT DISTINCT nom_cle, prenom_cle, idnat FROM annuaire_activite
  WHERE (SELECT count(*) FROM debut) < {room} AND {medecin} AND {lieu} AND idnat <> ALL(%(exclude)s)
    AND ({suite}) AND NOT idnat IN (SELECT idnat FROM debut)
  ORDER BY nom_cle, prenom_cle, idnat LIMIT {limit}
), trouve AS (
  SELECT 1 AS rang, * FROM debut UNION ALL SELECT 2, * FROM suite
)
SELECT trouve.nom_cle, trouve.prenom_cle, {shown}
FROM trouve JOIN annuaire_activite AS a ON a.idnat = trouve.idnat
WHERE {medecin} ORDER BY rang, trouve.nom_cle, trouve.prenom_cle, trouve.idnat
"""
# One a reading of what was typed: their union, not OR, so that one plan serves all names.
DEBUT = """(
  SELECT DISTINCT nom_cle, prenom_cle, idnat FROM annuaire_activite
  WHERE {medecin} AND {lieu} AND {reading} AND idnat <> ALL(%(exclude)s)
  ORDER BY nom_cle, prenom_cle, idnat LIMIT {limit}
)"""
SUITE = "nom_cle = ANY(ARRAY(SELECT nom_cle FROM annuaire_patronyme WHERE forme <> nom_cle AND {forme}))"

# 2. Surnames that may have been meant: one slip away, heard alike; else with the most trigrams in common.
# Hundreds of slips go as one text: an array of as many takes twice as long to write and read.
PATRONYMES = """
SELECT forme, sons, nom_cle, nom, entier, lignes FROM annuaire_patronyme
WHERE forme = ANY(string_to_array(%(formes)s::text, ' '))
UNION
SELECT forme, sons, nom_cle, nom, entier, lignes FROM annuaire_patronyme
WHERE sons = ANY(%(sons)s::text[])
"""
SIMILAR = """
SELECT forme, sons, nom_cle, nom, entier, lignes FROM annuaire_patronyme
WHERE forme %% %(cle)s::text ORDER BY similarity(forme, %(cle)s::text) DESC LIMIT 100
"""

# 3. Who is called so: a few of each surname; of a place, or with a first name, all.
NEAR = """
WITH proche AS MATERIALIZED ({readings})
SELECT proche.nom_cle, proche.prenom_cle, {shown}
FROM proche JOIN annuaire_activite AS a ON a.idnat = proche.idnat WHERE {medecin}
"""
OF_EACH = """
SELECT un.* FROM unnest(%({noms})s::text[]) AS sought(cle), LATERAL (
  SELECT DISTINCT nom_cle, prenom_cle, idnat FROM annuaire_activite
  WHERE {medecin} AND nom_cle = sought.cle AND idnat <> ALL(%(exclude)s)
  ORDER BY nom_cle, prenom_cle, idnat LIMIT {each}
) AS un"""
OF_ALL = """(
  SELECT nom_cle, prenom_cle, idnat FROM annuaire_activite
  WHERE {medecin} AND {lieu} AND nom_cle = ANY(%({noms})s::text[]) AND {prenom} AND idnat <> ALL(%(exclude)s)
  GROUP BY 1, 2, 3 ORDER BY array_position(%({noms})s::text[], nom_cle) LIMIT {nearest}
)"""
PRENOM = "({begins} OR prenom_cle IN (SELECT unnest(string_to_array(%({prenoms})s::text, ' '))))"

LOCALITES = (
    "SELECT code_postal, commune_cle, commune, ville, cedex FROM annuaire_localite WHERE {which} LIMIT 2000"
)
BEGIN = """
SELECT norm_nom(%(nom)s), norm_nom(%(lieu)s),
  set_config('statement_timeout', %(limit)s, true), set_config('lock_timeout', '1s', true),
  set_config('plan_cache_mode', 'force_generic_plan', true)
"""
BY_NUMBER = "SELECT '', '', {shown} FROM annuaire_activite AS a WHERE {medecin} AND idnat = ANY(%(idnats)s)"


@dataclass(frozen=True)
class Nom:
    """A name normalised by PostgreSQL: its words, and `cle` without spaces. Holds only A–Z and 0–9."""

    words: list[str]

    @property
    def cle(self) -> str:
        return "".join(self.words)

    def readings(self) -> list[tuple[str, str]]:
        """(surname's key, first name): «MARTIN JEAN» is (MARTINJEAN, ), (MARTIN, JEAN), (JEAN, MARTIN)."""
        found = [(self.cle, "")]
        for i in range(1, len(self.words) if len(self.words) <= MOST_WORDS else 1):
            for left, right in ((self.words[:i], self.words[i:]), (self.words[i:], self.words[:i])):
                found.append(("".join(left), " ".join(right)))
        return found


@dataclass(frozen=True)
class Lieu:
    """A place: SQL over code_postal and commune_cle, its parameters, and how it was understood."""

    sql: str = "true"
    known: dict = field(default_factory=dict)
    label: str = ""

    @property
    def given(self) -> bool:
        return bool(self.known)


@dataclass(frozen=True, slots=True)
class Localite:
    code_postal: str
    commune_cle: str
    commune: str
    ville: str
    cedex: bool


@dataclass(frozen=True, slots=True)
class Patronyme:
    """A way to type a surname of médecins, see `annuaire.models.Patronyme`."""

    forme: str
    sons: str
    nom_cle: str
    nom: str
    entier: bool
    lignes: int


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A line of a médecin found by his keys."""

    nom_cle: str
    prenom_cle: str
    shown: tuple

    @property
    def idnat(self) -> str:
        return self.shown[0]

    @property
    def nom(self) -> str:
        return self.shown[SHOWN.index("nom")]

    @property
    def activite(self) -> Activite:
        return Activite(**dict(zip(SHOWN, self.shown, strict=True)))


def begin(nom: str, lieu: str, *, seconds: float) -> list[Nom]:
    """First statement of the search's transaction: limits it, and normalises what was typed."""
    (row,) = prepared.rows(BEGIN, {"nom": nom, "lieu": lieu, "limit": f"{seconds * 1000:.0f}ms"})
    return [Nom(norm.split()) for norm in row[:2]]


UNLIMITED = "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)"


def unlimited():
    """Where the search was part of a longer transaction, the rest of it has no limit."""
    prepared.rows(UNLIMITED, {})


# --- Places ---------------------------------------------------------------------------


def starting(starts) -> Lieu:
    """The code postal begins with one of these figures."""
    known = {f"lieu{i}": start for i, start in enumerate(starts)}
    return Lieu("(" + " OR ".join(_begins("code_postal", name) for name in known) + ")", known)


def among(localites: list[Localite]) -> Lieu:
    """One of these codes, and one of these communes."""
    codes, communes = {one.code_postal for one in localites}, {one.commune_cle for one in localites}
    sql = "code_postal = ANY(%(codes)s::text[]) AND commune_cle = ANY(%(communes)s::text[])"
    return Lieu(sql, {"codes": sorted(codes), "communes": sorted(communes)})


def localites_around(code: str) -> list[Localite]:
    """Those of a code postal, and those of its towns whatever their code."""
    towns = "SELECT ville FROM annuaire_localite WHERE code_postal = %(code)s::text AND ville <> ''"
    return _localites(f"code_postal = %(code)s::text OR ville = ANY(ARRAY({towns}))", {"code": code})


def localites_of_towns(villes) -> list[Localite]:
    return _localites("ville = ANY(string_to_array(%(villes)s::text, ' '))", {"villes": " ".join(villes)})


def localites_beginning(ville: str) -> list[Localite]:
    return _localites(_begins("ville", "ville"), {"ville": ville})


def _localites(which: str, parameters: dict) -> list[Localite]:
    return [Localite(*row) for row in prepared.rows(LOCALITES.format(which=which), parameters)]


def _begins(column: str, name: str) -> str:
    """As LIKE does, along an index and cheaper to plan; «~» sorts after all letters (collation C)."""
    return f"{column} BETWEEN %({name})s::text AND %({name})s || '~'"


# --- People ---------------------------------------------------------------------------


def named(nom: Nom, lieu: Lieu, *, exclude, limit: int) -> list[Line]:
    """All lines of at most `limit` médecins, in order: this surname, or surname and first name together."""
    debut, suite, known = [], [], {"exclude": list(exclude)}
    for i, (surname, first_name) in enumerate(nom.readings()):
        known |= {f"a{i}": surname} | ({f"b{i}": first_name.replace(" ", "")} if first_name else {})
        if first_name:
            prenom = f" AND {_begins('prenom_cle', f'b{i}')}"
            debut.append(f"nom_cle = %(a{i})s{prenom}")
            suite.append(SUITE.format(forme=f"forme = %(a{i})s::text") + prenom)
        else:
            debut.append(_begins("nom_cle", f"a{i}"))
            suite.append(SUITE.format(forme=_begins("forme", f"a{i}")))
    room = limit if lieu.given or len(nom.cle) > VAGUE else 1
    parts = {**PARTS, "lieu": lieu.sql, "limit": limit, "room": room}
    lectures = " UNION ".join(DEBUT.format(reading=reading, **parts) for reading in debut)
    sql = NAMED.format(debut=lectures, suite=" OR ".join(suite), **parts)
    return _lines(sql, lieu.known | known)


def patronymes(formes, sons) -> list[Patronyme]:
    return [
        Patronyme(*row) for row in prepared.rows(PATRONYMES, {"formes": " ".join(formes), "sons": list(sons)})
    ]


def similar(cle: str) -> list[Patronyme]:
    return [Patronyme(*row) for row in prepared.rows(SIMILAR, {"cle": cle})]


def near(readings, lieu: Lieu, *, exclude, nearest: int) -> list[Line]:
    """All lines of médecins, at most `nearest` a reading: (surnames, first name or "", its slips)."""
    parts, known = [], {"exclude": list(exclude)}
    for i, (surnames, first_name, slips) in enumerate(readings):
        names = {"noms": f"n{i}", "each": EACH, "nearest": nearest, "lieu": lieu.sql, **PARTS}
        known |= {f"n{i}": surnames}
        if first_name:
            known |= {f"b{i}": first_name, f"p{i}": " ".join(slips)}
            prenom = PRENOM.format(begins=_begins("prenom_cle", f"b{i}"), prenoms=f"p{i}")
            parts.append(OF_ALL.format(prenom=prenom, **names))
        else:
            parts.append((OF_ALL if lieu.given else OF_EACH).format(prenom="true", **names))
    return _lines(NEAR.format(readings=" UNION ".join(parts), **PARTS), lieu.known | known)


def lines_of(idnats) -> list[Line]:
    return _lines(BY_NUMBER.format(**PARTS), {"idnats": list(idnats)})


def _lines(sql: str, parameters: dict) -> list[Line]:
    return [Line(*row[:2], row[2:]) for row in prepared.rows(sql, parameters)]
