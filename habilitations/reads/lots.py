"""What stands in the way of each row of a lot, told before anything is sent (docs/adr/0040)."""

from datetime import date, timedelta

from habilitations import policies
from habilitations.models import Habilitation
from habilitations.reads import relais
from viatraj.core.policies import refusal

ALONE = (
    "La structure «\u00a0{}\u00a0» n’aurait plus de référent\u00a0: supprimez cette habilitation seule, "
    "où cela se confirme, ou nommez d’abord une autre personne."
)


FURTHER = "elle va déjà jusqu’au {:%d/%m/%Y}."
NEXT = "la suivante, du même profil et au même endroit, commence le {:%d/%m/%Y}."


def followers(rows) -> dict[int, date]:
    """The first day of the next habilitation of the same person, profile and place, by key; one query."""
    known = {name: {getattr(row, name) for row in rows} for name in ("user_id", "profil", "lieu_key")}
    living = Habilitation.objects.living().filter(**{f"{name}__in": said for name, said in known.items()})
    starts: dict[tuple, list[date]] = {}
    for *key, debut in living.values_list(*known, "debut"):
        starts.setdefault(tuple(key), []).append(debut)
    found = {}
    for row in rows:
        later = [one for one in starts.get((row.user_id, row.profil, row.lieu_key), ()) if one > row.fin]
        if later:
            found[row.pk] = min(later)
    return found


def barred(row, fin: date, *, following: date | None) -> str:
    """Why this end is not one for this row; a lot shortens nothing, and overlaps nothing."""
    if fin < row.fin:
        return FURTHER.format(row.fin)
    return NEXT.format(following) if following and following <= fin else ""


def refusals(rows, *, by, today, ending=False, suites=None) -> dict[int, str]:
    """By the keys of the rows that the action would refuse, whatever the date; `ending`: they are to be
    deleted; `suites`: of those to prolong, as `followers` has them.

    The queries of one row, however many.
    """
    day = timedelta(days=1)
    found = {
        row.pk: NEXT.format(suites[row.pk]) for row in rows if (suites or {}).get(row.pk) == row.fin + day
    }
    for row in rows:
        if why := refusal(policies.manage, by, row) or refusal(policies.living, row):
            found[row.pk] = why
    if ending:
        going = sorted((row for row in rows if row.pk not in found), key=lambda row: row.pk)
        for etablissement in relais.left_without(going, on=today, today=today):
            last = [
                row for row in going if row.etablissement_id == etablissement.pk and row.le_profil.is_referent
            ]
            found[last[-1].pk] = ALONE.format(etablissement)
    return found
