"""Rows of a list of dossiers, ready to be written: each value is formatted once, outside the template."""

from typing import NamedTuple

from django.urls import reverse

from viatraj.core.droits import Orientation
from viatraj.core.saisie import noms
from viatraj.core.saisie.naissances import Naissance, Precision
from viatraj.core.typography import in_groups, short_day


class Ligne(NamedTuple):
    url: str
    numero: str
    affiche: str  # the number as people read it
    nom: str
    prenom: str
    utilise: str  # the name in use, when it is another one
    naissance: str
    orientation: str
    created: str


COLUMNS = ("numero", "nom", "prenom", "nom_utilise", "date_naissance", "naissance_precision")
COLUMNS += ("orientation", "created_at")


def lignes(dossiers, *, after: str = "") -> list[Ligne]:
    """`after`: what follows the address of each."""
    base, labels = reverse("dossiers:index"), dict(Orientation.choices)
    return [
        Ligne(
            url=f"{base}{numero}/{after}",
            numero=numero,
            affiche=in_groups(numero, 4),
            nom=nom,
            prenom=prenom,
            utilise=utilise if noms.key(utilise) != noms.key(nom) else "",
            naissance=str(Naissance(birth, Precision(precision))),
            orientation=labels[orientation],
            created=short_day(created),
        )
        for numero, nom, prenom, utilise, birth, precision, orientation, created in dossiers
    ]
