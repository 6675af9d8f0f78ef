"""The programme PRADO: asked of the CPAM, which receives at the coordination (DOS-4).

A dossier sanitaire asks for it; no unit is there to share it out to, and no médecin reads it.
"""

from demandes.etats.communs import SYSTEME, demandeur, receveur, table
from demandes.etats.mots import Cote
from demandes.motifs import REFUS
from viatraj.core.droits import Domaine, Droit

TABLE = table(
    {
        Cote.DEMANDEUR: demandeur(Droit.SUIVI),
        Cote.RECEVEUR: receveur(REFUS[Domaine.CPAM], gardes=()),
        Cote.SYSTEME: SYSTEME,
    }
)
