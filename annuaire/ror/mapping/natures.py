"""Which kind of unit of ours an offer is, by its type, champ d’activité, mode and activités (row 22)."""

from collections.abc import Collection

from annuaire.natures import Nature

SMR = frozenset(str(code) for code in range(100, 113))
HEBERGEMENT = frozenset(("21", "23", "24", "25", "26"))
AUTONOMIE = frozenset(("22", "27"))
SOINS_A_DOMICILE = frozenset(("28", "29", "75"))
HANDICAP = frozenset("32 37 39 40 41 42 43 44 45 46 48 49 50 51 52 53 54 57 58 59 60 61 62 65 96 97".split())
PCO = "84"
A_DOMICILE, DE_JOUR = "31", "47"  # TRE_R213
PALLIATIFS, LONGUE_DUREE = "170", "333"  # TRE_R211
MCO, READAPTATION = "01", "02"  # TRE_R227


def nature(*, type_offre: str, champ: str, mode: str, activites: Collection[str]) -> Nature | None:
    """Of codes; None when none of our kinds says what it is: somebody chooses."""
    rules = (
        (type_offre == PCO, Nature.PCO),
        (type_offre in SOINS_A_DOMICILE, Nature.SSIAD),
        (mode == A_DOMICILE, Nature.HAD),
        (type_offre in HEBERGEMENT and mode == DE_JOUR, Nature.ACCUEIL_JOUR),
        (type_offre in HEBERGEMENT, Nature.EHPAD),
        (type_offre in AUTONOMIE, Nature.RESIDENCE),
        (type_offre in HANDICAP, Nature.ESMS),
        (LONGUE_DUREE in activites, Nature.USLD),
        (PALLIATIFS in activites, Nature.USP),
        (type_offre in SMR or champ == READAPTATION, Nature.SMR),
        (champ == MCO, Nature.MCO),
    )
    return next((one for holds, one in rules if holds), None)
