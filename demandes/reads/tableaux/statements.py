"""The statements of a dashboard: keys first, along the indexes of its places, each as far as a page.

The `n` first rows of several places lie in the `n` places whose own first row comes first. So each place
gives one key, the whole `ROW(moment, id)` that pages are sorted by; then only these places give `n` each:
the work is bounded by how many places are held, whatever they have or is filtered (docs/adr/0065). What is
somebody’s own is walked from him: he has opened or made some thousands, wherever he works. Another order of
what lives walks all of it along the same index, as its counters do.
Only constants of the code stand in the texts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from demandes.etats import Etat
from demandes.reads.tableaux.lieux import Voie
from demandes.tableaux import Vue

MANY = 1_000  # beyond, a counter of what is closed says «plus de 1 000»

DEMANDES, SANS_SOLUTION = "demandes_demande", "demandes_sanssolution"


class Ordre(NamedTuple):
    """`walked`: along the index of each place; else all is read there, then sorted."""

    moment: str
    way: str
    walked: bool = True


CHANGED = Ordre("changed_at", "DESC")
# Of what lives; of what is closed, there is one. What never falls due comes last.
ORDRES = {
    "": Ordre("depuis", "ASC"),
    "recentes": Ordre("depuis", "DESC"),
    "changees": Ordre("changed_at", "DESC", walked=False),
    "echeance": Ordre("coalesce(echeance_at, '3000-01-01 00:00:00+00')", "ASC", walked=False),
}

FIRST = """
  SELECT d.id, d.cle FROM (
    SELECT lieu.id FROM unnest(%({ids})s::bigint[]) AS lieu(id) CROSS JOIN LATERAL (
      SELECT ROW({moment}, id) AS cle FROM {table} AS d
      WHERE {column} = lieu.id AND {where} ORDER BY {moment} {way}, id {way} LIMIT 1) AS premiere
    ORDER BY premiere.cle {way} LIMIT %(combien)s) AS lieu
  CROSS JOIN LATERAL (
    SELECT id, {moment} AS cle FROM {table} AS d
    WHERE {column} = lieu.id AND {where} ORDER BY {moment} {way}, id {way} LIMIT %(combien)s) AS d"""
KEYS = "SELECT id, cle FROM ({branches}) AS cles ORDER BY cle {way}, id {way} LIMIT %(combien)s"
WHOLE = """
  SELECT id, {moment} AS cle FROM {table} AS d WHERE {column} = ANY(%({ids})s) AND {where}"""
# Of a page that may say names, and of few rows: nobody places whom he may not know.
WALKED = "\n  SELECT id FROM {table} AS d WHERE {column} = ANY(%({ids})s) AND {where}"
NOMMEES = """
  SELECT id, cle FROM (
    SELECT d.id, q.nom_cle || E'\\x01' || q.prenom_cle COLLATE "C" AS cle
    FROM (SELECT id FROM ({branches}) AS toutes LIMIT %(beaucoup)s) AS la
    JOIN {table} AS d ON d.id = la.id JOIN dossiers_dossier AS q ON q.id = d.dossier_id) AS nommees
  WHERE {where} ORDER BY cle, id LIMIT %(combien)s"""
APRES_ELLE = """(cle, id) > ((SELECT q.nom_cle || E'\\x01' || q.prenom_cle COLLATE "C" FROM {table} AS d
    JOIN dossiers_dossier AS q ON q.id = d.dossier_id WHERE d.id = %(apres)s), %(apres)s)"""
VIVANTES = """
  SELECT {counted} FROM {table} AS d
  WHERE {column} = ANY(%({ids})s) AND {where}"""
RECENTES = """
  SELECT id FROM (
    SELECT id FROM {table} AS d
    WHERE {column} = ANY(%({ids})s) AND {where} LIMIT %(beaucoup)s) AS d"""
COUNTED = "(SELECT ARRAY[{columns}] FROM ({walked}) AS vivantes)"
MANY_OF = "(SELECT count(*) FROM ({walked} LIMIT %(beaucoup)s) AS closes)"
# Of what waits for who receives it: the service has told him so, or is about to.
LATE = "(rappels > 0 OR echeance_at <= %(now)s)"
# Received: whoever has opened it; asked: whoever has made the dossier.
MIENNES = {
    True: """
WITH miennes AS MATERIALIZED (SELECT * FROM demandes_demande WHERE opened_by_id = %(moi)s)
""",
    False: """
