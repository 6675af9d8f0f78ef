"""Version 0: the one text that a volet was, before its fields (DOS-3)."""

from dossiers.natures import NATURES
from dossiers.volets.formulaires import Formulaire, Section
from viatraj.core.champs import Texte

SECTIONS = (Section("texte", "Texte", (Texte("texte", "Texte du volet"),)),)
# Of those that came later, nobody has filled version 0: it says that they are empty.
FORMULAIRES = tuple(
    Formulaire(kind, orientation, 0, SECTIONS)
    for kind, nature in NATURES.items()
    for orientation in nature.orientations
)
