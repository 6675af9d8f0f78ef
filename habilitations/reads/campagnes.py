"""What a campaign is about, and how far it is (HAB-11)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Exists, Func, IntegerField, OuterRef, Q
from django.utils import timezone

from annuaire.models import COLUMNS, MODELS, Lieu
from habilitations.models import Campagne, Examen, Habilitation, Rapport, Relecteur
from habilitations.profils import PROFILS, Profil
from viatraj.core.droits import Droit, Niveau
from viatraj.core.periods import add_months

USAGE_MONTHS, YEAR = 6, 12


def rows(lieux, *, profils, inutilisees, today):
    """The habilitations of a perimeter, in force or to come."""
    found = Habilitation.objects.current(today).filter(_among(lieux))
    found = found.filter(profil__in=profils or PROFILS)
    if inutilisees:
        since = add_months(today, -USAGE_MONTHS)
        found = found.filter(Q(used_on=None) | Q(used_on__lt=since), debut__lt=since)
    return found


def _among(lieux) -> Q:
    """A list for each level: a hundred coordinations are looked up, not compared one after the other."""
    by_niveau = defaultdict(list)
    for lieu in lieux:
        by_niveau[lieu.niveau].append(lieu.row)
    if Niveau.NATIONAL in by_niveau:
        return Q()
    return reduce(or_, (Q(**{f"{niveau}__in": rows}) for niveau, rows in by_niveau.items()), Q(pk__in=[]))


def of_campagne(campagne, *, today):
    return rows(lieux_of(campagne), profils=campagne.profils, inutilisees=campagne.inutilisees, today=today)


def newcomers(campagne, *, today):
    """In its perimeter, and not in the campaign."""
    known = Examen.objects.filter(campagne=campagne, habilitation=OuterRef("pk"))
    return of_campagne(campagne, today=today).filter(~Exists(known))


def gone(campagne, *, today):
    """Lines to decide whose habilitation has ended."""
    current = Habilitation.objects.current(today).filter(pk=OuterRef("habilitation"))
    return Examen.objects.to_decide().filter(~Exists(current), campagne=campagne)


def come_back(campagne, *, today):
    """Lines closed as ended, whose habilitation lives again."""
    current = Habilitation.objects.current(today).filter(pk=OuterRef("habilitation"))
    return Examen.objects.filter(Exists(current), campagne=campagne, state=Examen.State.ENDED)


def lieux_of(campagne) -> list[Lieu]:
    found = campagne.perimetre.select_related(
        "region",
        "coordination",
        "etablissement__coordination",
        "guichet__etablissement",
        "unite__etablissement__coordination",
    )
    return [one.lieu for one in found.order_by("pk")]


def usage_since() -> date | None:
    """The day from which the use of rights is recorded: that of the trigger which notes it."""
    first = MigrationRecorder.Migration.objects.filter(app="habilitations", name="0001_initial").first()
    return timezone.localdate(first.applied) if first else None


def usage_is_known(today) -> bool:
    """Since six months at least: before, a right without use says nothing."""
    since = usage_since()
    return since is not None and since <= add_months(today, -USAGE_MONTHS)


@dataclass(frozen=True)
class Avancement:
    """How many lines, by what became of them; `sans_relecteur` are among those to decide."""

    total: int = 0
    todo: int = 0
    keep: int = 0
    reduce: int = 0
    remove: int = 0
    ended: int = 0
    sans_relecteur: int = 0

    @property
    def decided(self) -> int:
        return self.keep + self.reduce + self.remove

    @property
    def settled(self) -> int:
        return self.decided + self.ended


COUNTED = """
    SELECT count(*), count(*) FILTER (WHERE state = 'todo'), count(*) FILTER (WHERE decision = 'keep'),
      count(*) FILTER (WHERE decision = 'reduce'), count(*) FILTER (WHERE decision = 'remove'),
      count(*) FILTER (WHERE state = 'ended'), count(*) FILTER (WHERE state = 'todo' AND bureau = '')
    FROM habilitations_examen WHERE campagne_id = %s"""


def progress(campagne) -> Avancement:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [campagne.pk])
        return Avancement(*cursor.fetchone())


def progress_on(examens) -> Avancement:
    """Of one person's list."""
    states = Examen.State
    kinds = {name: Count("pk", filter=Q(decision=name)) for name in ("keep", "reduce", "remove")}
    said = examens.order_by().aggregate(
        total=Count("pk"),
        todo=Count("pk", filter=Q(state=states.TODO)),
        ended=Count("pk", filter=Q(state=states.ENDED)),
        **kinds,
    )
    return Avancement(**said)


