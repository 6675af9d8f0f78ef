"""Who reviews which line of a campaign (HAB-11, docs/adr/0044), in SQL: lines come by the hundred thousand.

A line lies at one desk: the nearest place above it (unit, établissement, coordination, région, country)
where somebody may change this profile and outranks its holder. Ranks being an order, nobody reviews who
reviews him.
"""

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from habilitations.models import RANGS, Examen, Habilitation, Relecteur
from habilitations.profils import PROFILS
from habilitations.reads.referents import CODES
from viatraj.core.droits import Niveau

# A référent's own habilitation is read from above the level that it gives.
_LEVEL_OF = {code: RANGS[PROFILS[code].niveaux[0]] for code in CODES}
_PROFILS = " ".join(f"WHEN '{code}' THEN {degre}" for code, degre in _LEVEL_OF.items())
_LEVELS = {RANGS[niveau]: niveau for niveau in RANGS}
_HERE = {niveau: f"'{niveau}:' || h.{niveau}_id" for niveau in RANGS} | {Niveau.NATIONAL: "'national:'"}
_AMONG = {Niveau.NATIONAL: "countrywide"}
# Joined by hashing, whatever the planner knows of rows that were inserted a moment ago; the country's desk,
# which joins by no column, is looked for once and not at each line. `DESKS` are CTEs; `JOINS` goes with `h`,
# a habilitation, and `plancher`, the level that did not know.
DESKS = """desks AS MATERIALIZED (
      SELECT bureau, degre, max(rang) AS rang FROM habilitations_relecteur
      WHERE campagne_id = %(campagne)s GROUP BY bureau, degre
    ), countrywide AS MATERIALIZED (
      SELECT * FROM desks WHERE bureau = 'national:'
    ), holders AS MATERIALIZED (
      SELECT user_id, max(rang) AS rang FROM habilitations_relecteur
      WHERE campagne_id = %(campagne)s GROUP BY user_id)"""
RANG = "COALESCE(holder.rang, 0)"
BUREAU = f"COALESCE({', '.join(f'd{degre}.bureau' for degre in sorted(_LEVELS))})"
JOINS = "LEFT JOIN holders holder ON holder.user_id = h.user_id" + "".join(
    f"""
    LEFT JOIN {_AMONG.get(_LEVELS[degre], "desks")} d{degre}
      ON d{degre}.bureau = {_HERE[_LEVELS[degre]]} AND d{degre}.rang > {RANG}
      AND {degre} > GREATEST(plancher, CASE h.profil {_PROFILS} ELSE 0 END)"""
    for degre in sorted(_LEVELS)
)
FIRST = f"""
    WITH {DESKS}
    SELECT h.id FROM habilitations_habilitation h CROSS JOIN (SELECT 0 AS plancher) nobody {JOINS}
    WHERE h.id = ANY(%(keys)s) AND {BUREAU} IS NOT NULL LIMIT 1"""  # noqa: S608  (texts of ours)
NEXT = f"""
    WITH {DESKS}
    SELECT {BUREAU} FROM habilitations_habilitation h
    CROSS JOIN (SELECT %(plancher)s AS plancher) said {JOINS}
    WHERE h.id = %(key)s AND {BUREAU} IS NOT NULL"""  # noqa: S608


def pool(rows, *, today) -> list[dict]:
    """Référents in force over the places of these habilitations, one row a desk, as `Relecteur` has them."""
    rule = Q(niveau=Niveau.NATIONAL)
    for niveau in RANGS.keys() - {Niveau.NATIONAL}:
        rule |= Q(niveau=niveau, **{f"{niveau}__in": rows.order_by().values(niveau).distinct()})
    held = Habilitation.objects.in_force(today).filter(rule, profil__in=CODES, user__disabled_at=None)
    desks = sorted({*held.values_list("user_id", "lieu_key", "niveau")})
    ranks: dict[int, int] = {}
    for user_id, _, niveau in desks:
        ranks[user_id] = max(ranks.get(user_id, 0), RANGS[niveau])
    return [
        {"user_id": user_id, "bureau": key, "degre": RANGS[niveau], "rang": ranks[user_id]}
        for user_id, key, niveau in desks
    ]


def any_desk(campagne, keys) -> bool:
    """Would one of these habilitations be on somebody's list?"""
    with connection.cursor() as cursor:
        cursor.execute(FIRST, {"campagne": campagne.pk, "keys": keys})
        return cursor.fetchone() is not None


def desks_of(campagne, user) -> list[Relecteur]:
    return list(Relecteur.objects.filter(campagne=campagne, user=user).order_by("degre", "bureau"))


def desks_above(campagne, examens) -> dict[int, dict[int, Relecteur]]:
    """{line: {account: his nearest desk from which he may read it}}: all whom it may be entrusted to.

    Never its holder; nor whom the holder reads, since ranks are an order. One query, however many lines.
    """
    places = {one.pk: _keys(one.habilitation) for one in examens}
    wanted = set().union(*places.values())
    desks = Relecteur.objects.filter(campagne=campagne, bureau__in=wanted).select_related("user")
    found: dict[int, dict[int, Relecteur]] = {one.pk: {} for one in examens}
    for desk in desks.order_by("degre", "user__nom", "user__prenom", "user_id"):
        for one in examens:
            is_above = desk.bureau in places[one.pk] and desk.degre > _LEVEL_OF.get(one.profil, 0)
            if is_above and desk.rang > one.rang and desk.user_id != one.titulaire_id:
                found[one.pk].setdefault(desk.user_id, desk)
    return found


def _keys(habilitation) -> set[str]:
    """Of the desks over its place."""
    ids = {niveau: getattr(habilitation, f"{niveau}_id") for niveau in RANGS.keys() - {Niveau.NATIONAL}}
    return {"national:", *(f"{niveau}:{pk}" for niveau, pk in ids.items() if pk)}


def of_line(examen):
    """The accounts that may decide of it."""
    desk = Relecteur.objects.filter(campagne=examen.campagne_id, bureau=examen.bureau, rang__gt=examen.rang)
    if examen.confie_a_id:
        desk = desk.filter(user=examen.confie_a_id)
    return desk.select_related("user").order_by("user__nom", "user__prenom", "user_id")


def readers_of(campagne, user) -> set[int]:
    """Accounts that read, or have read, his own habilitations in this campaign."""
    own = Examen.objects.filter(campagne=campagne, titulaire=user)
    decided = own.exclude(decided_by=None).order_by().values_list("decided_by", flat=True)
    todo = own.to_decide().filter(bureau=OuterRef("bureau"), rang__lt=OuterRef("rang"))
    reading = Relecteur.objects.filter(Exists(todo), campagne=campagne).values_list("user", flat=True)
    return {*decided, *reading.order_by()}
