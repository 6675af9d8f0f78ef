"""What may be asked of a territory, and how figures are blurred there (OBS-7, docs/adr/0081).

Each refusal is a sentence for the page, or nothing.
"""

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from observatoire.masquage.tableau import TEMOINS

VALEURS = 4  # fewer, and each tells too much of the others
LISTE = (
    "Une liste de personnes se commande pour vos propres unités et établissements seulement\u00a0: sur une "
    "coordination, une région ou le pays, choisissez un fichier de chiffres regroupés."
)
TERRITOIRE = (
    "Un tableau de territoire porte sur un seul territoire\u00a0: une coordination, une région ou la France "
    "entière. Choisissez-en un."
)
MOIS = "Sur un territoire, la période va du premier jour d’un mois au dernier jour d’un mois."
ACHEVE = "Sur un territoire, les chiffres s’arrêtent au dernier mois achevé."
BLOC = (
    "Sur un territoire, ce fichier se commande pour un mois ou pour une année du calendrier, en "
    "entier\u00a0: d’autres périodes, comparées entre elles, laisseraient reconnaître quelqu’un."
)
PHOTO = "Sur un territoire, la photographie est prise au dernier jour d’un mois achevé."
VALEUR = "Sur un territoire, un critère se limite à une seule valeur, ou à aucune."
NOMBRE = "Sur un territoire, un seul critère s’applique à la fois."
COURT = (
    "Sur un territoire, un critère qui n’a que {choix} valeurs ne s’applique pas\u00a0: l’une dirait l’autre."
)


@dataclass(frozen=True)
class Regles:
    """`seuil`: persons below which a figure is masked. `base`: what figures are rounded to; `ampleur`: how
    far they are moved before; `plancher`: below which, so blurred, they say too much of their neighbours.
    """

    seuil: int = 11
    base: int = 15
    ampleur: int = 5
    plancher: int = 30

    def __post_init__(self):
        if not 1 < self.seuil <= TEMOINS:
            raise ValueError(f"Le seuil de masquage va de 2 à {TEMOINS} personnes.")

    def refuse_liste(self, nominal: bool) -> str:
        """Lines about persons; those about structures have no person in them."""
        return LISTE if nominal else ""

    def refuse_territoire(self, national: bool, ids: Mapping[str, Collection[int]]) -> str:
        """`ids`: of the territories ordered together, by level. Two of them, or one less, are no grid."""
        return "" if national + sum(map(len, ids.values())) == 1 else TERRITOIRE

    def refuse_periode(self, debut: date, fin: date, *, par_mois: bool, today: date) -> str:
        """`par_mois`: the months are rows of the table, so that nothing says what they make together."""
        if debut.day != 1 or not _ends(fin) or fin < debut:
            return MOIS
        if fin >= today.replace(day=1):
            return ACHEVE
        return "" if par_mois or bloc(debut, fin) else BLOC

    def refuse_photo(self, jour: date, *, today: date) -> str:
        return "" if _ends(jour) and jour < today.replace(day=1) else PHOTO

    def refuse_criteres(self, criteres: Mapping[str, Collection[str]], choix: Mapping[str, int]) -> str:
        """`choix`: how many values each has. Two values less one would be a third figure, of whom is left."""
        asked = {name: values for name, values in criteres.items() if values}
        if len(asked) > 1:
            return NOMBRE
        for name, values in asked.items():
            if len(values) > 1:
                return VALEUR
            if choix[name] < VALEURS:
                return COURT.format(choix=choix[name])
        return ""


def bloc(debut: date, fin: date) -> tuple[str, str] | None:
    """The month or the year that these days are, as a dimension and its key; None when they are neither."""
    if debut.day != 1 or not _ends(fin) or debut.year != fin.year:
        return None
    if debut.month == fin.month:
        return "mois", mois(debut)
    return ("annee", str(debut.year)) if fin.month - debut.month == 11 else None


def periode(debut: date, fin: date) -> tuple[str, str]:
    """What is true of every line of a table over these days; only a block can be a total (`marge`)."""
    return bloc(debut, fin) or ("periode", f"{debut.isoformat()}/{fin.isoformat()}")


def mois(jour: date) -> str:
    return f"{jour.year}-{jour.month:02}"


def _ends(jour: date) -> bool:
    return jour == last_day(jour)


def last_day(jour: date) -> date:
    """Of its month."""
    return jour.replace(day=calendar.monthrange(jour.year, jour.month)[1])


def last_month(today: date) -> date:
    """The last day that a territory may ask for."""
    return today.replace(day=1) - timedelta(days=1)