def by_desk(campagne):
    """[{bureau, total, left}], those with the most left first."""
    left = Count("pk", filter=Q(state=Examen.State.TODO))
    found = Examen.objects.filter(campagne=campagne).order_by().values("bureau")
    return found.annotate(total=Count("pk"), left=left).order_by("-left", "bureau")


def by_person(campagne):
    """[{decided_by, …, decisions by kind}]"""
    kinds = {name: Count("pk", filter=Q(decision=name)) for name in ("keep", "reduce", "remove")}
    found = Examen.objects.filter(campagne=campagne, state=Examen.State.DECIDED).order_by()
    people = found.values("decided_by", "decided_by__nom", "decided_by__prenom", "decided_by__login")
    return people.annotate(total=Count("pk"), **kinds).order_by("-total", "decided_by")


def lieux_of_desks(keys) -> dict[str, Lieu]:
    """Places by their keys («unite:12»), with one query a level."""
    found = {"national:": Lieu(Niveau.NATIONAL)} if "national:" in keys else {}
    for niveau, model in MODELS.items():
        ids = [key.partition(":")[2] for key in keys if key.startswith(f"{niveau}:")]
        if ids:
            above = ["etablissement"] if niveau in (Niveau.UNITE, Niveau.GUICHET) else []
            named = model.objects.select_related(*above) if above else model.objects
            found |= {f"{niveau}:{row.pk}": Lieu(niveau, row) for row in named.filter(pk__in=ids)}
    return found


def with_line(examens):
    """Ready to be shown, with what the habilitation says today."""
    places = [f"habilitation__{name}" for name in COLUMNS]
    return examens.select_related(
        "habilitation__user",
        "habilitation__granted_by",
        "habilitation__unite__etablissement",
        "habilitation__guichet__etablissement",
        "decided_by",
        *places,
    )


def led_by(actor):
    return Campagne.objects.led_by(actor).select_related("user").newest_first()


def to_review(user):
    """Open campaigns with a list of his."""
    return Campagne.objects.filter(state=Campagne.State.OPEN).reviewed_by(user).newest_first()


def rapport_of(campagne) -> Rapport | None:
    """Without its files."""
    return Rapport.objects.filter(campagne=campagne).defer("prints", "classeur", "pdf").first()


def reviewable(rights) -> dict:
    """Where a campaign may be opened: what the référent has in his perimeter, by level."""
    found = {
        niveau: MODELS[niveau].objects.within(rights, Droit.HABILITATION)
        for niveau in (Niveau.COORDINATION, Niveau.ETABLISSEMENT, Niveau.UNITE)
    }
    return {niveau: rows.open() if hasattr(rows, "open") else rows for niveau, rows in found.items()}


def list_of(campagne, user):
    """His lines of a campaign; his own habilitations are never among them."""
    desks = Relecteur.objects.filter(campagne=campagne, user=user)
    return Examen.objects.on_desks(desks).exclude(titulaire=user)


def reviewed(today) -> Q:
    """Of habilitations: somebody has reviewed it within the last twelve months."""
    return Q(reviewed_on__gte=add_months(today, -YEAR))


def at_desk(campagne, bureau):
    """The lines that wait there, in the order of their names."""
    rows = Examen.objects.to_decide().filter(campagne=campagne, bureau=bureau)
    return with_line(rows).select_related("confie_a").sorted_by_name()


def named(campagne, desks) -> list[tuple]:
    """(key, place, who reads there, total, left) of each desk, the place None where nobody may read."""
    desks = list(desks)
    keys = [one["bureau"] for one in desks]
    lieux, people = lieux_of_desks(keys), defaultdict(list)
    found = Relecteur.objects.filter(campagne=campagne, bureau__in=keys).select_related("user")
    for one in found.order_by("user__nom", "user__prenom", "user_id"):
        people[one.bureau].append(one.user)
    return [(key := one["bureau"], lieux.get(key), people[key], one["total"], one["left"]) for one in desks]


def profils_of(examens) -> list[Profil]:
    codes = set(examens.order_by().values_list("profil", flat=True).distinct())
    return sorted((PROFILS[code] for code in codes if code in PROFILS), key=lambda profil: profil.label)


def left_out(campagne, *, today) -> int:
    """Given since it opened, and not in it: said to who follows it."""
    if campagne.state != Campagne.State.OPEN or campagne.nouvelles == Campagne.Nouvelles.ADD:
        return 0
    return newcomers(campagne, today=today).count()


def sizes(campagne) -> dict[str, int]:
    """Bytes of the report's files."""
    found = Rapport.objects.filter(campagne=campagne).annotate(
        c=Func("classeur", function="octet_length", output_field=IntegerField()),
        p=Func("pdf", function="octet_length", output_field=IntegerField()),
    )
    classeur, pdf = found.values_list("c", "p").get()
    return {"classeur": classeur, "pdf": pdf}
