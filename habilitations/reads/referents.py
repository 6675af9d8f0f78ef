"""Who manages a place (COM-6): its référents, or the coordination when it has none."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, Subquery

from annuaire.models import Coordination
from habilitations.models import Habilitation, ReferentConnu
from habilitations.profils import PROFILS, REFERENT_STRUCTURE
from viatraj.core.droits import Niveau

CODES = [profil.code for profil in PROFILS.values() if profil.is_referent]


@dataclass(frozen=True)
class Bloc:
    """The référents of one structure, people of `accounts`."""

    title: str
    people: list


def of(habilitation, *, today) -> tuple[list[Bloc], Coordination | None]:
    """The référents of an établissement and of its unit; if they have no other, those of the coordination."""
    levels = [
        (Niveau.ETABLISSEMENT, habilitation.etablissement, "Référents de l’établissement"),
        (Niveau.UNITE, habilitation.unite, "Référents de l’unité"),
    ]
    if habilitation.etablissement_id is None:
        levels = [(Niveau.COORDINATION, habilitation.coordination, "Référents de la coordination")]
    blocs = [
        Bloc(f"{title} {row}", _people(niveau, row, habilitation.user_id, today))
        for niveau, row, title in levels
        if row
    ]
    orphan = not any(bloc.people for bloc in blocs)
    return blocs, habilitation.coordination if orphan else None


def managing(habilitations):
    """Accounts that hold, or held, a référent's profile on the place of one of them, or above it."""
    rule = Q(niveau=Niveau.NATIONAL)
    for niveau in (Niveau.REGION, Niveau.COORDINATION, Niveau.ETABLISSEMENT, Niveau.UNITE):
        rule |= Q(niveau=niveau, **{f"{niveau}__in": habilitations.order_by().values(niveau)})
    return Habilitation.objects.filter(rule, profil__in=CODES).values("user_id")


def to_tell(rows, *, today) -> dict:
    """{référent: rows (demandes, habilitations) that he is told of}.

    Those near each row's place, else its coordination's; never whose row it is. One query, however many rows.
    """
    managing = _managing_places(rows, today)
    found = defaultdict(list)
    for row in rows:
        near = [(Niveau.ETABLISSEMENT, row.etablissement_id), (Niveau.UNITE, row.unite_id)]
        for places in (near, [(Niveau.COORDINATION, row.coordination_id)]):
            people = [one for place in places for one in managing[place] if one.pk != row.user_id]
            for one in dict.fromkeys(people):
                found[one].append(row)
            if people:
                break
    return found


def _managing_places(rows, today) -> dict:
    """{(niveau, pk): accounts with an address}."""
    levels = (Niveau.ETABLISSEMENT, Niveau.UNITE, Niveau.COORDINATION)
    rule = Q()
    for niveau in levels:
        places = {getattr(one, f"{niveau}_id") for one in rows} - {None}
        rule |= Q(**{"niveau": niveau, f"{niveau}_id__in": places})
    held = Habilitation.objects.in_force(today).filter(rule, profil__in=CODES, user__disabled_at=None)
    managing = defaultdict(list)
    for one in held.exclude(user__email="").select_related("user").order_by("nom_tri", "user_id"):
        managing[one.niveau, getattr(one, f"{one.niveau}_id")].append(one.user)
    return managing


def of_account(user, *, today) -> list:
    """Who is told about an account: the référents of each place where it holds something today."""
    return list(to_tell(Habilitation.objects.of(user).in_force(today).order_by("pk"), today=today))


def _people(niveau, row, but, today) -> list:
    held = Habilitation.objects.in_force(today).filter(
        **{"niveau": niveau, f"{niveau}_id": row.pk}, profil__in=CODES, user__disabled_at=None
    )
    rows = held.exclude(user=but).select_related("user").order_by("nom_tri", "user_id")
    return list(dict.fromkeys(one.user for one in rows))


SAME = ("user", "profil", "lieu_key")


def arrived(today):
    """Habilitations of référents, in force, of whom their colleagues have not been told."""
    known = ReferentConnu.objects.filter(**{name: OuterRef(name) for name in SAME})
    return _holding(today).exclude(Exists(known)).with_lieu().select_related("user")


def gone(today):
    """Those of whom they were told, and who are not référents there any more; `revoked_by`: who ended it."""
    same = {name: OuterRef(name) for name in SAME}
    ended = Habilitation.objects.filter(**same, revoked_by__isnull=False).order_by("-revoked_at")
    known = ReferentConnu.objects.filter(profil__in=CODES).exclude(Exists(_holding(today).filter(**same)))
    known = known.annotate(revoked_by_id=Subquery(ended.values("revoked_by")[:1]))
    return known.with_lieu().select_related("user")


def _holding(today):
    return Habilitation.objects.in_force(today).referents().filter(user__disabled_at=None)


def without(rows, *, today) -> set[int]:
    """Of the établissements of these rows, those that have no référent structure."""
    wanted = {row.etablissement_id for row in rows if row.profil == REFERENT_STRUCTURE.code}
    held = _holding(today).filter(profil=REFERENT_STRUCTURE.code, etablissement__in=wanted)
    return wanted - set(held.values_list("etablissement", flat=True))
