"""The life of a demande, as data (DOS-4, docs/adr/0062): who may do what, from which state, what follows.

One table a module (an orientation, or the CPAM’s programme), of one row a verb and a side. Nothing else says
what is possible: `policies` adds who holds the right, `actions.moves` does it, and alone writes states.
`docs/demandes.md` and the pages of the documentation are drawn from here.
"""

from demandes.etats import grand_age, prado, sanitaire, tnd
from demandes.etats.communs import Table
from demandes.etats.mots import (
    A_ETUDIER,
    CLOS,
    FINAUX,
    PROPOSES,
    RAPPELES,
    RECUS,
    VIVANTS,
    Acte,
    Champ,
    Cote,
    Etat,
    Garde,
    Suite,
    Verbe,
)
from viatraj.core.droits import Domaine, Orientation

__all__ = [
    "A_ETUDIER",
    "CLOS",
    "FINAUX",
    "PROPOSES",
    "RAPPELES",
    "RECUS",
    "TABLES",
    "VIVANTS",
    "Acte",
    "Champ",
    "Cote",
    "Etat",
    "Garde",
    "Suite",
    "Verbe",
    "acte",
    "actes",
    "refusal",
    "surely",
]

# By module, the word of rights: orientations, then what is received at a coordination.
TABLES: dict[str, Table] = {
    Orientation.SANITAIRE: sanitaire.TABLE,
    Orientation.GRAND_AGE: grand_age.TABLE,
    Orientation.TND: tnd.TABLE,
    Domaine.CPAM: prado.TABLE,
}


def acte(module: str, verbe: str, cote: str) -> Acte | None:
    return TABLES[module].get((Verbe(verbe), Cote(cote)))


def surely(module: str, verbe: Verbe, cote: Cote) -> Acte:
    """A row that every module has; KeyError if one had not."""
    return TABLES[module][verbe, cote]


def refusal(module: str, etat: str, verbe: str, cote: str) -> str:
    """Why this side may not do this now; empty when the table allows it. Each refusal is one sentence."""
    label = Verbe(verbe).label
    known = acte(module, verbe, cote)
    if known is None:
        others = [one for (said, one) in TABLES[module] if said == verbe]
        if not others:
            return f"«\u00a0{label}\u00a0» n’existe pas pour cette orientation."
        who = " ou au ".join(one.label for one in others)
        return f"«\u00a0{label}\u00a0» revient au {who}."
    if known.begins:
        return f"«\u00a0{label}\u00a0» commence une demande\u00a0: celle-ci existe déjà."
    if etat in known.before:
        return ""
    now = Etat(etat).label
    return f"La demande est maintenant «\u00a0{now}\u00a0»\u00a0: «\u00a0{label}\u00a0» n’est plus possible."


def actes(module: str, etat: str, *cotes: str) -> list[tuple[Cote, Acte]]:
    """What these sides may do from a state, in the order of a page."""
    table = TABLES[module]
    return [(cote, one) for (_, cote), one in table.items() if cote in cotes and etat in one.before]
