"""Where people are looked for: a typed place, as the directory’s codes postaux and communes (ANN-5)."""

from annuaire import spelling
from annuaire.places import WITH_ARRONDISSEMENTS, Place
from annuaire.reads import queries
from annuaire.reads.queries import Lieu, Localite


def find(place: Place) -> Lieu:
    """A town with its CEDEX, whichever of its codes was typed; a département; `Lieu()` when nothing was."""
    if place.ville:
        towns = _towns(place.ville)
        kept = [one for one in towns if _is_there(one, place, towns)]
        if kept:
            return _named(kept, place)
        if not place.code:
            return Lieu("commune_cle = %(ville)s::text", {"ville": place.ville}, place.ville.title())
    if place.is_whole:
        around = queries.localites_around(place.code)
        here = [one for one in around if one.code_postal == place.code]
        if here:
            return _named(here + _besides(here, around, place), place)
    if not place.code:
        return Lieu()
    lieu = queries.starting(place.starts)
    return Lieu(lieu.sql, lieu.known, place.code)


def _towns(ville: str) -> list[Localite]:
    """The towns of this name; else those whose name begins so; else those one slip away."""
    return (
        _of([ville])
        or queries.localites_beginning(ville)
        or queries.localites_of_towns(spelling.slips(ville))
    )


def _of(villes) -> list[Localite]:
    """With all arrondissements of a town that has some."""
    return queries.localites_of_towns(villes) + _arrondissements(villes)


def _arrondissements(villes) -> list[Localite]:
    return [
        one
        for ville in WITH_ARRONDISSEMENTS
        if ville in villes
        for one in queries.localites_beginning(ville)
        if one.ville[len(ville) :].isdigit()
    ]


def _is_there(one: Localite, place: Place, towns: list[Localite]) -> bool:
    """Has the typed code, or is a CEDEX of that town; anywhere in the town when the typed code is a CEDEX."""
    if not place.is_whole:
        return one.code_postal.startswith(place.starts)
    if not place.in_departement(one.code_postal):
        return False
    typed_cedex = any(town.cedex for town in towns if town.code_postal == place.code)
    return one.code_postal == place.code or one.cedex or typed_cedex


def _besides(here: list[Localite], around: list[Localite], place: Place) -> list[Localite]:
    """For the towns of a code: also their CEDEX codes; for a CEDEX code, also the town's own."""
    whole = {one.ville for one in here if one.cedex}
    of_towns = [one for one in around if one.ville] + _arrondissements({one.ville for one in here})
    town = [one for one in of_towns if place.in_departement(one.code_postal)]
    return [one for one in town if one.cedex or one.ville in whole or one.ville.rstrip("0123456789") in whole]


def _named(found: list[Localite], place: Place) -> Lieu:
    lieu = queries.among(found)
    ordinary = [one for one in found if not one.cedex] or found
    communes = {one.ville: one.commune.title() for one in reversed(ordinary)}
    name = communes.popitem()[1] if len(communes) == 1 else place.ville.title()
    return Lieu(lieu.sql, lieu.known, f"{place.code} {name}".strip())
