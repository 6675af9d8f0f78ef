"""Why a unit stands where it stands, in words: what each criterion gave it, and what nobody has told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from annuaire.models import Commune
from annuaire.natures import Nature
from demandes.motifs import MOTIFS
from demandes.reads import criteres
from viatraj.core.typography import counted


@dataclass(frozen=True)
class Part:
    """`points`: None when nobody has told: it earns nothing."""

    nom: str
    texte: str
    points: int | None

    @property
    def is_known(self) -> bool:
        return self.points is not None

    @property
    def signe(self) -> str:
        """+30, −5: with the minus of figures."""
        return f"{self.points or 0:+d}".replace("-", "−")


Row = Mapping[str, Any]
PATHOLOGIE = {
    criteres.SPECIALISE: "spécialisée dans la pathologie",
    criteres.COURANT: "couvre la pathologie",
    criteres.CONDITIONS: "couvre la pathologie sous conditions",
    None: "pathologie non renseignée",
}


def of(row: Row, besoin: Any, commune: Commune | None) -> list[Part]:
    """One for each criterion that was asked; of refusals, only where there are some."""
    return [
        Part(nom, say(row, besoin, commune), row[f"p_{nom}"])
        for nom, say in DIRE.items()
        if f"p_{nom}" in row and (nom != "refus" or row["refus"])
    ]


def _nature(row: Row, besoin, commune) -> str:
    return "type d’accueil demandé" if row["nature"] else "type d’accueil non renseigné"


def _pathologie(row: Row, besoin, commune) -> str:
    return PATHOLOGIE[row["p_pathologie"]]


def _ressources(row: Row, besoin, commune) -> str:
    if row["p_ressources"] is None:
        return "ressources non renseignées"
    count = len(besoin.ressources)
    return "a la ressource demandée" if count == 1 else f"a les {count} ressources demandées"


def _age(row: Row, besoin, commune) -> str:
    known = row["p_age"] is not None
    return f"accueille à {counted(besoin.age, 'an')}" if known else "âges non renseignés"


def _mode(row: Row, besoin, commune) -> str:
    what = "mode de prise en charge"
    return f"{what} non renseigné" if row["p_mode"] is None else f"{what} demandé"


def _sejour(row: Row, besoin, commune) -> str:
    what = "type d’hébergement"
    return f"{what} non renseigné" if row["p_sejour"] is None else f"{what} demandé"


def _lieu(row: Row, besoin, commune) -> str:
    if row["couvre"]:
        return f"intervient à {commune.nom}"
    if row["nature"] == Nature.HAD:
        return "zone d’intervention non renseignée"
    if row["p_lieu"] is None:
        return "position inconnue"
    return f"à {commune.nom}" if row["distance"] is None else f"à {kilometres(row['distance'])}"


def kilometres(distance: float) -> str:
    return f"{distance:.0f}\u00a0km" if distance >= 1 else "moins d’un kilomètre"


def _delai(row: Row, besoin, commune) -> str:
    return "pas assez de recul" if row["p_delai"] is None else f"répond en {duree(row['mediane'])} en médiane"


def duree(delai: timedelta) -> str:
    hours = max(1, round(delai / timedelta(hours=1)))
    return f"{hours}\u00a0h" if hours < 24 else f"{round(hours / 24)}\u00a0j"


def _refus(row: Row, besoin, commune) -> str:
    count, alike = row["refus"], row["ainsi"]
    among = f", dont {alike}" if alike < count else ""
    return f"{count} refus{among} pour «\u00a0{MOTIFS.get(row['motif'], row['motif'])}\u00a0»"


DIRE: dict[str, Callable[[Row, Any, Commune | None], str]] = {
    "nature": _nature,
    "pathologie": _pathologie,
    "ressources": _ressources,
    "age": _age,
    "mode": _mode,
    "sejour": _sejour,
    "lieu": _lieu,
    "delai": _delai,
    "refus": _refus,
}
