"""What a référent may give, and where: the lists that he chooses from (HAB-1, HAB-4)."""

from django.db.models import Q, QuerySet, Value

from annuaire.models import MODELS, Cle, Coordination, Etablissement, Lieu, Region, Unite
from habilitations.profils import PROFILS
from viatraj.core.droits import Domaine, Droit, Mode, Niveau

SHOWN = 60  # places; past that, one narrows by a name


def grantable(rights, profil) -> dict[Niveau, QuerySet | None]:
    """Where a profile may be given, by level; the same rule as `policies.grant`, for lists.

    None stands for the whole country, which has no row.
    """
    found: dict[Niveau, QuerySet | None] = {}
    everywhere = Niveau.NATIONAL in rights.scopes(profil.granted_with, mode=Mode.OUI)
    for niveau in profil.niveaux:
        if niveau in (Niveau.REGION, Niveau.NATIONAL):
            if everywhere:
                found[niveau] = Region.objects.order_by("nom") if niveau == Niveau.REGION else None
        else:
            rows = MODELS[niveau].objects.within(rights, profil.granted_with)
            found[niveau] = rows.open() if hasattr(rows, "open") else rows
    return found


def grantable_profils(rights) -> list:
    """Those that he may give somewhere."""
    return [profil for profil in PROFILS.values() if _is_grantable(rights, profil)]


def _is_grantable(rights, profil) -> bool:
    if not rights.scopes(profil.granted_with, mode=Mode.OUI):
        return False
    return any(rows is None or rows.exists() for rows in grantable(rights, profil).values())


def deployed(rights) -> set[str]:
    """Modules that one coordination at least of the perimeter has; administration always."""
    seen = Coordination.objects.within(rights, Droit.HABILITATION).values("pk")
    above = Etablissement.objects.within(rights, Droit.HABILITATION).values("coordination_id")
    units = Unite.objects.within(rights, Droit.HABILITATION).values("etablissement__coordination_id")
    rows = Coordination.objects.filter(Q(pk__in=seen) | Q(pk__in=above) | Q(pk__in=units))
    return {
        Domaine.ADMINISTRATION,
        *(one for modules in rows.values_list("modules", flat=True) for one in modules),
    }


def shown(places, typed) -> tuple[list, bool]:
    """Choices of a list, under their établissement; whether there are more than a page shows.

    `places`: as `grantable` gives them; `typed`: a part of a name.
    """
    found = []
    for niveau, rows in places.items():
        if rows is None:
            found.append(Lieu(Niveau.NATIONAL))
        else:
            found += [Lieu(niveau, row) for row in _named(niveau, rows, typed)[: SHOWN + 1]]
    groups: dict[str, list] = {}
    for lieu in sorted(found[:SHOWN], key=lambda lieu: (lieu.heading, lieu.depth, str(lieu))):
        groups.setdefault(lieu.heading, []).append((lieu.key, lieu.name_inside))
    return list(groups.items()), len(found) > SHOWN


def _named(niveau, rows: QuerySet, typed) -> QuerySet:
    above = {Niveau.UNITE: ["etablissement"], Niveau.GUICHET: ["etablissement"]}.get(niveau, [])
    rows = rows.select_related(*above) if above else rows
    if typed:
        rule = Q()
        for n, name in enumerate(["nom", *(f"{one}__nom" for one in above)]):
            rows = rows.alias(**{f"cle_{n}": Cle(name)})
            rule |= Q(**{f"cle_{n}__contains": Cle(Value(typed))})
        rows = rows.filter(rule)
    return rows.order_by(*(f"{one}__nom" for one in above), "nom", "pk")
