"""What one run of the ROR brings, by COPY: an arrivage for each établissement that differs (ANN-7).

Called by `annuaire.actions.releves` and `lots` alone, inside their transactions.
"""

import json
from array import array
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import NamedTuple

from django.db import connection

from annuaire.models import Arrivage, Etablissement, Offre, Releve, SiteRor
from annuaire.ror.memoire import Dite, Recue, Souvenir
from annuaire.ror.sites import Groupe, Index

SPREAD = """
COPY annuaire_arrivage (releve_id, finess, region, brut, empreintes, raisons, etat, bilan) FROM STDIN
"""
DIGEST = 32  # characters
# Of each établissement the two newest; what waits to be written is of the newest.
PURGE = """
DELETE FROM annuaire_arrivage WHERE id IN (
  SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY finess ORDER BY id DESC) AS rang FROM annuaire_arrivage
  ) each WHERE rang > 2)
"""


# Of a lot: one statement, whatever its size; one JSON text is several times cheaper than arrays of values.
SITES = """
INSERT INTO "annuaire_siteror"
  (finess, nom, region, valeurs, libelles, empreinte, ferme_le, vu_le, absences, erreur)
SELECT * FROM jsonb_to_recordset(%s::jsonb) AS v (finess text, nom text, region text, valeurs jsonb,
  libelles jsonb, empreinte text, ferme_le date, vu_le timestamptz, absences int, erreur text)
ON CONFLICT (finess) DO UPDATE SET nom = excluded.nom, region = excluded.region, valeurs = excluded.valeurs,
  libelles = excluded.libelles, empreinte = excluded.empreinte, ferme_le = excluded.ferme_le,
  vu_le = excluded.vu_le, absences = excluded.absences, erreur = excluded.erreur RETURNING finess, id
"""
OFFRES = """
INSERT INTO "annuaire_offre"
  (site_id, cle, nom, valeurs, libelles, empreinte, fermee_le, vue_le, absences)
SELECT * FROM jsonb_to_recordset(%s::jsonb) AS v (site_id bigint, cle text, nom text, valeurs jsonb,
  libelles jsonb, empreinte text, fermee_le date, vue_le timestamptz, absences int)
ON CONFLICT (cle) DO UPDATE SET site_id = excluded.site_id, nom = excluded.nom, valeurs = excluded.valeurs,
  libelles = excluded.libelles, empreinte = excluded.empreinte, fermee_le = excluded.fermee_le,
  vue_le = excluded.vue_le, absences = excluded.absences RETURNING cle, id
"""
SITE = "finess nom region valeurs libelles empreinte ferme_le vu_le absences erreur".split()
OFFRE = "site_id cle nom valeurs libelles empreinte fermee_le vue_le absences".split()
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


class Pile:
    """Texts put down on disk, each taken up again by its rank: a country does not fit in memory."""

    def __init__(self):
        self.file = TemporaryFile()  # noqa: SIM115, closed by `Arrivee`
        self.ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self.ends) - 1

    def put(self, text: str) -> None:
        self.ends.append(self.ends[-1] + self.file.write(text.encode()))

    def take(self, rang: int) -> str:
        begin, end = self.ends[rang], self.ends[rang + 1]
        self.file.seek(begin)
        return self.file.read(end - begin).decode()


class Arrivee:
    """`bruts`: the texts of what the index keeps, by rank; `apprises`: what no memory knew, and what it says.

    `revues`: digests of what was remembered.
    """

    def __init__(self):
        self.bruts, self.apprises = Pile(), Pile()
        self.revues: set[str] = set()

    def __enter__(self) -> "Arrivee":
        return self

    def __exit__(self, *error) -> None:
        self.bruts.file.close()
        self.apprises.file.close()


def arrive(arrivee: Arrivee, resources: Iterable[Recue], index: Index) -> None:
    """All of them, each seen by the index. No table is touched, however long they take to come."""
    for one in resources:
        if index.add(one, rang=len(arrivee.bruts)):
            arrivee.bruts.put(one.texte if isinstance(one, Souvenir | Dite) else json.dumps(one))
        if isinstance(one, Souvenir):
            arrivee.revues.add(one.empreinte)
        elif isinstance(one, Dite) and index.dit:
            arrivee.apprises.put(f"{one.empreinte}{index.dit}")


def remembered() -> dict[str, str]:
    """What the last complete run has read, by the digest of its text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT empreinte, dit FROM annuaire_ressourcelue")
        return dict(cursor.fetchall())


def remember(arrivee: Arrivee, known: Collection[str]) -> None:
    """From now on what this complete run has read, and nothing else."""
    forgotten = [one for one in known if one not in arrivee.revues]
    with connection.cursor() as cursor:
        if forgotten:
            cursor.execute("DELETE FROM annuaire_ressourcelue WHERE empreinte = ANY(%s)", [forgotten])
        with cursor.copy("COPY annuaire_ressourcelue (empreinte, dit) FROM STDIN") as copy:
            for rang in range(len(arrivee.apprises)):
                told = arrivee.apprises.take(rang)
                copy.write_row((told[:DIGEST], told[DIGEST:]))


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


def spread(releve: Releve, bruts: Pile, groupes: Iterable[Groupe], absents: Mapping[str, list[str]]) -> None:
    """An arrivage for each; `absents`: FINESS numbers that a complete run does not name any more.

    An offer that the run names in another établissement has an empty digest in its own: it is not absent.
    """
    waiting = (Arrivage.Etat.A_FAIRE.value, "{}")
    with connection.cursor() as cursor, cursor.copy(SPREAD) as copy:
        for one in groupes:
            digests = {cle: digest for cle, (digest, _) in one.offres.items()} | {"": one.empreinte}
            digests |= dict.fromkeys(one.ailleurs, "")
            brut = f"[{','.join(bruts.take(rang) for rang in sorted(one.rangs))}]"
            told = (brut, json.dumps(digests), json.dumps(one.raisons))
            copy.write_row((releve.pk, one.finess, one.region, *told, *waiting))
        for finess, ailleurs in absents.items():
            told = ("[]", json.dumps(dict.fromkeys(ailleurs, "")), "[]")
            copy.write_row((releve.pk, finess, "", *told, *waiting))


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


def picture(sites: Collection[SiteRor]) -> None:
    """Writes them, new or not; each has its key then."""
    keys = _put(SITES, SITE, sites)
    for one in sites:
        one.pk = keys[one.finess]


def offered(offres: Collection[Offre]) -> None:
    """Writes them, new or not; each has its key then."""
    keys = _put(OFFRES, OFFRE, offres)
    for one in offres:
        one.pk = keys[one.cle]


def _put(statement: str, names: list[str], rows: Iterable[SiteRor | Offre]) -> dict[str, int]:
    told = [{name: getattr(one, name) for name in names} for one in rows]
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(told, default=str, ensure_ascii=False)])
        return dict(cursor.fetchall())


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
