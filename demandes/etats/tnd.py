"""Platforms of the TND: neither guichet nor waiting list (DOS-4)."""

from demandes.etats.communs import ENVOI, MEDECIN, SYSTEME, demandeur, receveur, table, transmission
from demandes.etats.mots import Cote
from demandes.motifs import REFUS
from viatraj.core.droits import Orientation

TABLE = table(
    {
        Cote.DEMANDEUR: demandeur(ENVOI),
        Cote.RECEVEUR: receveur(REFUS[Orientation.TND]) + transmission(),
        Cote.SYSTEME: SYSTEME,
        Cote.MEDECIN: MEDECIN,
    }
)
