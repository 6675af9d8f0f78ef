"""Rows of a list of dossiers, ready to be written: each value is formatted once, outside the template."""

from typing import NamedTuple

from django.urls import reverse

from viatraj.core.droits import Orientation
from viatraj.core.typography import in_groups, short_day


class Ligne(NamedTuple):
    url: str
    numero: str
    affiche: str  # the number as people read it
    nom: str
    prenom: str
    naissance: str
    orientation: str
    created: str


COLUMNS = ("numero", "nom", "prenom", "date_naissance", "orientation", "created_at")


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
            naissance=short_day(birth),
            orientation=labels[orientation],
            created=short_day(created),
        )
        for numero, nom, prenom, birth, orientation, created in dossiers
    ]
