"""What of a report may be shown: all of one's own structures, what masking leaves elsewhere (OBS-7)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from observatoire.masquage.masquer import legende, masquer
from observatoire.masquage.regles import Regles
from observatoire.masquage.tableau import Nature as Figure
from observatoire.masquage.tableau import Tableau
from observatoire.perimetres import Perimetre
from observatoire.rapports import Cadre, Nature, Rapport, etiquetees
from viatraj.core import sealing

REGLES = Regles()
# The same blur for the same figure, whoever asks and however often: one key for all.
BRUIT = "observatoire.masquage"


def lignes(rapport: Rapport, cadre: Cadre) -> Iterator[tuple[Any, ...]]:
    if rapport.tableau is None or not is_masked(rapport, cadre.perimetre):
        return iter(rapport.lignes(cadre))
    return etiquetees(masquer(rapport.tableau(cadre), cle=sealing.key(BRUIT), regles=REGLES))


def is_masked(rapport: Rapport, perimetre: Perimetre) -> bool:
    return rapport.tableau is not None and not perimetre.propre


def said(rapport: Rapport, cadre: Cadre) -> str:
    return legende(REGLES) if is_masked(rapport, cadre.perimetre) else ""


def refusal(
    rapport: Rapport,
    perimetre: Perimetre,
    debut: date,
    fin: date,
    criteres: Mapping[str, Sequence[str]],
    today: date,
) -> tuple[str, str] | None:
    """What may not be asked of a territory: the field it speaks of, and the sentence."""
    if not is_masked(rapport, perimetre):
        return None
    if rapport.nature == Nature.PHOTO:
        wrong = REGLES.refuse_photo(fin, today=today)
    else:
        par_mois = any(one.cle == "mois" for one in rapport.colonnes)
        wrong = REGLES.refuse_periode(debut, fin, par_mois=par_mois, today=today)
    if wrong:
        return "fin", wrong
    choix = {one.cle: len(one.choix(perimetre)) for one in rapport.criteres}
    wrong = REGLES.refuse_criteres(criteres, choix)
    return ("criteres", wrong) if wrong else None


def synthese(rapport: Rapport, cadre: Cadre) -> list[tuple[str, Any]]:
    """Totals of what can be added up, of one's own structures: elsewhere they would say what is masked."""
    if rapport.tableau is None or is_masked(rapport, cadre.perimetre):
        return []
    tableau: Tableau = rapport.tableau(cadre)
    titles = {one.cle: one.titre for one in rapport.colonnes}
    return [
        (f"Total\u00a0: {titles.get(one.cle, one.cle)}", sum(row.valeurs[n] or 0 for row in tableau.rangees))
        for n, one in enumerate(tableau.mesures)
        if one.nature == Figure.COMPTE
    ]
