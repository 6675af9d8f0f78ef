"""A campaign survives what happens meanwhile: new lines, ended ones, moved units, reviewers who leave."""

from django.db import connection, transaction
from django.db.models import F

from habilitations import policies
from habilitations.actions.campagnes.ouverture import SLICE, take_in
from habilitations.models import Campagne, Examen, Habilitation, Relecteur
from habilitations.reads import campagnes, relecteurs
from journal.models import record
from viatraj.core.saving import act, locked

# Only lines whose desk, or whose holder's rank, has changed; or entrusted to somebody who has left the desk.
ASSIGN = f"""
    UPDATE "habilitations_examen" SET bureau = found.bureau, rang = found.rang, version = version + 1,
    confie_a_id = (
      SELECT r.user_id FROM habilitations_relecteur r
      WHERE r.campagne_id = %(campagne)s AND r.user_id = confie_a_id AND r.bureau = found.bureau
        AND r.rang > found.rang)
    FROM (
      WITH {relecteurs.DESKS}
      SELECT e.id, COALESCE({relecteurs.BUREAU}, '') AS bureau, {relecteurs.RANG} AS rang
      FROM habilitations_examen e JOIN habilitations_habilitation h ON h.id = e.habilitation_id
      {relecteurs.JOINS}
      WHERE e.campagne_id = %(campagne)s AND e.state = 'todo' AND e.id = ANY(%(keys)s)) found
    WHERE "habilitations_examen".id = found.id AND "habilitations_examen".id = ANY(%(keys)s)
      AND (("habilitations_examen".bureau, "habilitations_examen".rang)
          IS DISTINCT FROM (found.bureau, found.rang::smallint)
        OR confie_a_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM habilitations_relecteur r
          WHERE r.campagne_id = %(campagne)s AND r.user_id = confie_a_id AND r.bureau = found.bureau
            AND r.rang > found.rang))"""  # noqa: S608  (texts of ours)


def follow_campagne(campagne, *, today, by) -> dict[str, int]:
    """One look at an open campaign; how many lines were added, ended, handed to another desk."""
    policies.system(by)
    done = {"ended": 0, "added": 0, "moved": 0}
    act(_meet, campagne, today=today)
    while part := act(_end_some, campagne, today=today, by=by):
        done["ended"] += part
    while campagne.nouvelles == Campagne.Nouvelles.ADD and (part := act(_add_some, campagne, today=today)):
        done["added"] += part
    last = 0
    while last is not None:
        last, moved = act(_assign_some, campagne, after=last)
        done["moved"] += moved
    if any(done.values()):
        act(_note, campagne, done, by=by)
    return done


@transaction.atomic
def _note(campagne, done, *, by):
    record("campagne.followed", by=by, target=campagne, **done)


def _still_open(campagne) -> bool:
    """And held: nobody decides, nobody closes it meanwhile."""
    return locked(campagne).state == Campagne.State.OPEN


@transaction.atomic
def _meet(campagne, *, today):
    """Who is at which desk now."""
    if not _still_open(campagne):
        return
    lines = Examen.objects.filter(campagne=campagne).order_by().values("habilitation")
    rows = Habilitation.objects.filter(pk__in=lines) | campagnes.of_campagne(campagne, today=today)
    wanted = {(one["user_id"], one["bureau"]): one for one in relecteurs.pool(rows, today=today)}
    known = {(one.user_id, one.bureau): one for one in campagne.relecteurs.order_by("pk")}
    for key in known.keys() - wanted.keys():
        known[key].delete()
    for key in sorted(known.keys() & wanted.keys(), key=lambda key: known[key].pk):
        if known[key].rang != wanted[key]["rang"]:
            known[key].rang = wanted[key]["rang"]
            known[key].save()
    Relecteur.objects.bulk_create(
        Relecteur(campagne=campagne, **wanted[key]) for key in sorted(wanted.keys() - known.keys())
    )


@transaction.atomic
def _end_some(campagne, *, today, by) -> int:
    """Lines whose habilitation ended without a decision; or came back, its end having been undone."""
    if not _still_open(campagne):
        return 0
    rows = campagnes.gone(campagne, today=today).order_by("pk").values_list("pk", flat=True)[:SLICE]
    ended = _become(Examen.State.ENDED, rows)
    back = campagnes.come_back(campagne, today=today).order_by("pk").values_list("pk", flat=True)[:SLICE]
    return ended + _become(Examen.State.TODO, back)


def _become(state, keys) -> int:
    return Examen.objects.filter(pk__in=list(keys)).update(state=state, version=F("version") + 1)


@transaction.atomic
def _add_some(campagne, *, today) -> int:
    if not _still_open(campagne):
        return 0
    rows = campagnes.newcomers(campagne, today=today).order_by("pk").values_list("pk", flat=True)
    keys = list(rows[:SLICE])
    return take_in(campagne, keys, ajoute_le=today) if keys else 0


@transaction.atomic
def _assign_some(campagne, *, after: int) -> tuple[int | None, int]:
    """The key of the last line looked at, None when there are no more; how many changed desks."""
    if not _still_open(campagne):
        return None, 0
    rows = Examen.objects.to_decide().filter(campagne=campagne, pk__gt=after).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:SLICE])
    if not keys:
        return None, 0
    with connection.cursor() as cursor:
        cursor.execute(ASSIGN, {"campagne": campagne.pk, "keys": keys})
        return keys[-1], cursor.rowcount
