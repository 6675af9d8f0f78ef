"""Addresses of the pages of a domaine: each has a name of its own, as menus want it."""

from django.urls import reverse

from observatoire.rapports import Groupe


def name_of(groupe: str) -> str:
    return f"commander_{groupe.replace('-', '_')}"


def address_of(groupe: str) -> str:
    return reverse(f"observatoire:{name_of(groupe)}")


def addresses(groupes: list[Groupe]) -> list[tuple[str, str]]:
    """Label and address."""
    return [(one.label, address_of(one.value)) for one in groupes]
