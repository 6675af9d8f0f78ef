"""Where a médecin practises, as the national directory says (CON-1, DOS-1)."""

from accounts.models import Identite
from annuaire import places
from annuaire.models import Activite, Commune, Departement
from viatraj.core.kept import kept

LIBERAL = "L"  # TRE_R23


def of(user) -> set[str]:
    """By the national numbers of his account."""
    return _departements({*_lines(user=user.pk)})


@kept
def _lines(*, user):
    mine = Identite.objects.filter(user=user, ended_at=None).values("idnat")
    lines = Activite.objects.medecins().filter(idnat__in=mine).exclude(code_postal="")
    return lines.order_by().values_list("code_postal", "mode")


def _departements(known: set[tuple[str, str]]) -> set[str]:
    """Of his cabinets; of where he is employed, when he has none.

    A CEDEX code is no commune's: its first figures say where.
    """
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
