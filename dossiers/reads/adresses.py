"""The commune where somebody lives, checked against the territory and completed by it (DOS-3)."""

from collections.abc import Mapping
from typing import Any

from annuaire.models import Commune
from annuaire.reads import communes, territoires
from dossiers.volets import Fautes, Values

ELSEWHERE = (
    "Aucune commune de ce nom n’a ce code postal\u00a0: choisissez la bonne, ou corrigez le code postal."
)


def settled(values: Mapping[str, Any]) -> Values:
    """The address with what follows from it: a name gives its code, a code its name, a former code today's.

    Raises Fautes at `commune`: nobody has this code, or it is that of another commune than the one named.
    A name that several communes bear (`doubt`), or none, stays as it was typed, without code.
    """
    ville, code, postal = (values.get(name, "") for name in ("ville", "commune", "code_postal"))
    if not ville and not code:
        return dict(values)
    meant = _meant(ville, postal)
    if not code:
        return {**values, "commune": meant[0].code} if len(meant) == 1 else dict(values)
    if (commune := territoires.called(code)) is None:
        if territoires.is_loaded():
            raise Fautes({"commune": territoires.UNKNOWN_CODE})
        return dict(values)
    if meant and commune not in meant:
        raise Fautes({"commune": f"Ce code INSEE est celui de {commune}, et non de {meant[0].nom}."})
    return {**values, "commune": commune.code, "ville": ville or commune.nom, **_postal(commune, postal)}


def doubt(values: Mapping[str, Any]) -> tuple[str, list[Commune]]:
    """Why the name and the code postal do not say which commune is meant, and those that may be."""
    ville, code, postal = (values.get(name) or "" for name in ("ville", "commune", "code_postal"))
    if code or not ville or len(meant := _meant(ville, postal)) == 1:
        return "", []
    if meant:
        return territoires.SEVERAL, meant
    return (ELSEWHERE, found) if (found := communes.named(ville)) else ("", [])


def departement(values: Mapping[str, Any]) -> str:
    """All that a page without name tells of where somebody lives; "" when unknown (DOS-4)."""
    commune = territoires.called(values["commune"]) if values.get("commune") else None
    return commune.departement_id if commune else territoires.departement_of(values.get("code_postal", ""))


def _meant(ville: str, postal: str) -> list[Commune]:
    """Of this name, at this code postal; where it is a CEDEX code, in its département."""
    if found := communes.named(ville, postal):
        return found
    where = territoires.departement_of(postal)
    return [one for one in communes.named(ville) if one.departement_id == where]


def _postal(commune: Commune, postal: str) -> dict[str, str]:
    """The only code postal of a commune, where none was typed."""
    if postal or len(commune.codes_postaux) != 1:
        return {}
    return {"code_postal": commune.codes_postaux[0]}
