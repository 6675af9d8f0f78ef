"""A line of a file of habilitations: what it says, what its words stand for, what became of it."""

from dataclasses import dataclass, field
from datetime import date

from accounts.models import User
from annuaire.models import Lieu
from habilitations import profils
from habilitations.imports.colonnes import plain
from habilitations.models import Habilitation
from habilitations.profils import NAMES, Profil
from viatraj.core.saisie import Refused

PROFILS = {plain(word): profil for profil in profils.PROFILS.values() for word in (profil.label, profil.code)}
MODES = {plain(label): mode for mode, label in NAMES.items()} | {"non": profils.AUCUN}


@dataclass
class Ligne:
    """What a line says, then what became of it."""

    ligne: int = 0
    identifiant: str = ""
    nom: str = ""
    prenom: str = ""
    email: str = ""
    seule: bool = False
    telephone: str = ""
    profession: str = ""
    profil: Profil | None = None
    etablissement: str = ""
    unite: str = ""
    debut: date | None = None
    fin: date | None = None
    droits: dict[str, str] = field(default_factory=dict)
    lieu: Lieu | None = None
    user: User | None = None
    habilitation: Habilitation | None = None
    is_new: bool = False
    is_held: bool = False  # already, by another way
    beside: str = ""  # what is wrong with a cell under no title


def profil(text: str) -> Profil:
    found = PROFILS.get(plain(text))
    if found is None:
        raise Refused(
            f"Le profil «\u00a0{text[:60]}\u00a0» n’existe pas. Voir la feuille «\u00a0Profils\u00a0»."
        )
    return found


def droits(text: str) -> dict[str, str]:
    """«sanitaire-envoi=non ; sanitaire-volet_soins=lecture»; the action knows what the profile allows."""
    found = {}
    for one in filter(str.strip, text.split(";")):
        key, equals, mode = (part.strip() for part in one.partition("="))
        if not equals or plain(mode) not in MODES:
            example = "écrivez par exemple «\u00a0sanitaire-volet_soins=lecture\u00a0»"
            raise Refused(f"«\u00a0{one.strip()}\u00a0» n’est pas compris\u00a0: {example}.")
        if key in found:
            raise Refused(f"Le droit «\u00a0{key}\u00a0» y figure deux fois.")
        found[key] = MODES[plain(mode)]
    return found


MEANT = {"profil": profil, "droits": droits}  # what the words of a cell stand for
