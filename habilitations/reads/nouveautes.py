"""«Depuis votre dernière visite»: what happened in a référent's perimeter, told where he comes in (COM-9)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from habilitations.models.perimetre import perimeter_sql
from habilitations.profils import PROFILS
from habilitations.reads.echeances import DIGESTED
from viatraj.core import prepared
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit

AT_MOST = timedelta(days=31)  # somebody who comes back after a year is not told of all of it
NAMED = 3  # of each kind; the count says how many there are
# One statement, whatever there is to tell. Each kind is looked up by an index: accounts by their creation,
# ends by place and day, demandes by place, imports by their author.
SQL = """
  (SELECT 'comptes', u.id, u.prenom || ' ' || u.nom, count(*) OVER () FROM accounts_user u
    WHERE u.created_at > %(since)s AND u.created_by_id IS DISTINCT FROM %(user)s AND u.disabled_at IS NULL
      AND u.id <> %(user)s
      AND EXISTS (SELECT FROM habilitations_habilitation
        WHERE user_id = u.id AND revoked_at IS NULL AND fin >= %(day)s AND {perimeter})
    ORDER BY u.created_at DESC LIMIT %(named)s)
  UNION ALL
  (SELECT 'imports', id, file_name, count(*) OVER () FROM habilitations_import
    WHERE user_id = %(user)s AND state IN ('refused', 'failed')
      AND COALESCE(checked_at, deposited_at) > %(since)s
    ORDER BY deposited_at DESC LIMIT %(named)s)
  UNION ALL
  (SELECT 'departs', u.id, u.prenom || ' ' || u.nom, count(*) OVER () FROM accounts_user u
    JOIN (SELECT user_id, max(fin) AS fin FROM habilitations_habilitation
      WHERE revoked_at IS NULL AND fin >= %(since_day)s AND fin < %(day)s AND {perimeter}
      GROUP BY user_id) AS over ON over.user_id = u.id
    WHERE u.id <> %(user)s AND NOT EXISTS (SELECT FROM habilitations_habilitation
        WHERE user_id = u.id AND revoked_at IS NULL AND fin >= %(day)s AND {perimeter})
    ORDER BY over.fin DESC, u.id LIMIT %(named)s)
  UNION ALL
  (SELECT 'demandes', d.id, u.prenom || ' ' || u.nom, count(*) OVER () FROM
    (SELECT * FROM habilitations_demandehabilitation
      WHERE state = 'waiting' AND asked_at > %(since)s AND user_id <> %(user)s AND profil = ANY(%(profils)s)
        AND {perimeter}) AS d JOIN accounts_user u ON u.id = d.user_id
    ORDER BY d.asked_at DESC LIMIT %(named)s)"""


class Nommee(NamedTuple):
    pk: int
    nom: str


@dataclass
class Nouvelles:
    """Of one kind: how many, and the first of them."""

    count: int = 0
    first: list[Nommee] = field(default_factory=list)

    @property
    def others(self) -> int:
        return self.count - len(self.first)


@dataclass(frozen=True)
class Nouveautes:
    since: datetime
    comptes: Nouvelles
    imports: Nouvelles
    departs: Nouvelles
    demandes: Nouvelles

    def __bool__(self) -> bool:
        return bool(self.comptes.count or self.imports.count or self.departs.count or self.demandes.count)


def of(actor: Actor, *, since: datetime | None, now: datetime) -> Nouveautes | None:
    """None for who is no référent, at a first visit, and above a coordination, as in `a_faire`."""
    scopes = actor.rights.scopes(Droit.HABILITATION)
    if since is None or actor.is_acting or not scopes or scopes.keys() - set(DIGESTED):
        return None
    since = max(since, now - AT_MOST)
    rule, places = perimeter_sql(actor.rights)
    rows = prepared.rows(
        SQL.format(perimeter=rule),
        {
            "user": actor.user.pk,
            "since": since,
            "since_day": timezone.localdate(since),
            "day": timezone.localdate(now),
            "named": NAMED,
            "profils": list(PROFILS),
            **places,
        },
    )
    found: dict[str, Nouvelles] = defaultdict(Nouvelles)
    for kind, pk, nom, count in rows:
        found[kind].count = count
        found[kind].first.append(Nommee(pk, nom))
    return Nouveautes(since, *(found[kind] for kind in ("comptes", "imports", "departs", "demandes")))
