"""Rows of a list of dossiers, ready to be written: each value is formatted once, outside the template.

A row that its reader sees in mode anonyme is read and built without any field that names the patient: SQL
gives none, neither to the page nor to its order (DOS-4).
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Case, F, Func, IntegerField, QuerySet, Value, When
from django.urls import reverse

from dossiers import regards
from dossiers.models import ORIGINES, Presence, Sexe
from dossiers.models.etats import Etat
from dossiers.perimetres import RECENTS
from viatraj.core.actor import Actor
from viatraj.core.droits import Mode, Orientation
from viatraj.core.kept import Among, kept
from viatraj.core.saisie import noms
from viatraj.core.saisie.naissances import Naissance, Precision
from viatraj.core.typography import counted, in_groups, short_day

PREFIX = "vu_"  # of a column as this reader may see it
SORTS = {
    RECENTS: "Les plus récents d’abord",
    "nom": "Par nom",
    "naissance": "Par date de naissance",
    "numero": "Par numéro",
}


class Patient(NamedTuple):
    """Who it is; absent from an anonymous row."""

    nom: str
    prenom: str
    utilise: str  # the name in use, when it is another one
    naissance: str


class Ligne(NamedTuple):
    url: str
    numero: str
    affiche: str  # the number as people read it
    patient: Patient | None
    profil: str  # without patient: «78 ans, féminin, département 69»
    orientation: str
    etat: str
    demandeur: str
    created: str


NAMES = ("nom", "prenom", "nom_utilise", "date_naissance", "naissance_precision")
SORTED_BY = {
    "nom": ("nom_cle", "prenom_cle", "nom_utilise_cle", "prenom_utilise_cle"),
    "naissance": ("date_naissance",),
    "numero": (),
}
PROFIL = ("vu_age", "sexe", "departement")
ON_PAPER = "Dossier papier"  # nobody asks by this service
ORIENTATIONS, ETATS, SEXES = dict(Orientation.choices), dict(Etat.choices), dict(Sexe.choices)


def age(today: date):
    """In whole years; the only thing that an anonymous row says of a birth."""
    since = Func(Value(today), F("date_naissance"), function="AGE")
    return Func(since, template="EXTRACT(YEAR FROM %(expressions)s)::integer", output_field=IntegerField())


def seen(rows: QuerySet, actor: Actor, *, today: date) -> QuerySet:
    """With each nominative column as this actor sees it, NULL in mode anonyme; and `vu_age` only there."""
    wholes = regards.wholes(actor)
    rows = rows.with_mode(actor)
    for name in (*NAMES, *SORTED_BY["nom"]):
        rows = rows.annotate(**{PREFIX + name: _masked(F(name), wholes, named=True)})
    return rows.annotate(vu_age=_masked(age(today), wholes, named=False))


def _masked(value, wholes: set[Mode], *, named: bool):
    """The value where the row is seen by name (`named`), or where it is not."""
    if Mode.ANONYME not in wholes:
        return value if named else Value(None, output_field=IntegerField())
    mode = {"mode_liste": Mode.ANONYME}
    return Case(When(**mode, then=None if named else value), default=value if named else None)


def ordered(rows: QuerySet, sort: str) -> QuerySet:
    """Anonymous rows have no name and no birth to be sorted by: they come last, by their number."""
    if sort == RECENTS:
        return rows.order_by("-pk")
    by = [F(PREFIX + name).asc(nulls_last=True) for name in SORTED_BY[sort]]
    return rows.order_by(*by, "numero")


def written(rows: QuerySet) -> QuerySet:
    """Of rows that `seen` has read, what `lignes` asks."""
    names = (PREFIX + name for name in NAMES)
    return rows.values_list("numero", "orientation", "created_at", "etat", *names, *PROFIL)


def lignes(rows: Iterable[tuple], *, after: str = "", with_asking: bool = False) -> list[Ligne]:
    """`rows`: of `written`; `after`: what follows the address of each; `with_asking`: who asks."""
    found = list(rows)
    asked = asking(one[0] for one in found) if with_asking else {}
    base = reverse("dossiers:index")
    return [
        Ligne(
            url=f"{base}{numero}/{after}",
            numero=numero,
            affiche=in_groups(numero, 4),
            patient=patient(*named) if named[0] is not None else None,
            profil=profil(*said) if named[0] is None else "",
            orientation=ORIENTATIONS[orientation],
            etat=ETATS[etat],
            demandeur=asked.get(numero, ON_PAPER),
            created=short_day(created),
        )
        for numero, orientation, created, etat, *values in found
        for named, said in [(values[: len(NAMES)], values[len(NAMES) :])]
    ]


def patient(nom, prenom, utilise, birth, precision) -> Patient:
    """Of the values of `NAMES`."""
    other = utilise if noms.key(utilise) != noms.key(nom) else ""
    return Patient(nom, prenom, other, str(Naissance(birth, Precision(precision))))


def profil(years, sexe, departement) -> str:
    """«78 ans, féminin, département 69»: what is said of whom one may not know."""
    said = [counted(years, "an"), SEXES.get(sexe, "").lower()]
    return ", ".join(one for one in [*said, departement and f"département {departement}"] if one)


def asking(numeros) -> dict[str, str]:
    """Who asks, of each of these dossiers."""
    return {str(row.numero): _who(row) for row in _origines(numeros=list(numeros))}


@kept
def _origines(*, numeros):
    return Presence.objects.filter(Among("dossier__numero", numeros), role__in=ORIGINES).with_lieu()


def asker(dossier) -> str:
    """Of one that `reach.dossier_of` has found, with where it lies."""
    return next((_who(row) for row in regards.presences(dossier) if row.role in ORIGINES), ON_PAPER)


def _who(presence: Presence) -> str:
    """A unit with its établissement, a coordination, or the médecin who made it."""
    return presence.professionnel.titre if presence.professionnel else str(presence.lieu)
