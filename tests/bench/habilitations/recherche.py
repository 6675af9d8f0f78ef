"""The search of accounts, by each of its doors, against ILIKE over the same columns."""

import random

from django.db.models import Q

from accounts.models import User
from habilitations.models import Habilitation
from habilitations.reads import search
from tests.bench.habilitations.clock import sql_clock
from tests.bench.report import line, percentile

GOAL = 200  # milliseconds, at full size
COLUMNS = {"nom": "nom", "prenom": "prenom", "identifiant": "login", "email": "email"}
PLAIN_SAMPLE = 15
SAMPLE = 15


def run(who, actor, sample, today, *, goal, promised):
    for door, typed in doors(sample).items():
        times = [once(actor, said, today) for said in typed]
        plain = [plainly(actor, said, today) for said in typed[:PLAIN_SAMPLE]]
        name = f"accounts, search by {door}, p95 ({who})"
        yield line(name, percentile(times, 95), percentile(plain, 95), "ms", goal)
        if promised:
            yield line(f"{name} (promised)", percentile(times, 95), GOAL, "ms", "<= 1")


def without_a_name(who, actor, today):
    """By structure, unit and profile, inside the perimeter (HAB-4)."""
    held = Habilitation.objects.visible_to(actor).current(today)
    rows = held.exclude(etablissement=None).select_related("etablissement", "unite").order_by("lot")[:SAMPLE]
    typed = [{"structure": (one.unite or one.etablissement).nom} for one in rows]
    typed += [{"structure": one.etablissement.nom, "profil": one.profil} for one in rows]
    typed += [{"profil": one.profil} for one in rows]
    times = [once(actor, said, today) for said in typed]
    name = f"accounts, search by structure and profile, p95 ({who}, promised)"
    yield line(name, percentile(times, 95), GOAL, "ms", "<= 1")


def doors(sample) -> dict[str, list[dict]]:
    """By what is typed, for accounts drawn all over the country."""
    rng = random.Random(7)
    ends = User.objects.order_by("pk").first().pk, User.objects.order_by("-pk").first().pk
    keys = [rng.randint(*ends) for _ in range(2 * sample)]
    people = list(User.objects.filter(pk__in=keys, login__startswith="pro").order_by("pk")[:sample])
    return {
        "nom and prénom": [{"nom": one.nom, "prenom": one.prenom} for one in people],
        "login": [{"identifiant": one.login} for one in people],
        "first letters of logins": [{"identifiant": one.login[:4]} for one in people],
        "e-mail": [{"email": one.email} for one in people],
        "two letters of a nom": [{"nom": one.nom[:2]} for one in people],
        "first letters of both": [{"nom": one.nom[:4], "prenom": one.prenom[:2]} for one in people],
    }


def once(actor, said, today) -> float:
    with sql_clock() as spent:
        found = search.find(actor, **said, today=today)
        assert search.hits(actor, found.ids, today=today)
    return sum(spent)


def plainly(actor, said, today) -> float:
    """What holds the letters typed, wherever; those of the perimeter first, in two lists."""
    rule = Q(**{f"{COLUMNS[name]}__icontains": value for name, value in said.items()})
    matching = User.objects.filter(rule).order_by("nom", "prenom", "pk")
    ours = search.in_perimeter(actor, today=today)
    with sql_clock() as spent:
        known = list(matching.filter(pk__in=ours)[: search.LIMIT + 1])
        list(matching.exclude(pk__in=[one.pk for one in known])[: search.LIMIT + 1])
    return sum(spent)
