"""The profiles and their rights (HAB-2, HAB-3). Code, not data.

A right is fixed, or chosen by the référent among a few modes. `AUCUN` is the mode of a right not given.
"""

from habilitations.profils.base import AUCUN, NAMES, OUI, DroitProfil, Groupe, Profil
from habilitations.profils.demandeurs import (
    ACCOMPAGNANT,
    ADRESSEUR_TND,
    DEMANDEURS,
    EQUIPE_SOIGNANTE,
    GESTIONNAIRE,
    PRESCRIPTEUR_MEDICAL,
)
from habilitations.profils.handicap import (
    ACCOMPAGNANT_DUA,
    ESMS,
    ESMS_CONSULTATION,
    ESMS_STATISTIQUES,
    HANDICAP,
    MDPH,
    MDPH_CONSULTATION,
)
from habilitations.profils.receveurs import (
    CONSEILLER_PRADO,
    MEDECIN_COORDONNATEUR,
    PCO_GESTIONNAIRE,
    PCO_MEDECIN,
    PCO_SECRETARIAT,
    RECEVEURS,
    REGULATEUR,
    REGULATEUR_GA,
    RESPONSABLE_ADMISSIONS,
    RESPONSABLE_ADMISSIONS_GA,
)
from habilitations.profils.referents import (
    ADMINISTRATEUR_NATIONAL,
    REFERENT_COORDINATION,
    REFERENT_REGIONAL,
    REFERENT_STRUCTURE,
    REFERENT_UNITE,
    REFERENTS,
)
from viatraj.core.droits import Domaine

__all__ = [
    "ACCOMPAGNANT",
    "ACCOMPAGNANT_DUA",
    "ADMINISTRATEUR_NATIONAL",
    "ADRESSEUR_TND",
    "AUCUN",
    "CONSEILLER_PRADO",
    "EQUIPE_SOIGNANTE",
    "ESMS",
    "ESMS_CONSULTATION",
    "ESMS_STATISTIQUES",
    "GESTIONNAIRE",
    "MDPH",
    "MDPH_CONSULTATION",
    "MEDECIN_COORDONNATEUR",
    "NAMES",
    "OUI",
    "PCO_GESTIONNAIRE",
    "PCO_MEDECIN",
    "PCO_SECRETARIAT",
    "PRESCRIPTEUR_MEDICAL",
    "PROFILS",
    "REFERENT_COORDINATION",
    "REFERENT_REGIONAL",
    "REFERENT_STRUCTURE",
    "REFERENT_UNITE",
    "REGULATEUR",
    "REGULATEUR_GA",
    "RESPONSABLE_ADMISSIONS",
    "RESPONSABLE_ADMISSIONS_GA",
    "DroitProfil",
    "Groupe",
    "Profil",
    "by_domaine",
    "described",
    "of_domaine",
]

PROFILS = {profil.code: profil for profil in (*DEMANDEURS, *RECEVEURS, *HANDICAP, *REFERENTS)}


def of_domaine(domaine: str) -> list[Profil]:
    """Those that give something in a domaine: what its revue shows (HAB-9)."""
    return [profil for profil in PROFILS.values() if domaine in profil.domaines]


def by_domaine(profils) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices of a field, each under its domaine."""
    return [
        (domaine.label, found)
        for domaine in Domaine
        if (found := [(one.code, one.label) for one in profils if one.domaine == domaine])
    ]


def described(profil: Profil) -> dict:
    """All that a right may come from, as plain data: a deployment compares it with what was in force."""
    return {
        "label": profil.label,
        "domaine": str(profil.domaine),
        "niveaux": [str(niveau) for niveau in profil.niveaux],
        "granted_with": str(profil.granted_with),
        "droits": {
            droit.key: {
                "mode": str(droit.mode),
                "modes": [str(mode) for mode in droit.modes],
                "only_at": str(droit.only_at or ""),
            }
            for droit in profil.droits
        },
    }
