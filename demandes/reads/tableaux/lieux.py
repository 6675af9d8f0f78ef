"""Where the demandes of a dashboard lie: columns of an index each, and the places held there."""

from collections import defaultdict
from dataclasses import dataclass

from annuaire.models import Unite
from demandes.tableaux import Tableau
from dossiers import perimetres
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine, Niveau
from viatraj.core.kept import Among, kept

RECU = {
    one: f"{one.value}_id"
    for one in (Niveau.COORDINATION, Niveau.ETABLISSEMENT, Niveau.GUICHET, Niveau.UNITE)
}
DEMANDE = {
    Niveau.MEDECIN: "par_professionnel_id",
    Niveau.COORDINATION: "par_coordination_id",
    Niveau.ETABLISSEMENT: "par_etablissement_id",
    Niveau.UNITE: "par_unite_id",
}
# Of who asks, whatever it asks: who regulates sees what becomes of it.
REGULE = {one: RECU[one] for one in (Niveau.COORDINATION, Niveau.ETABLISSEMENT, Niveau.UNITE)}
UNITES_MAX = 200  # of a choice; who holds more looks at his whole perimeter


@dataclass(frozen=True)
class Voie:
    """One column, the places held there, the orientations held at all of them; `seule`: which rows there."""

    column: str
    ids: tuple[int, ...]
    orientations: tuple[str, ...]
    seule: str = ""


def _seule(tableau: Tableau, column: str) -> str:
    """Of a coordination, what it asks itself (`dossiers.regards.is_of_a_coordination`); what it has received
    itself is the CPAM’s (`Demande.module`)."""
    if column == "par_coordination_id":
        return " AND par_niveau = 'coordination'"
    if column == "coordination_id" and tableau.is_received:
        return f" AND niveau {'=' if tableau.module == Domaine.CPAM else '<>'} 'coordination'"
    return ""


def columns(tableau: Tableau) -> dict[Niveau, str]:
    if tableau.is_regulated:
        return REGULE
    return RECU if tableau.is_received else DEMANDE


def voies(tableau: Tableau, actor: Actor, *, orientation: str = "", unite: int | None = None) -> list[Voie]:
    """In the order of columns. `unite`: of all that is held, this one alone, if it is."""
    held: dict[tuple[str, int], set[str]] = defaultdict(set)
    at = columns(tableau)
    for grant in tableau.grants(actor):
        known = {grant.domaine} & {*tableau.orientations} or set(tableau.orientations)
        if grant.lieu_id is not None:
            held[at[Niveau(grant.niveau)], grant.lieu_id] |= known & {orientation or one for one in known}
    if unite is not None:
        held = _of_unite(held, at, unite)
    together: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for (column, lieu), orientations in sorted(held.items()):
        if orientations:
            together[column, tuple(sorted(orientations))].append(lieu)
    if tableau.niveaux == (Niveau.MEDECIN,):
        return [Voie(column, _known_by(ids), asked) for (column, asked), ids in together.items()]
    return [
        Voie(column, tuple(ids), asked, _seule(tableau, column)) for (column, asked), ids in together.items()
    ]


def _known_by(comptes: list[int]) -> tuple[int, ...]:
    """The directory’s own keys of médecins."""
    return tuple(_professionnels(comptes=comptes))


@kept
def _professionnels(*, comptes):
    return perimetres.known_by(Among("user", comptes)).order_by("pk").values_list("pk", flat=True)


def _of_unite(held: dict, at: dict, unite: int) -> dict[tuple[str, int], set[str]]:
    """A right on the unit, or above it."""
    row = Unite.objects.filter(pk=unite).select_related("etablissement").first()
    if row is None:
        return {}
    above = {Niveau.UNITE: row.pk, Niveau.ETABLISSEMENT: row.etablissement_id}
    if at is not DEMANDE:
        above[Niveau.COORDINATION] = row.etablissement.coordination_id
    found = [held.get((at[niveau], lieu), set()) for niveau, lieu in above.items()]
    return {(at[Niveau.UNITE], row.pk): set().union(*found)}


def unites(tableau: Tableau, actor: Actor) -> list[Unite]:
    """Those of the switch: held, or of an établissement that is; none where there are too many to choose."""
    own, of = set(), set()
    for grant in tableau.grants(actor):
        if grant.niveau == Niveau.UNITE:
            own.add(grant.lieu_id)
        elif grant.niveau == Niveau.ETABLISSEMENT:
            of.add(grant.lieu_id)
    if not (own or of):
        return []
    rows = Unite.objects.filter(pk__in=own) | Unite.objects.filter(etablissement__in=of)
    found = rows.select_related("etablissement").order_by("etablissement__nom", "nom", "pk")
    found = found.only("nom", "etablissement__nom")
    shown = list(found[: UNITES_MAX + 1])
    return shown if len(shown) <= UNITES_MAX else []
