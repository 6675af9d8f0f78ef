"""Lists the surnames and places of the extraction just loaded, each once (ANN-5, docs/adr/0028).

Called by `annuaire.loading` only, inside its transaction: all of them, or those that the day's lines touch.
"""

from collections.abc import Iterator
from contextlib import ExitStack

from annuaire import places, spelling
from annuaire.loading import indexes
from annuaire.models import Localite, Patronyme

MEDECIN = "profession = '10' AND categorie IN ('C', 'M')"  # as the indexes of Activite have it
# The spelling that keeps words apart and has no accent sorts first.
NOMS = """
SELECT nom_cle, nom, norm_nom(nom), lignes FROM (
  SELECT nom_cle, min(nom COLLATE "C") AS nom, count(*) AS lignes FROM annuaire_activite
  WHERE {medecin} AND {which} GROUP BY nom_cle
) AS noms WHERE nom_cle <> ''
"""
LIEUX = """
SELECT code_postal, commune_cle, commune, norm_nom(commune) FROM (
  SELECT code_postal, commune_cle, min(commune COLLATE "C") AS commune FROM annuaire_activite
  WHERE {medecin} AND {which} GROUP BY code_postal, commune_cle
) AS lieux WHERE code_postal <> '' OR commune_cle <> ''
"""
INTO_NOMS = "COPY annuaire_patronyme (forme, sons, nom_cle, nom, entier, lignes) FROM STDIN"
INTO_LIEUX = "COPY annuaire_localite (code_postal, commune_cle, commune, ville, cedex) FROM STDIN"
MODELS = (Patronyme, Localite)
# Before the merge: the names and places of the lines that go and of those that come.
TOUCHED = """
CREATE TEMPORARY TABLE touche ON COMMIT DROP AS
SELECT nom_cle, code_postal, commune_cle FROM annuaire_activite JOIN depart USING (empreinte) WHERE {medecin}
UNION
SELECT norm_cle(nom), code_postal, norm_cle(commune) FROM arrivee WHERE {medecin}
"""
FORGET = (
    "DELETE FROM annuaire_patronyme WHERE nom_cle IN (SELECT nom_cle FROM touche)",
    "DELETE FROM annuaire_localite"
    " WHERE (code_postal, commune_cle) IN (SELECT code_postal, commune_cle FROM touche)",
)


def write_all(cursor, *, owned: bool):
    """`owned`: by the owner of the tables."""
    with ExitStack() as stack:
        for model in MODELS:
            table = model._meta.db_table
            cursor.execute(f"TRUNCATE {table}" if owned else f"DELETE FROM {table}")  # noqa: S608 (our names)
            if owned:
                stack.enter_context(indexes.rebuilt(model))
        _write(cursor, noms="true", lieux="true")
    for model in MODELS:
        cursor.execute(f"ANALYZE {model._meta.db_table}")


def note_touched(cursor):
    cursor.execute("DROP TABLE IF EXISTS pg_temp.touche")
    cursor.execute(TOUCHED.format(medecin=MEDECIN))
    cursor.execute("ANALYZE touche")


def follow(cursor):
    """After the merge: write again the surnames and places touched, from the lines as they are now."""
    for statement in FORGET:
        cursor.execute(statement)
    _write(
        cursor,
        noms="nom_cle IN (SELECT nom_cle FROM touche)",
        lieux="(code_postal, commune_cle) IN (SELECT code_postal, commune_cle FROM touche)",
    )


def _write(cursor, *, noms: str, lieux: str):
    cursor.execute(NOMS.format(medecin=MEDECIN, which=noms))
    _copy(cursor, INTO_NOMS, _formes(cursor.fetchall()))
    cursor.execute(LIEUX.format(medecin=MEDECIN, which=lieux))
    _copy(cursor, INTO_LIEUX, _villes(cursor.fetchall()))


def _copy(cursor, statement: str, rows: Iterator[tuple]):
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _formes(noms) -> Iterator[tuple]:
    for nom_cle, nom, mots, lignes in noms:
        for forme, entier in spelling.forms(mots.split()).items():
            yield forme, spelling.sound(forme), nom_cle, nom, entier, lignes


def _villes(lieux) -> Iterator[tuple]:
    for code_postal, commune_cle, commune, mots in lieux:
        words = mots.split()
        yield code_postal, commune_cle, commune, places.town(words), places.is_cedex(code_postal, words)
