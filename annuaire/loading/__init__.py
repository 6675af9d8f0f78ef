"""Writes an extraction into Activite, by COPY and by difference of line hashes (ANN-7).

Called by `annuaire.actions.import_rpps` only, inside its transaction. A line's identity is the MD5 of
its bytes: what is known is not parsed again, order does not matter, strictly equal lines are one.
"""

from binascii import hexlify
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from annuaire.loading import indexes, lexique
from annuaire.models import Activite, ImportRun
from annuaire.rpps import COLUMNS, Extraction, Refused

INTO = f"(empreinte, {', '.join(COLUMNS)})"
MERGE = f"INSERT INTO annuaire_activite {INTO} SELECT {INTO[1:-1]} FROM arrivee"  # noqa: S608 (our names)
FORMAT = "FORMAT text, DELIMITER '|', NULL E'\\x01'"  # no field is null
SEARCHED = "idnat, nom_cle, prenom_cle, commune_cle, code_postal, profession, categorie"
HASHES = "SELECT coalesce(string_agg(uuid_send(empreinte), ''), '') FROM annuaire_activite"
BEFORE_HASHES = 25  # bytes of COPY's binary header, then of the only row's and its only field's lengths
HIGHEST_LOSS = 0.05


@dataclass
class Outcome:
    """What a load did; `touched` are the idnats of Professionnel rows whose lines changed."""

    lines: int = 0
    duplicates: int = 0
    added: int = 0
    removed: int = 0
    persons: int = 0
    persons_vanished: int = 0
    first: bool = False
    touched: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        if self.first:
            return ImportRun.Status.FIRST
        return ImportRun.Status.REFRESHED if self.added or self.removed else ImportRun.Status.UNCHANGED

    def counts(self) -> dict:
        names = ("lines", "duplicates", "added", "removed", "persons", "persons_vanished", "status")
        return {name: getattr(self, name) for name in names}


def load(extraction: Extraction, *, same_layout: bool, accept_loss: bool) -> Outcome:
    with connection.cursor() as cursor:
        known = _known(cursor)
        if known:
            return _refresh(cursor, extraction, known, same_layout=same_layout, accept_loss=accept_loss)
        return _first(cursor, extraction)


def _known(cursor) -> dict[bytes, bool]:
    """Hash of each stored line → seen in the new file? One dict: 2.2 million lines weigh about 250 MB."""
    with cursor.copy(f"COPY ({HASHES}) TO STDOUT (FORMAT binary)") as copy:
        hashes = b"".join(copy)[BEFORE_HASHES:-2]
    return {hashes[i : i + 16]: False for i in range(0, len(hashes), 16)}


# --- First load: indexes are dropped and built again, in this transaction -----------


def _first(cursor, extraction) -> Outcome:
    owned = _owned(cursor)
    known = _fill(cursor, extraction) if owned else _copy(cursor, extraction)
    outcome = _counted(extraction)
    outcome.first, outcome.added = True, len(known)
    cursor.execute("SELECT set_config('default_statistics_target', '50', true)")  # finer only slows planning
    cursor.execute(f"ANALYZE annuaire_activite ({SEARCHED})")
    lexique.write_all(cursor, owned=owned)
    cursor.execute("SELECT count(*) FROM (SELECT DISTINCT idnat FROM annuaire_activite) AS persons")
    outcome.persons = cursor.fetchone()[0]
    cursor.execute("SELECT idnat FROM annuaire_professionnel")
    outcome.touched = [idnat for (idnat,) in cursor.fetchall()]
    return outcome


def _fill(cursor, extraction) -> dict[bytes, bool]:
    """By the table's owner: without its keys and indexes, which are built at the end."""
    # Rows of a table truncated here need no later vacuum; the empty table is locked anyway.
    cursor.execute("TRUNCATE annuaire_activite")
    cursor.execute("ALTER TABLE annuaire_activite DROP CONSTRAINT annuaire_activite_pkey")
    with indexes.rebuilt(Activite):
        known = _copy(cursor, extraction, ", FREEZE")
    cursor.execute("ALTER TABLE annuaire_activite ADD PRIMARY KEY (empreinte)")
    return known


def _copy(cursor, extraction, frozen="") -> dict[bytes, bool]:
    """Hashes of the lines."""
    known: dict[bytes, bool] = {}
    with cursor.copy(f"COPY annuaire_activite {_into(extraction)} FROM STDIN ({FORMAT}{frozen})") as copy:
        _send(copy, extraction.unknown(known))
    return known


