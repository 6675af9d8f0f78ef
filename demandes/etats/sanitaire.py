"""SMR, HAD, soins palliatifs: followed by a right of its own, received by units and guichets (DOS-4)."""

from demandes.etats.communs import GUICHET, MEDECIN, SYSTEME, deces, demandeur, receveur, table, transmission
from demandes.etats.mots import Cote
from demandes.motifs import REFUS
from viatraj.core.droits import Droit, Orientation

TABLE = table(
    {
        Cote.DEMANDEUR: demandeur(Droit.SUIVI),
        Cote.RECEVEUR: receveur(REFUS[Orientation.SANITAIRE]) + transmission(),
        Cote.SYSTEME: SYSTEME,
        Cote.GUICHET: GUICHET,
        Cote.MEDECIN: MEDECIN,
    },
    deces(Droit.SUIVI),
)
