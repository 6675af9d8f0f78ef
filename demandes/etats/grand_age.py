"""Hébergement: waiting lists, and demandes that come on paper (DOS-4)."""

from dataclasses import replace

from demandes.etats.communs import (
    ENVOI,
    GUICHET,
    MEDECIN,
    SYSTEME,
    Table,
    attente,
    deces,
    demandeur,
    papier,
    receveur,
    table,
    transmission,
)
from demandes.etats.mots import Cote, Garde, Verbe
from demandes.motifs import REFUS
from viatraj.core.droits import Orientation

# Of who asks, an answer: on paper nobody gives it here.
ANSWERED = (Verbe.QUESTIONNER, Verbe.SIGNALER_DECES)


def _in_line(known: Table) -> Table:
    asked = {(verbe, Cote.RECEVEUR): known[verbe, Cote.RECEVEUR] for verbe in ANSWERED}
    return known | {key: replace(acte, gardes=(*acte.gardes, Garde.EN_LIGNE)) for key, acte in asked.items()}


TABLE = _in_line(
    table(
        {
            Cote.DEMANDEUR: demandeur(ENVOI),
            Cote.RECEVEUR: receveur(REFUS[Orientation.GRAND_AGE]) + transmission() + attente() + papier(),
            Cote.SYSTEME: SYSTEME,
            Cote.GUICHET: GUICHET,
            Cote.MEDECIN: MEDECIN,
        },
        deces(ENVOI),
    )
)