def _owned(cursor) -> bool:
    """A role that may only read and write rows loads too, with the indexes in place."""
    cursor.execute(
        "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass", ["annuaire_activite"]
    )
    return cursor.fetchone()[0]


# --- Refresh: what went, what came ----------------------------------------------------


def _refresh(cursor, extraction, known, *, same_layout, accept_loss) -> Outcome:
    before = len(known)
    _temporary(cursor, "arrivee", "LIKE annuaire_activite")
    with cursor.copy(f"COPY arrivee {_into(extraction)} FROM STDIN ({FORMAT})") as copy:
        _send(copy, extraction.unknown(known))
    outcome = _counted(extraction)
    gone = [digest for digest, seen in known.items() if not seen]
    outcome.added, outcome.removed = len(known) - before, len(gone)
    # With another header every line has another hash: only the number of lines can then be compared.
    lost = len(gone) if same_layout else len(gone) - outcome.added
    _guard(lost, before, "lignes", accept_loss)
    if outcome.added or outcome.removed:
        _apply(cursor, gone, outcome, accept_loss)
    else:
        outcome.persons = _persons(cursor)
    return outcome


def _apply(cursor, gone, outcome, accept_loss):
    before = _persons(cursor)
    _temporary(cursor, "depart", "empreinte uuid PRIMARY KEY")
    with cursor.copy("COPY depart FROM STDIN") as copy:
        _send(copy, (hexlify(digest) + b"\n" for digest in gone))
    cursor.execute("ANALYZE depart, arrivee")
    _temporary(cursor, "concerne", "idnat text")
    cursor.execute(
        "INSERT INTO concerne SELECT idnat FROM annuaire_activite JOIN depart USING (empreinte)"
        " UNION SELECT idnat FROM arrivee"
    )
    concerned = cursor.rowcount
    cursor.execute("ANALYZE concerne")
    present = _present(cursor)
    lexique.note_touched(cursor)
    cursor.execute(
        "DELETE FROM annuaire_activite USING depart WHERE annuaire_activite.empreinte = depart.empreinte"
    )
    cursor.execute(MERGE)
    lexique.follow(cursor)
    still_present = _present(cursor)
    outcome.persons = before - present + still_present
    outcome.persons_vanished = concerned - still_present
    _guard(outcome.persons_vanished, before, "personnes", accept_loss)
    cursor.execute("SELECT idnat FROM annuaire_professionnel WHERE idnat IN (SELECT idnat FROM concerne)")
    outcome.touched = [idnat for (idnat,) in cursor.fetchall()]


def _persons(cursor) -> int:
    cursor.execute(
        "SELECT coalesce((SELECT persons FROM annuaire_importrun ORDER BY id DESC LIMIT 1),"
        " (SELECT count(DISTINCT idnat) FROM annuaire_activite))"
    )
    return cursor.fetchone()[0]


def _present(cursor) -> int:
    """How many of the persons concerned have a line now."""
    cursor.execute("SELECT count(*) FROM concerne WHERE idnat IN (SELECT idnat FROM annuaire_activite)")
    return cursor.fetchone()[0]


def _guard(lost: int, total: int, what: str, accept_loss: bool):
    if lost > HIGHEST_LOSS * total and not accept_loss:
        raise Refused(
            f"{lost} {what} sur {total} disparaissent, soit plus de {100 * HIGHEST_LOSS:.0f}\u00a0%\u00a0: "
            "rien n’est changé. Si c’est voulu, relancez avec --accept-loss."
        )


def tidy():
    """After a refresh, outside its transaction: searches would pay for dead lines and unsorted trigrams."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM annuaire_activite, annuaire_patronyme, annuaire_localite")


# --- Both --------------------------------------------------------------------------------


def _into(extraction) -> str:
    return f"(empreinte, {', '.join(extraction.format.columns)})"


def _send(copy, rows: Iterable[bytes]):
    for some in rows:
        copy.write(some)


def _counted(extraction) -> Outcome:
    if not extraction.lines:
        raise Refused("Le fichier n’a que son en-tête.")
    return Outcome(lines=extraction.lines, duplicates=extraction.duplicates)


def _temporary(cursor, name, columns):
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP")
