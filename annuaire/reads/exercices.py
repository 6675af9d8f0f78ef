"""Where a médecin practises, as the national directory says (CON-1, DOS-1)."""

from collections.abc import Iterable

from annuaire import places
from annuaire.models import Activite, Commune, Departement

LIBERAL = "L"  # TRE_R23


def of(user) -> set[str]:
    """By the national numbers of his account."""
    return departements(user.identites.filter(ended_at=None).values_list("idnat", flat=True))


def departements(idnats: Iterable[str]) -> set[str]:
    """Of his cabinets; of where he is employed, when he has none.

    A CEDEX code is no commune's: its first figures say where.
    """
    lines = Activite.objects.medecins().filter(idnat__in=list(idnats)).exclude(code_postal="")
    known = set(lines.values_list("code_postal", "mode"))
    codes = {code for code, mode in known if mode == LIBERAL} or {code for code, _ in known}
    if not codes:
        return set()
    where: dict[str, tuple[int, str]] = {}
    communes = Commune.objects.living().filter(codes_postaux__overlap=sorted(codes))
    for one in communes.order_by("code"):
        for code in codes.intersection(one.codes_postaux):
            where[code] = max(where.get(code, (-1, "")), (one.population or 0, one.departement_id))
    guessed = {places.departement(code) for code in codes - where.keys()}
    real = Departement.objects.filter(code__in=guessed).values_list("code", flat=True) if guessed else ()
    return {departement for _, departement in where.values()} | set(real)
