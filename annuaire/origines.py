"""Whose is this value: may a person change it, and if not, why (ANN-2). Asked nowhere else.

Forms, actions, pages, imports and exports alike ask `greyed`.
"""

from typing import Protocol

from django.db.models import TextChoices

from annuaire.fiches import Donnee, Regle


class Origine(TextChoices):
    """Who has said a value last."""

    ROR = "ror", "ROR"
    FINESS = "finess", "FINESS"
    LOCAL = "local", "saisie dans le service"


KEY = "Cette clé relie la fiche aux répertoires nationaux : elle ne se modifie pas."
OF_THE_ROR = "Donnée du ROR, à corriger dans le ROR."
BY_A_VERB = "Cette donnée change par une action qui lui est propre."


class Fiche(Protocol):
    """An établissement or a unit."""

    @property
    def is_synchronised(self) -> bool: ...


def greyed(fiche: Fiche, donnee: Donnee, element: str = "") -> str:
    """Why a person may not change it, a sentence; empty when he may. `element`: origin of one item of a list.

    A value of FINESS stays open: only the ROR, once it feeds an établissement, is corrected at its source.
    """
    if donnee.regle == Regle.CLE:
        return KEY
    if donnee.regle == Regle.VERBE:
        return BY_A_VERB
    if not fiche.is_synchronised or donnee.regle == Regle.LOCALE:
        return ""
    if donnee.regle == Regle.ELEMENT:
        return OF_THE_ROR if element == Origine.ROR else ""
    return OF_THE_ROR


def overwrites(new: str, old: str, fiche: Fiche, donnee: Donnee) -> bool:
    """May a feeder write over a value that has this origin, empty when nobody has said it yet?

    The ROR writes what it feeds, once it feeds. FINESS completes and renews its own, nothing of a person.
    """
    if new == Origine.ROR:
        return fiche.is_synchronised and donnee.regle in (Regle.CLE, Regle.FLUX, Regle.ELEMENT)
    return not fiche.is_synchronised and donnee.regle in (Regle.CLE, Regle.FLUX) and old in ("", new)
