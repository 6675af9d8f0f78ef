"""What one run of the ROR brings, by COPY: raw, then an arrivage for each établissement (ANN-7).

Called by `annuaire.actions.releves` and `lots` alone, inside their transactions.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from annuaire.models import Arrivage, Etablissement, Releve
from annuaire.ror.refus import Json
from annuaire.ror.sites import Groupe, Index

RAW = "CREATE TEMPORARY TABLE ressource (rang int PRIMARY KEY, brut jsonb NOT NULL) ON COMMIT DROP"
GROUPS = """
CREATE TEMPORARY TABLE groupe (finess text, region text, rangs int[], empreintes jsonb, raisons jsonb)
ON COMMIT DROP
"""
SPREAD = """
INSERT INTO annuaire_arrivage (releve_id, finess, region, brut, empreintes, raisons, etat, bilan)
SELECT %s, finess, region,
  coalesce((SELECT jsonb_agg(brut ORDER BY rang) FROM ressource WHERE rang = ANY(rangs)), '[]'),
  empreintes, raisons, %s, '{}'
FROM groupe ORDER BY finess
"""
# Of each établissement the two newest; what waits to be written is of the newest.
PURGE = """
DELETE FROM annuaire_arrivage WHERE id IN (
  SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY finess ORDER BY id DESC) AS rang FROM annuaire_arrivage
  ) each WHERE rang > 2)
"""


# Of a lot: one statement, whatever its size.
SETTLED = """
UPDATE annuaire_arrivage a SET etat = %s, bilan = v.bilan
FROM unnest(%s::bigint[], %s::jsonb[]) AS v (id, bilan) WHERE a.id = v.id
"""
STANDING = """
UPDATE annuaire_etablissement e SET synchronisation = v.etat, synchronise_le = v.le, version = v.version,
  textes_source = v.textes
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::int[], %s::jsonb[])
  AS v (id, etat, le, version, textes)
WHERE e.id = v.id
"""


class Connue(NamedTuple):
    """An offer; `fermee`: the ROR says so."""

    empreinte: str
    absences: int
    fermee: bool


@dataclass
class Connu:
    """An établissement as the last runs have left it; `offres` by identifier."""

    empreinte: str
    region: str
    ferme: bool
    erreur: str
    absences: int
    offres: dict[str, Connue] = field(default_factory=dict)


def arrive(resources: Iterable[Json], index: Index) -> None:
    """All of them, each seen by the index; what it keeps lies in `ressource`."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.ressource, pg_temp.groupe")
        cursor.execute(RAW)
        with cursor.copy("COPY ressource (rang, brut) FROM STDIN") as copy:
            for rang, one in enumerate(resources):
                if index.add(one, rang=rang):
                    copy.write_row((rang, index.text))


def known() -> dict[str, Connu]:
    """By FINESS number. Two statements."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT finess, empreinte, region, ferme_le IS NOT NULL, erreur, absences FROM annuaire_siteror"
        )
        for finess, *rest in cursor.fetchall():
            found[finess] = Connu(*rest)
        cursor.execute(
            "SELECT s.finess, o.cle, o.empreinte, o.absences, o.fermee_le IS NOT NULL"
            " FROM annuaire_offre o JOIN annuaire_siteror s ON s.id = o.site_id"
        )
        for finess, cle, *rest in cursor.fetchall():
            found[finess].offres[cle] = Connue(*rest)
    return found


def spread(releve: Releve, groupes: Iterable[Groupe], absents: Mapping[str, list[str]]) -> int:
    """An arrivage for each; `absents`: FINESS numbers that a complete run does not name any more.

    An offer that the run names in another établissement has an empty digest in its own: it is not absent.
    """
    with connection.cursor() as cursor:
        cursor.execute(GROUPS)
        with cursor.copy("COPY groupe (finess, region, rangs, empreintes, raisons) FROM STDIN") as copy:
            for one in groupes:
                digests = {cle: digest for cle, (digest, _) in one.offres.items()} | {"": one.empreinte}
                digests |= dict.fromkeys(one.ailleurs, "")
                told = (sorted(one.rangs), json.dumps(digests), json.dumps(one.raisons))
                copy.write_row((one.finess, one.region, *told))
            for finess, ailleurs in absents.items():
                copy.write_row((finess, "", [], json.dumps(dict.fromkeys(ailleurs, "")), "[]"))
        cursor.execute(SPREAD, [releve.pk, Arrivage.Etat.A_FAIRE])
        return cursor.rowcount


def known_codes() -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """The nomenclatures that we have whole, and all their codes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM annuaire_nomenclature WHERE complete")
        whole = frozenset(code for (code,) in cursor.fetchall())
        cursor.execute(
            "SELECT nomenclature_id, code FROM annuaire_concept WHERE nomenclature_id = ANY(%s)",
            [list(whole)],
        )
        return whole, frozenset(cursor.fetchall())


def regions() -> dict[str, tuple[str, bool]]:
    """Of our open établissements, by FINESS number: their région's code, and whether the ROR is on there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.finess, r.code, r.ror_actif FROM annuaire_etablissement e"
            " JOIN annuaire_coordination c ON c.id = e.coordination_id"
            " JOIN annuaire_region r ON r.id = c.region_id"
            " WHERE e.finess IS NOT NULL AND e.closed_at IS NULL"
        )
        return {finess: (code, actif) for finess, code, actif in cursor.fetchall()}


def settle(arrivages: Collection[Arrivage]) -> None:
    """Writes what became of each."""
    with connection.cursor() as cursor:
        pks, bilans = [one.pk for one in arrivages], [json.dumps(one.bilan) for one in arrivages]
        cursor.execute(SETTLED, [Arrivage.Etat.FAIT, pks, bilans])


def stand(etablissements: Collection[Etablissement]) -> None:
    """Writes how each stands with the ROR, and the ROR's own texts."""
    with connection.cursor() as cursor:
        columns = [
            (one.pk, one.synchronisation, one.synchronise_le, one.version, json.dumps(one.textes_source))
            for one in etablissements
        ]
        cursor.execute(STANDING, [list(one) for one in zip(*columns, strict=True)] or [[]] * 5)


def purge() -> int:
    """Raw resources older than the last two arrivages of their établissement."""
    with connection.cursor() as cursor:
        cursor.execute(PURGE)
        return cursor.rowcount


def counts(releve: Releve) -> dict[str, int]:
    """Sums of what each arrivage has done, by word."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, sum(value::int) FROM annuaire_arrivage, jsonb_each_text(bilan)"
            " WHERE releve_id = %s GROUP BY 1 ORDER BY 1",
            [releve.pk],
        )
        return {word: int(count) for word, count in cursor.fetchall()}
