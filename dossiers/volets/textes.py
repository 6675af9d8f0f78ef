"""Version 0: the one text that a volet was, before its fields (DOS-3)."""

from dossiers.volets.champs import Texte
from dossiers.volets.formulaires import Formulaire, Nature, Section
from viatraj.core.droits import Orientation

SECTIONS = (Section("texte", "Texte", (Texte("texte", "Texte du volet"),)),)
WRITTEN_IN = {
    Nature.ADMINISTRATIF: tuple(Orientation),
    Nature.MEDICAL: (Orientation.SANITAIRE, Orientation.GRAND_AGE),
    Nature.ADRESSAGE: (Orientation.TND,),  # called «médical» then
}
FORMULAIRES = tuple(
    Formulaire(nature, orientation, 0, SECTIONS)
    for nature, orientations in WRITTEN_IN.items()
    for orientation in orientations
)
