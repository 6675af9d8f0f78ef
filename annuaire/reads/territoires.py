"""What a code of the territory means, and in which words a form says so; names are read by `communes`."""

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from annuaire import places
from annuaire.models import Commune, CommuneAncienne, Departement
from annuaire.reads import communes
from viatraj.core.saisie import Refused, ins
from viatraj.core.saisie.caracteres import plain
from viatraj.core.saisie.numeros import squeezed

NEAR = 3  # of another name, when none has it
LONGEST = 100
ABROAD = "99"
SEVERAL = "Plusieurs communes portent ce nom\u00a0: choisissez la bonne."
UNKNOWN_CODE = "Aucune commune n’a ce code INSEE\u00a0: vérifiez-le, ou saisissez le nom de la commune."


def called(code: str) -> Commune | None:
    """The living commune that a code means, also when it is a former one."""
    return Commune.objects.called(code).select_related("departement").first()


def departement_of(code_postal: str) -> str:
    """The code of the département where most people of a code postal live; "" when nobody knows.

    A CEDEX code is no commune's: its first figures say where.
    """
    if not code_postal:
        return ""
    living = Commune.objects.living().filter(codes_postaux__contains=[code_postal])
    for one in living.order_by(F("population").desc(nulls_last=True), "code")[:1]:
        return one.departement_id
    guess = places.departement(code_postal)
    return guess if Departement.objects.filter(code=guess).exists() else ""


def birthplace(text: str) -> str:
    """The INSEE code of a commune, or of a country, typed as such or by the name of the commune.

    A birth keeps the code of its day, also of a commune that is no more. Raises Refused.
    """
    typed = squeezed(plain(text))
    if not typed:
        return ""
    if ins.LIEU.fullmatch(typed):
        if not typed.startswith(ABROAD) and called(typed) is None and is_loaded():
            raise Refused(UNKNOWN_CODE)
        return typed
    found = communes.named(text)
    if len(found) == 1:
        return found[0].code
    raise Refused(SEVERAL if found else unheard(communes.find(text, most=NEAR)))


def options(found: list[Commune]) -> list[tuple[str, str]]:
    """By code, what tells communes of one name apart: «Saint-Aubin (21190, Côte-d’Or)»."""
    return [
        (one.code, f"{one.nom} ({', '.join([*one.codes_postaux, one.departement.nom])})") for one in found
    ]


def unheard(near: list[Commune]) -> str:
    """Of a name that no commune bears: those that may have been meant."""
    if not near:
        return f"Aucune commune de ce nom. {ins.NO_LIEU}"
    return f"Aucune commune de ce nom. De proches\u00a0: {_told(near)}. Saisissez le code INSEE."


def _told(some: list[Commune]) -> str:
    return ", ".join(f"{one} {one.code}" for one in some)


def nom_of(column: str) -> Coalesce:
    """For a row of any table: the name of the commune, of today or before, whose code it holds; or ""."""
    here = [
        Subquery(model.objects.filter(pk=OuterRef(column)).values("nom")[:1])
        for model in (Commune, CommuneAncienne)
    ]
    return Coalesce(*here, Value(""))


def said(code: str) -> str:
    """A code with the name that goes with it, «Rouen (76540)»; the code alone when it says nothing to us."""
    for model in (Commune, CommuneAncienne):
        if one := model.objects.filter(pk=code).exclude(nom="").first():
            return f"{one.nom} ({code})"
    return code


def is_loaded() -> bool:
    """Before the territory is there, no code is known to be wrong."""
    return Commune.objects.exists()
