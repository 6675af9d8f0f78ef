"""FINESS+ JSON v1: entités juridiques, each with its sites (ANN-1). The data is not as its schema says.

Names differ in their capitals (`informationsGeneralesPMEJ`, `…Pmej`), codes are texts or `{code, system}`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, TextIO

from annuaire.finess import flot, positions
from annuaire.finess.valeurs import DAMAGED, Lecture, Refused, Site, clean, departement_of, finess
from viatraj.core.reading import reads

SITES, SITE_ADDRESS, CLOSED = "pmej", "03", "I"
KNOWN, CATEGORIE = "v1.", "categorieentitegeographiqueexercice"
Opened = Callable[[], AbstractContextManager[TextIO]]


def heading(file: TextIO) -> dict[str, str]:
    """What stands before the first list: schemaVersion, generatedAt."""
    said: dict[str, str] = {}
    for key, value in flot.members(file):
        if not isinstance(value, str):
            break
        said[key.casefold()] = value
    if not said.get("schemaversion", "").startswith(KNOWN):
        raise Refused("Ce fichier JSON n’est pas une publication FINESS+ de la version 1.")
    return said


def day(said: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(said.get("generatedat", "")[:10])
    except ValueError:
        return None


@reads(Refused, lambda: Refused(DAMAGED))
def sites(
    notes: Counter[str], day: date | None, file: Opened, wanted: frozenset[str] | None
) -> Iterator[Site]:
    lecture = Lecture(notes)
    with file() as text:
        for key, entity in flot.members(text):
            if key == SITES:
                yield from _of(lecture, entity, day, wanted)


def _of(lecture: Lecture, entity: Any, day: date | None, wanted: frozenset[str] | None) -> Iterator[Site]:
    entity = _lower(entity)
    about = _lower(entity.get("informationsgeneralespmej"))
    ej = (
        lecture.ej_finess(_text(about, "numfinesspm")),
        _text(about, "denominationlonguepmsmsse") or _text(about, "denominationpm"),
        lecture.code(_text(about, "statutjuridique"), "ej_statut"),
    )
    for one in entity.get("ege") or ():
        one = _lower(one)
        about = _lower(one.get("informationsgeneralesege"))
        where = f"Site {_text(about, 'numfinessege')}\u00a0: "
        number = finess(_text(about, "numfinessege"), where=where)
        ending = lecture.jour(_text(about, "datefermeture", where), "fermeture")
        closed = bool(ending and day and ending <= day.isoformat())
        closed = closed or _text(one, "etatobjet", where) == CLOSED
        if wanted is None or _text(one, CATEGORIE, where) in wanted:
            site = _site(lecture, number, one, about, where)
            site.ej_finess, site.ej_nom, site.ej_statut = ej
        else:
            site = Site(number, "")
        site.ferme, site.fermeture = closed, ending
        yield site


def _site(lecture: Lecture, number: str, one: dict[str, Any], about: dict[str, Any], where: str) -> Site:
    lieu = _address(one.get("adresse"))
    cog = lecture.cog(_text(lieu, "cogcommune", where))
    latitude, longitude = _position(lecture, departement_of(cog), _lower(lieu.get("coordonneesgeographique")))
    return Site(
        number,
        departement_of(cog),
        nom=_text(about, "nomegelong", where) or _text(about, "nomegecourt", where),
        categorie=lecture.code(_text(one, CATEGORIE, where), "categorie"),
        siret=lecture.siret(_text(about, "siret", where) or _text(one, "siret", where)),
        ouverture=lecture.jour(_text(about, "dateouverture", where)),
        adresse=_lines(lieu, where),
        code_postal=lecture.code_postal(_text(lieu, "codepostal", where)),
        commune=_text(lieu, "ligneacheminement", where)[:100],
        cog=cog,
        telephone=lecture.telephone(_telecom(one, "telephone", where)),
        email=lecture.email(_telecom(one, "courriel", where)),
        latitude=latitude,
        longitude=longitude,
    )


def _position(lecture: Lecture, departement: str, said: dict[str, Any]) -> tuple[float | None, float | None]:
    position, word = positions.place(
        departement,
        degrees=(_text(said, "directionlatitude"), _text(said, "directionlongitude")),
        metres=(_text(said, "coordonneex"), _text(said, "coordonneey")),
    )
    if word:
        lecture.notes[word] += 1
    return position or (None, None)


def _address(said: Any) -> dict[str, Any]:
    """Where it is, rather than where its letters go."""
    known = [_lower(one) for one in said or ()]
    here = [one for one in known if one.get("usageadresse") == SITE_ADDRESS]
    return (here or known or [{}])[0]


def _lines(lieu: dict[str, Any], where: str) -> str:
    parts = ("numerovoie", "complementvoie", "typevoie", "libellevoie")
    street = " ".join(filter(None, (_text(lieu, name, where) for name in parts)))
    street = _text(lieu, "lignequatre", where) or street
    before, after = _text(lieu, "complementpointgeographique", where), _text(lieu, "lieudit", where)
    return "\n".join(filter(None, (before, street, after)))


def _telecom(one: dict[str, Any], name: str, where: str) -> str:
    for contact in one.get("contact") or ():
        if text := _text(_lower(_lower(contact).get("telecom")), name, where):
            return text
    return ""


def _lower(said: Any) -> dict[str, Any]:
    """An object by names without capitals; nothing instead of what is none."""
    return {key.casefold(): value for key, value in said.items()} if isinstance(said, dict) else {}


def _text(said: dict[str, Any], name: str, where: str = "Une entité juridique\u00a0: ") -> str:
    """Of a text, a number, or `{code, system}`."""
    value = said.get(name)
    if isinstance(value, dict):
        value = value.get("code")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return clean(value, where=where)