WITH miennes AS MATERIALIZED (
  SELECT d.* FROM dossiers_dossier AS q JOIN demandes_demande AS d ON d.dossier_id = q.id
  WHERE q.cree_par_id = %(moi)s)
""",
}


@dataclass(frozen=True)
class Demandees:
    """What is asked of places, on one side of them. `moi`: of somebody alone; `table`: whose rows."""

    voies: Sequence[Voie]
    is_received: bool
    now: datetime
    since: datetime
    moi: int | None = None
    table: str = DEMANDES

    def keys(self, vue: Vue, *, tri: str, n: int, after: tuple[Any, int] | None) -> list[tuple[int, Any]]:
        """(id, moment) of the next `n`, in order."""
        moment, way, walked = CHANGED if vue.is_closed else ORDRES[tri]
        only = [*self._only(vue)]
        if after:
            only.append(f"({moment}, id) {'<' if way == 'DESC' else '>'} (%(at)s, %(apres)s)")
        at, apres = after or (None, None)
        known = {"moment": moment, "way": way, "only": only}
        branch = FIRST if walked and self.moi is None else WHOLE
        sql = KEYS.format(branches=self._each(branch, **known), way=way)
        return self._rows(sql, combien=n, at=at, apres=apres)

    def named(self, vue: Vue, *, n: int, after: int | None) -> list[tuple[int, str]]:
        """(id, name) of the next `n` by name, after a row that its reader may name; of `MANY` at most."""
        branches = self._each(WALKED, only=list(self._only(vue)))
        where = APRES_ELLE.format(table=self.table) if after else "true"
        sql = NOMMEES.format(branches=branches, table=self.table, where=where)
        return self._rows(sql, combien=n, apres=after, beaucoup=MANY)

    def counts(self, vues: Iterable[Vue], etats: Iterable[str]) -> dict[str, int]:
        """One walk of what lives; of what is closed, as many as `MANY` and one."""
        counted = [one for one in vues if one.is_counted]
        living = [one for one in counted if not one.is_closed]
        columns = [f"count(*) FILTER (WHERE {' AND '.join(self._of(one))})" for one in living]
        named = ["id", "etat", *(("rappels", "echeance_at") if any(one.tarde for one in living) else ())]
        walked = self._each(VIVANTES, only=[_in(etats)], counted=", ".join(named))
        parts = [COUNTED.format(columns=", ".join(columns), walked=walked)]
        closed = [one for one in counted if one.is_closed]
        for one in closed:
            found = self._each(RECENTES, only=list(self._only(one)))
            parts.append(MANY_OF.format(walked=found))
        rows = self._rows(f"SELECT {', '.join(parts)}", beaucoup=MANY + 1)
        (several, *others), *_ = rows or [([0] * len(living), *([0] * len(closed)))]
        return dict(zip([one.code for one in (*living, *closed)], [*several, *others], strict=True))

    def _of(self, vue: Vue) -> list[str]:
        return [_in(vue.etats), *([LATE] if vue.tarde else [])]

    def _only(self, vue: Vue) -> Iterable[str]:
        yield from self._of(vue)
        if vue.days:
            yield "changed_at >= %(since)s"
        if self.is_received and Etat.ANNULEE in vue.etats:  # one that was taken back before it was sent
            yield "sent_at IS NOT NULL"

    def _each(self, branch: str, *, only: list[str], **known: str) -> str:
        """The same of each column; what two of them lead to is there once."""
        parts, known["table"] = [], self.table if self.moi is None else "miennes"
        for number, voie in enumerate(self.voies):
            where = " AND ".join([_one_of("orientation", voie.orientations), *only]) + voie.seule
            parts.append(branch.format(column=voie.column, ids=f"ids{number}", where=where, **known))
        return "\nUNION ".join(parts)

    def _rows(self, sql: str, **asked: Any) -> list[tuple]:
        if not self.voies:
            return []
        ids = {f"ids{number}": list(voie.ids) for number, voie in enumerate(self.voies)}
        values = asked | ids | {"moi": self.moi, "now": self.now, "since": self.since}
        mine = "" if self.moi is None else MIENNES[self.is_received]
        with connection.cursor() as cursor:
            cursor.execute(mine + sql, values)
            return cursor.fetchall()


def _in(etats: Iterable[str]) -> str:
    return _one_of("etat", sorted(str(one) for one in etats))


def _one_of(column: str, values: Iterable[str]) -> str:
    """Constants, so that PostgreSQL sees that a partial index holds them all."""
    listed = ", ".join(f"'{one}'" for one in values)
    return f"{column} IN ({listed})"
